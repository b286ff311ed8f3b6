import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { LineChange } from '../../../shared/contract/dataset.ts';

/** The label files after each single write, as a crash at that moment would leave them. */
const moments: string[][] = [];
let folder: string;
vi.mock('../../pipeline/storage/atomicFile.ts', async (original) => {
  const real = await original<typeof import('../../pipeline/storage/atomicFile.ts')>();
  return {
    ...real,
    writeFileAtomic: async (...input: Parameters<typeof real.writeFileAtomic>) => {
      await real.writeFileAtomic(...input);
      moments.push(['train', 'val', 'test'].map((split) => read(`${split}.txt`)));
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
  moments.length = 0;
  folder = mkdtempSync(path.join(tmpdir(), 'destila-save-files-'));
  put('train.txt', 'a.jpg,apple\nb.jpg,pear\n');
  put('val.txt', 'v.jpg,apple\n');
  put('test.txt', 't.jpg,apple\n');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('files in which lines move', () => {
  const out = (split: LineChange['split'], name: string, to: LineChange['to']): LineChange =>
    change({ split, path: name, after: ['apple'], to });

  test.each<[string, LineChange[], after: string[], writes: number]>([
    ['later', [out('train', 'a.jpg', 'val')], ['b.jpg,pear\n', 'v.jpg,apple\na.jpg,apple\n', 't.jpg,apple\n'], 2],
    ['earlier', [out('test', 't.jpg', 'train')], ['a.jpg,apple\nb.jpg,pear\nt.jpg,apple\n', 'v.jpg,apple\n', ''], 2],
    [
      'both ways',
      [out('train', 'a.jpg', 'val'), out('val', 'v.jpg', 'train')],
      ['b.jpg,pear\nv.jpg,apple\n', 'a.jpg,apple\n', 't.jpg,apple\n'],
      4,
    ],
    [
      'around',
      [out('train', 'a.jpg', 'val'), out('val', 'v.jpg', 'test'), out('test', 't.jpg', 'train')],
      ['b.jpg,pear\nt.jpg,apple\n', 'a.jpg,apple\n', 'v.jpg,apple\n'],
      6,
    ],
    ['not at all', [change({})], ['a.jpg,fig\nb.jpg,pear\n', 'v.jpg,apple\n', 't.jpg,apple\n'], 1],
  ])('%s contain every image at every moment, and the right lines at the end', async (_, changes, after, writes) => {
    await save(...changes);
    expect(['train', 'val', 'test'].map((split) => read(`${split}.txt`))).toEqual(after);
    for (const files of moments)
      for (const name of ['a.jpg', 'b.jpg', 'v.jpg', 't.jpg']) expect(files.join(''), files.join('|')).toContain(name);
    expect(moments).toHaveLength(writes);
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
  expect(moments).toEqual([]);
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
    put('train.txt', 'a.jpg\tx;y\nb.jpg\tp,q\nc.jpg\tr,s\n');
    put('val.txt', '');
    put('test.txt', '');
    const saving = save(
      change({ line: 2, path: 'b.jpg', before: ['p', 'q'], after: ['p'] }),
      change({ line: 3, path: 'c.jpg', before: ['r', 's'], after: ['r'] }),
    );
    await expect(saving).rejects.toMatchObject({ code: 'data.otherLinesAffected' });
    expect(moments).toEqual([]);
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
