import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { LineChange } from '../../../shared/contract/dataset.ts';

/** Lists that were put in place, in order. */
const replaced: string[] = [];
let folder: string;
vi.mock('../../pipeline/data/replaceLists.ts', async (original) => {
  const real = await original<typeof import('../../pipeline/data/replaceLists.ts')>();
  return {
    ...real,
    replaceLists: async (...input: Parameters<typeof real.replaceLists>) => {
      await real.replaceLists(...input);
      replaced.push(...input[1].keys());
    },
  };
});
const { previewChange, saveChanges, writeLabelFiles } = await import('./saveChanges.ts');

const put = (name: string, content: string): void => writeFileSync(path.join(folder, name), content);
const read = (name: string): string =>
  existsSync(path.join(folder, name)) ? readFileSync(path.join(folder, name), 'utf8') : '';
const backups = (): string => path.join(folder, 'backups');
const save = (...changes: LineChange[]) =>
  saveChanges({ project: folder, changes, separator: 'auto', backupFolder: backups() });
const change = (part: Partial<LineChange>): LineChange => ({
  split: 'train',
  line: 1,
  path: 'a.jpg',
  before: ['apple'],
  after: ['fig'],
  to: 'train',
  ...part,
});
beforeEach(() => {
  replaced.length = 0;
  folder = mkdtempSync(path.join(tmpdir(), 'destila-save-files-'));
  put('train.txt', 'a.jpg,apple\nb.jpg,pear\n');
  put('val.txt', 'v.jpg,apple\n');
  put('test.txt', 't.jpg,apple\n');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('files in which lines move', () => {
  const out = (split: LineChange['split'], name: string, to: LineChange['to']): LineChange =>
    change({ split, path: name, after: ['apple'], to });

  test.each<[string, LineChange[], after: string[], lists: string[]]>([
    [
      'later',
      [out('train', 'a.jpg', 'val')],
      ['b.jpg,pear\n', 'v.jpg,apple\na.jpg,apple\n', 't.jpg,apple\n'],
      ['train', 'val'],
    ],
    [
      'earlier',
      [out('test', 't.jpg', 'train')],
      ['a.jpg,apple\nb.jpg,pear\nt.jpg,apple\n', 'v.jpg,apple\n', ''],
      ['train', 'test'],
    ],
    [
      'both ways',
      [out('train', 'a.jpg', 'val'), out('val', 'v.jpg', 'train')],
      ['b.jpg,pear\nv.jpg,apple\n', 'a.jpg,apple\n', 't.jpg,apple\n'],
      ['train', 'val'],
    ],
    [
      'around',
      [out('train', 'a.jpg', 'val'), out('val', 'v.jpg', 'test'), out('test', 't.jpg', 'train')],
      ['b.jpg,pear\nt.jpg,apple\n', 'a.jpg,apple\n', 'v.jpg,apple\n'],
      ['train', 'val', 'test'],
    ],
    ['not at all', [change({})], ['a.jpg,fig\nb.jpg,pear\n', 'v.jpg,apple\n', 't.jpg,apple\n'], ['train']],
  ])('%s are replaced together, and no others', async (_, changes, after, lists) => {
    await save(...changes);
    expect(['train', 'val', 'test'].map((split) => read(`${split}.txt`))).toEqual(after);
    expect(replaced).toEqual(lists);
  });

  test('are created if they do not exist', async () => {
    rmSync(path.join(folder, 'val.txt'));
    const saved = await save(out('train', 'a.jpg', 'val'));
    expect([read('train.txt'), read('val.txt')]).toEqual(['b.jpg,pear\n', 'a.jpg,apple\n']);
    expect(saved.state === 'saved' && readdirSync(saved.backup)).toEqual(['train.txt']);
  });
});

test('only files that change are backed up and written', async () => {
  const saved = await save(change({}));
  expect(saved.state === 'saved' && readdirSync(saved.backup)).toEqual(['train.txt']);
});

test('moving a line that somebody else has changed in the same way is a conflict', async () => {
  put('train.txt', 'a.jpg,fig\nb.jpg,pear\n');
  expect(await save(change({ to: 'val' }))).toMatchObject({ state: 'conflicts' });
  expect(replaced).toEqual([]);
});

test('a line that already has the new labels keeps its bytes', async () => {
  put('train.txt', 'a.jpg ,  fig\nb.jpg,pear\n');
  expect(await save(change({}))).toMatchObject({ state: 'saved' });
  expect(read('train.txt')).toBe('a.jpg ,  fig\nb.jpg,pear\n');
});

describe('the layout is detected as the reader detects it', () => {
  test('comments do not count, indented or not', async () => {
    const comments = '# z.jpg;x\n  # y.jpg;x\n# w.jpg;x\n   # v.jpg;x\n';
    put('train.txt', `${comments}a.jpg,apple\n`);
    put('val.txt', '');
    put('test.txt', '');
    expect(await save(change({ line: 5 }))).toMatchObject({ state: 'saved' });
    expect(read('train.txt')).toBe(`${comments}a.jpg,fig\n`);
  });

  test('names without an extension count if the file exists', async () => {
    put('a,1', '');
    put('train.txt', 'a,1 apple\n');
    put('val.txt', '');
    put('test.txt', '');
    expect(await save(change({ path: 'a,1' }))).toMatchObject({ state: 'saved' });
    expect(read('train.txt')).toBe('a,1 fig\n');
  });

  test('a path with backslashes means the same as with slashes, and keeps them', async () => {
    put('train.txt', 'images\\a.jpg,apple\n');
    expect(await save(change({ path: 'images/a.jpg' }))).toMatchObject({ state: 'saved' });
    expect(read('train.txt')).toBe('images\\a.jpg,fig\n');
  });

  test('lines that cannot be read are skipped and stay', async () => {
    put('train.txt', '"open,x\na.jpg,apple\n');
    expect(await save(change({ line: 1 }))).toMatchObject({ state: 'saved' });
    expect(read('train.txt')).toBe('"open,x\na.jpg,fig\n');
  });

  test('a line is found by its path if the file got shorter', async () => {
    expect(await save(change({ line: 9 }))).toMatchObject({ state: 'saved' });
    expect(read('train.txt')).toBe('a.jpg,fig\nb.jpg,pear\n');
  });

  test('labels that would change how other lines are read are refused', async () => {
    put('train.txt', 'b.jpg\tp,q\nc.jpg\tr,s\n');
    put('val.txt', '# mixed\na.jpg\tx;y\n');
    put('test.txt', '');
    const saving = save(
      change({ line: 1, path: 'b.jpg', before: ['p', 'q'], after: ['p'] }),
      change({ line: 2, path: 'c.jpg', before: ['r', 's'], after: ['r'] }),
    );
    await expect(saving).rejects.toMatchObject({ code: 'data.otherLinesAffected', params: { place: 'val.txt:2' } });
    expect(replaced).toEqual([]);
  });
});

test('the preview of a line that is gone starts from its path', async () => {
  expect(await previewChange(folder, change({ path: 'gone.jpg' }), 'auto')).toEqual({
    before: 'gone.jpg',
    after: 'gone.jpg,fig',
  });
});

test('whole lists replace the existing ones, which are backed up', async () => {
  rmSync(path.join(folder, 'test.txt'));
  const before = [read('train.txt'), read('val.txt')];
  const texts = { train: 'x.jpg,q\n', val: 'y.jpg,q\n', test: 'z.jpg,q\n' };
  await writeLabelFiles(folder, texts, backups());
  expect({ train: read('train.txt'), val: read('val.txt'), test: read('test.txt') }).toEqual(texts);
  const [backup] = readdirSync(backups());
  expect(readdirSync(path.join(backups(), backup!)).sort()).toEqual(['train.txt', 'val.txt']);
  expect(['train', 'val'].map((split) => read(path.join('backups', backup!, `${split}.txt`)))).toEqual(before);
  // This save shows that the lock was released.
  expect(await save(change({ path: 'x.jpg', before: ['q'] }))).toMatchObject({ state: 'saved' });
});
