import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readSource } from './sources.ts';

let folder: string;
const put = (name: string, content = name): void => {
  mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
  writeFileSync(path.join(folder, name), content);
};
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'destila-rows-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const labelsOf = async (table: string): Promise<[string, string[]][]> => {
  put('labels.csv', table);
  const { entries } = await readSource(folder, { kind: 'csv', file: 'labels.csv' });
  return entries.map(({ path: name, labels }) => [name, [...labels].sort()]);
};

test('a table with one row per label gives an image the labels of all its rows', async () => {
  for (const name of ['a.jpg', 'b.jpg']) put(name);
  expect(await labelsOf('image,label\na.jpg,apple\nb.jpg,fig\na.jpg,pear\na.jpg,apple\n')).toEqual([
    ['a.jpg', ['apple', 'pear']],
    ['b.jpg', ['fig']],
  ]);
});

test('a path means the file at that path, not another one with the same name', async () => {
  for (const name of ['a.jpg', 'one/a.jpg', 'two/a.jpg']) put(name);
  expect(await labelsOf('image,label\none/a.jpg,apple\ntwo/a.jpg,pear\na.jpg,fig\n')).toEqual([
    ['one/a.jpg', ['apple']],
    ['two/a.jpg', ['pear']],
    ['a.jpg', ['fig']],
  ]);
});
