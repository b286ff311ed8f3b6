import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readDataset } from './readDataset.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'destila-lists-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const found = async (train: string, val = ''): Promise<string[]> => {
  writeFileSync(path.join(folder, 'train.txt'), train);
  writeFileSync(path.join(folder, 'val.txt'), val);
  const { findings } = await readDataset(
    folder,
    { separator: 'auto', labels_file: null },
    { splits: ['train', 'val'] },
  );
  return findings.map(({ code, severity, file, line }) => `${severity} ${code} ${file}:${line}`);
};

test.each([
  ['spaces', 'a.jpg 0 1 0\nb.jpg 1 0 0\n'],
  ['commas', 'a.jpg,0,1\nb.jpg,1,1\n'],
  ['spaces behind a tab', 'a.jpg\t0 1 0\nb.jpg\t1 1 0\n'],
  ['with -1 for unknown', 'a.jpg\t0,1,-1\nb.jpg\t1,1,0\n'],
])('a column of 0 and 1 per class is an error: %s', async (_, text) => {
  expect(await found(text)).toEqual(['error oneHotList train.txt:1']);
});

test.each([
  ['classes named by numbers', 'a.jpg 0 1\nb.jpg 1\n'],
  ['one class per image', 'a.jpg 0\nb.jpg 1\n'],
  ['another number somewhere', 'a.jpg 0 1\nb.jpg 1 2\n'],
])('%s: not such a list', async (_, text) => {
  expect(await found(text)).toEqual([]);
});

test('all lists together decide', async () => {
  expect(await found('a.jpg 0 1 0\nb.jpg 1 0 0\n', 'c.jpg 0 1 0 1\n')).toEqual([]);
});

test('boxes are a warning', async () => {
  expect(await found('a.jpg 10,15,176,114,0\nb.jpg 1,2,3,4,1 5,6,7,8,0\n')).toContain('warning boxList train.txt:1');
  expect(await found('a.jpg 0 0.5 0.5 0.1 0.2\nb.jpg 1 0.5 0.5 0.1 0.2\n')).toContain('warning boxList train.txt:1');
});

test('lists as Python prints them are errors with their lines', async () => {
  expect(await found("a.jpg\tapple\nb.jpg\t['apple', 'pear']\nc.jpg\t[]\nd.jpg\t{'apple'}\n")).toEqual([
    'error listCell train.txt:2',
    'error listCell train.txt:3',
    'error listCell train.txt:4',
  ]);
  expect(await found('a.jpg\t[apple, pear]\n')).toEqual(['error listCell train.txt:1']);
  expect(await found('a.jpg\t[sic] apple,[b]\nb.jpg\t[b]\n')).toEqual([]);
});

test('an image list of a YOLO export is recognized by the files beside it', async () => {
  expect(await found('data/a.jpg\ndata/b.jpg\n')).toEqual([]);
  writeFileSync(path.join(folder, 'obj.data'), 'classes = 2\n');
  expect(await found('data/a.jpg\ndata/b.jpg\n')).toEqual(['error yoloList train.txt:1']);
  expect(await found('data/a.jpg\tcar\ndata/b.jpg\n')).toEqual([]);
});
