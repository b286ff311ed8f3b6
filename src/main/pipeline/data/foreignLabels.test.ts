import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Finding } from '../../../shared/findings.ts';
import { translator } from '../../../shared/locales/translate.ts';
import { checkLabels } from './labelRules.ts';
import { formatFindings } from './findings.ts';
import { readDataset } from './readDataset.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'labels-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function findingsOf(train: string): Promise<{ findings: Finding[]; paths: string[] }> {
  writeFileSync(path.join(folder, 'train.txt'), train);
  writeFileSync(path.join(folder, 'val.txt'), 'v.jpg,cat\n');
  writeFileSync(path.join(folder, 'test.txt'), 't.jpg,cat\n');
  const { dataset, findings } = await readDataset(folder, { separator: 'auto', labels_file: null });
  return {
    findings: [...findings, ...checkLabels(dataset, ['train', 'val', 'test'], 0)],
    paths: dataset.splits.train.map((sample) => sample.path),
  };
}
/** Without 'notMeasured', which these few images always cause. */
const brief = (findings: readonly Finding[]): unknown[] =>
  findings.filter(({ code }) => code !== 'notMeasured').map(({ code, line }) => [code, line]);

test('labels that differ in invisible characters are reported, shown with escapes, and called similar', async () => {
  const { findings } = await findingsOf('a.jpg,cat\nb.jpg,ca\u200bt\nc.jpg,dog\u202e\n');
  expect(brief(findings).toSorted()).toEqual([
    ['hiddenCharacters', 2],
    ['hiddenCharacters', 3],
    ['similarLabels', 1],
  ]);
  const text = formatFindings(findings, translator('en'));
  expect(text).toContain(String.raw`'ca\u200bt'`);
  expect(text).toContain(String.raw`'dog\u202e'`);
  expect(text).not.toMatch(/[\u200b\u202e]/);
});

test('emoji and scripts that need joiners are allowed in labels', async () => {
  const { findings } = await findingsOf('a.jpg,👨‍👩‍👧,cat\nb.jpg,می‌خواهم,cat\n');
  expect(brief(findings)).toEqual([]);
});

test.each([
  ['between two lines', 'a.jpg,cat\nb.jpg,cat\rc.jpg,dog\n', 2],
  ['in the first line', 'a.jpg,cat\rb.jpg,dog\nc.jpg,cat\n', 1],
  ['before a Windows line ending', 'a.jpg,cat\r\r\nc.jpg,cat\r\n', 1],
])('a carriage return %s is an error with its line', async (_, text, line) => {
  const { findings, paths } = await findingsOf(text);
  expect(brief(findings)).toContainEqual(['lineEnding', line]);
  expect(paths.every((name) => !name.includes('\r'))).toBe(true);
});

test.each([
  ['Windows', 'a.jpg,cat\r\nb.jpg,cat\r\n'],
  ['old Mac', 'a.jpg,cat\rb.jpg,cat\r'],
  ['without a last line ending', 'a.jpg,cat\r\nb.jpg,cat'],
])('line endings are accepted: %s', async (_, text) => {
  const { findings, paths } = await findingsOf(text);
  expect(brief(findings)).toEqual([]);
  expect(paths).toEqual(['a.jpg', 'b.jpg']);
});

test('a line of many megabytes is refused without splitting it', async () => {
  const { findings, paths } = await findingsOf(`a.jpg,${'x,'.repeat(10_000_000)}\nb.jpg,cat\n`);
  expect(brief(findings)).toContainEqual(['lineTooLong', 1]);
  expect(paths).toEqual(['b.jpg']);
});
