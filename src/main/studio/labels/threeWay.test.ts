import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { LineChange } from '../../../shared/contract/dataset.ts';
import { previewChange, saveChanges } from './saveChanges.ts';

let folder: string;
const put = (name: string, content: string): void => writeFileSync(path.join(folder, name), content);
const read = (name: string): string => readFileSync(path.join(folder, name), 'utf8');
const save = (changes: readonly LineChange[]) =>
  saveChanges({ project: folder, changes, separator: 'auto', backupFolder: path.join(folder, 'backups') });
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'destila-three-way-'));
  put('val.txt', 'images/v.jpg,fig\n');
  put('test.txt', 'images/t.jpg,fig\n');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/**
 * Worked out by hand from what is on disk now (null when the line is gone), what was read, and what the user wants: the
 * line is written if the disk still says what was read, left if it says what the user wants, and a conflict otherwise.
 */
describe('a line changed by the user and possibly by somebody else', () => {
  const A = ['apple'];
  const B = ['pear'];
  const C = ['quince'];
  type Outcome = 'written' | 'left' | 'conflict';
  const table: readonly (readonly [disk: string[] | null, before: string[], after: string[] | null, Outcome])[] = [
    [A, A, B, 'written'],
    [A, A, [], 'written'],
    [A, A, null, 'written'],
    [B, A, B, 'left'], // Somebody else made the same change.
    [C, A, B, 'conflict'],
    [C, A, null, 'conflict'], // Removing the line would lose what somebody else wrote into it.
    [[], A, null, 'conflict'],
    [[], A, B, 'conflict'],
    [[...A, ...B], [...B, ...A], C, 'written'], // The order of labels does not matter.
    [null, A, B, 'conflict'],
    [null, A, null, 'left'], // The line is already gone.
  ];
  const line = (labels: readonly string[]): string => `${['images/a.jpg', ...labels].join(',')}\n`;
  test.each(table)('disk %j, read %j, wanted %j: %s', async (disk, before, after, outcome) => {
    const rest = 'images/b.jpg,fig\n';
    const original = (disk === null ? '' : line(disk)) + rest;
    put('train.txt', original);
    const result = await save([{ split: 'train', line: 1, path: 'images/a.jpg', before, after, to: 'train' }]);
    if (outcome === 'conflict')
      expect(result).toEqual({
        state: 'conflicts',
        conflicts: [{ split: 'train', line: 1, path: 'images/a.jpg', yours: after, disk }],
      });
    else expect(result.state).toBe('saved');
    expect(read('train.txt')).toBe(outcome === 'written' ? (after === null ? '' : line(after)) + rest : original);
  });

  test('moving a line that somebody else changed is a conflict, and neither file is written', async () => {
    put('train.txt', line(C));
    const moved: LineChange = { split: 'train', line: 1, path: 'images/a.jpg', before: A, after: A, to: 'val' };
    expect(await save([moved])).toMatchObject({ state: 'conflicts' });
    expect([read('train.txt'), read('val.txt')]).toEqual([line(C), 'images/v.jpg,fig\n']);
  });
});

describe('an image in two lines', () => {
  const twice = 'images/a.jpg,apple\nimages/b.jpg,fig\nimages/a.jpg,pear\n';
  const change: LineChange = {
    split: 'train',
    line: 3,
    path: 'images/a.jpg',
    before: ['pear'],
    after: null,
    to: 'train',
  };
  test('is changed in the right line', async () => {
    put('train.txt', twice);
    await save([change]);
    expect(read('train.txt')).toBe('images/a.jpg,apple\nimages/b.jpg,fig\n');
  });

  test('is a conflict when the lines have moved, because the path does not tell which line was meant', async () => {
    const moved = `# new\n${twice.replace('apple', 'pear')}`;
    put('train.txt', moved);
    expect(await save([{ ...change, after: ['plum'] }])).toMatchObject({ state: 'conflicts' });
    expect(read('train.txt')).toBe(moved);
  });
});

describe('the other lines', () => {
  test('must read as before: edits that would change the label separator are refused', async () => {
    // Two lines have commas, one a semicolon. Without those two, 'x;y' would become two labels.
    const original = 'a.jpg\tx;y\nb.jpg\tp,q\nc.jpg\tr,s\n';
    put('train.txt', original);
    put('val.txt', '');
    put('test.txt', '');
    const edit = (line: number, name: string, before: string[]): LineChange => ({
      split: 'train',
      line,
      path: name,
      before,
      after: before.slice(0, 1),
      to: 'train',
    });
    await expect(save([edit(2, 'b.jpg', ['p', 'q']), edit(3, 'c.jpg', ['r', 's'])])).rejects.toMatchObject({
      code: 'data.otherLinesAffected',
      params: { line: 'a.jpg\tx;y' },
    });
    expect(read('train.txt')).toBe(original);
    expect(await save([{ ...edit(2, 'b.jpg', ['p', 'q']), after: ['q', 'z'] }])).toMatchObject({ state: 'saved' });
    expect(read('train.txt')).toBe('a.jpg\tx;y\nb.jpg\tq,z\nc.jpg\tr,s\n');
  });
});

test('a preview shows the line as it is and as it would be, and writes nothing', async () => {
  put('train.txt', 'images/a.jpg, apple\n');
  const change: LineChange = {
    split: 'train',
    line: 1,
    path: 'images/a.jpg',
    before: ['apple'],
    after: ['apple', 'fig'],
    to: 'train',
  };
  expect(await previewChange(folder, change, 'auto')).toEqual({
    before: 'images/a.jpg, apple',
    after: 'images/a.jpg,apple,fig',
  });
  expect((await previewChange(folder, { ...change, after: null }, 'auto')).after).toBeNull();
  expect(read('train.txt')).toBe('images/a.jpg, apple\n');
});
