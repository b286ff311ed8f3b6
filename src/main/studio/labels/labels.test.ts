import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { LineChange } from '../../../shared/contract/dataset.ts';
import type { Layout } from '../../pipeline/data/labelLine.ts';
import { lineWithLabels } from './lineText.ts';
import { saveChanges } from './saveChanges.ts';

const comma: Layout = { separator: 'comma', labelSeparator: 'comma', quotedLists: false };
const tab: Layout = { separator: 'tab', labelSeparator: 'comma', quotedLists: false };

describe('a line with new labels', () => {
  test('keeps its path as it is, including quotes', () => {
    expect(lineWithLabels('"a, b.jpg",apple', comma, ['apple', 'pear'])).toBe('"a, b.jpg",apple,pear');
    expect(lineWithLabels('a b.jpg\tapple', tab, [])).toBe('a b.jpg');
    expect(lineWithLabels('a.jpg', tab, ['apple'])).toBe('a.jpg\tapple');
  });
  test('quotes labels that contain the separator', () =>
    expect(lineWithLabels('a.jpg,apple', comma, ['red, ripe', 'x'])).toBe('a.jpg,"red, ripe",x'));
  test('may have right-to-left and emoji labels', () =>
    expect(lineWithLabels('a.jpg\tx', tab, ['تفاح', '🍎 apple'])).toBe('a.jpg\tتفاح,🍎 apple'));
});

describe('saving', () => {
  let folder: string;
  const original = 'images/a.jpg\tapple\r\n# a remark\r\n\r\nimages/b.jpg\t  pear , plum\r\nimages/c.jpg';
  const change = (part: Partial<LineChange> = {}): LineChange => ({
    split: 'train',
    line: 1,
    path: 'images/a.jpg',
    before: ['apple'],
    after: ['apple', 'fig'],
    to: 'train',
    ...part,
  });
  const save = (changes: readonly LineChange[]) =>
    saveChanges({ project: folder, changes, separator: 'auto', backupFolder: path.join(folder, 'backups') });
  const read = (name: string): string => readFileSync(path.join(folder, name), 'utf8');
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'destila-save-'));
    writeFileSync(path.join(folder, 'train.txt'), original);
    writeFileSync(path.join(folder, 'val.txt'), 'images/d.jpg\tapple\n');
    writeFileSync(path.join(folder, 'test.txt'), 'images/e.jpg\tpear\n');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  test('changes only that line: comments, blank lines, odd spaces and line endings stay', async () => {
    expect(await save([change()])).toMatchObject({ state: 'saved', lines: 1 });
    expect(read('train.txt')).toBe(original.replace('\tapple', '\tapple,fig'));
    const [time] = readdirSync(path.join(folder, 'backups'));
    expect(read(path.join('backups', time!, 'train.txt'))).toBe(original);
    expect(readdirSync(folder).filter((name) => name.includes('tmp') || name.includes('lock'))).toEqual([]);
  });

  test('returns a conflict for a line that somebody else changed, and writes nothing', async () => {
    writeFileSync(path.join(folder, 'train.txt'), original.replace('apple', 'quince'));
    const result = await save([change(), change({ split: 'val', path: 'images/d.jpg', after: [], to: 'val' })]);
    expect(result).toMatchObject({
      state: 'conflicts',
      conflicts: [{ path: 'images/a.jpg', yours: ['apple', 'fig'], disk: ['quince'] }],
    });
    expect(read('val.txt')).toBe('images/d.jpg\tapple\n');
  });

  test('finds the line by its path when somebody else inserted lines before it', async () => {
    writeFileSync(path.join(folder, 'train.txt'), `images/z.jpg\tnew\r\n${original}`);
    await save([change()]);
    expect(read('train.txt')).toBe(`images/z.jpg\tnew\r\n${original.replace('\tapple', '\tapple,fig')}`);
  });

  test('moves a line to another split, and removes one', async () => {
    await save([
      change({ after: ['apple'], to: 'test' }),
      change({ line: 4, path: 'images/b.jpg', before: ['pear', 'plum'], after: null }),
    ]);
    expect(read('train.txt')).toBe('# a remark\r\n\r\nimages/c.jpg');
    expect(read('test.txt')).toBe('images/e.jpg\tpear\nimages/a.jpg\tapple\n');
  });

  test('applies the same change only once', async () => {
    await save([change()]);
    expect(await save([change()])).toMatchObject({ state: 'saved' });
    expect(read('train.txt')).toBe(original.replace('\tapple', '\tapple,fig'));
  });
});
