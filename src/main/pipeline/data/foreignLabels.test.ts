import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { checkLabels } from './labelRules.ts';
import type { DataProblem } from './problems.ts';
import { formatProblems } from './problems.ts';
import { readDataset } from './readDataset.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'labels-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function problemsOf(train: string): Promise<{ problems: DataProblem[]; paths: string[] }> {
  writeFileSync(path.join(folder, 'train.txt'), train);
  writeFileSync(path.join(folder, 'val.txt'), 'v.jpg,cat\n');
  writeFileSync(path.join(folder, 'test.txt'), 't.jpg,cat\n');
  const { dataset, problems } = await readDataset(folder, { separator: 'auto', labels_file: null });
  return {
    problems: [...problems, ...checkLabels(dataset, ['train', 'val', 'test'], 0)],
    paths: dataset.splits.train.map((sample) => sample.path),
  };
}
/** What is said about the text; that so few images cannot be measured is not the subject here. */
const brief = (problems: readonly DataProblem[]): unknown[] =>
  problems.filter(({ code }) => code !== 'notMeasured').map(({ code, line }) => [code, line]);

test('labels that differ in what cannot be seen are found, shown and called look-alikes', async () => {
  const { problems } = await problemsOf('a.jpg,cat\nb.jpg,ca\u200bt\nc.jpg,dog\u202e\n');
  expect(brief(problems).toSorted()).toEqual([
    ['hiddenCharacters', 2],
    ['hiddenCharacters', 3],
    ['similarLabels', 1],
  ]);
  const text = formatProblems(problems);
  expect(text).toContain(String.raw`'ca\u200bt'`);
  expect(text).toContain(String.raw`'dog\u202e'`);
  expect(text).not.toMatch(/[\u200b\u202e]/);
});

test('emoji and scripts that need joiners are labels like others', async () => {
  const { problems } = await problemsOf('a.jpg,👨‍👩‍👧,cat\nb.jpg,می‌خواهم,cat\n');
  expect(brief(problems)).toEqual([]);
});

test.each([
  ['between two lines', 'a.jpg,cat\nb.jpg,cat\rc.jpg,dog\n', 2],
  ['in the first line', 'a.jpg,cat\rb.jpg,dog\nc.jpg,cat\n', 1],
  ['before a Windows line ending', 'a.jpg,cat\r\r\nc.jpg,cat\r\n', 1],
])('a carriage return %s is an error with its line', async (_, text, line) => {
  const { problems, paths } = await problemsOf(text);
  expect(brief(problems)).toContainEqual(['lineEnding', line]);
  expect(paths.every((name) => !name.includes('\r'))).toBe(true);
});

test.each([
  ['Windows', 'a.jpg,cat\r\nb.jpg,cat\r\n'],
  ['old Mac', 'a.jpg,cat\rb.jpg,cat\r'],
  ['without a last line ending', 'a.jpg,cat\r\nb.jpg,cat'],
])('line endings of %s are none of that', async (_, text) => {
  const { problems, paths } = await problemsOf(text);
  expect(brief(problems)).toEqual([]);
  expect(paths).toEqual(['a.jpg', 'b.jpg']);
});

test('a line of many megabytes is refused without taking it apart', async () => {
  const { problems, paths } = await problemsOf(`a.jpg,${'x,'.repeat(10_000_000)}\nb.jpg,cat\n`);
  expect(brief(problems)).toContainEqual(['lineTooLong', 1]);
  expect(paths).toEqual(['b.jpg']);
});
