import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Dataset, Sample } from './dataset.ts';
import { ABSENT, PRESENT, UNKNOWN } from './dataset.ts';
import { readSnapshot, splitFingerprint, writeSnapshot } from './snapshot.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'destila-snapshot-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

const sample = (name: string, labels: number[], hash = 'ab'.repeat(32)): Sample => ({
  path: name,
  file: path.join('/project', name),
  labels: Int8Array.from(labels),
  hash,
  line: 7,
});
const dataset: Dataset = {
  root: '/project',
  vocabulary: ['zebra', 'red "apple"', '\u00e9'],
  splits: {
    train: [
      sample('a b.jpg', [PRESENT, ABSENT, UNKNOWN]),
      { ...sample('pe\u0301.jpg', [ABSENT, PRESENT, PRESENT]), file: '/project/p\u00e9.jpg' },
    ],
    val: [sample('images/v.jpg', [ABSENT, ABSENT, ABSENT])],
    test: [],
  },
};

it('returns what was written, in the order of the given classes', async () => {
  await writeSnapshot(folder, dataset);
  expect(await readSnapshot(folder)).toEqual(dataset);
  expect(await readFile(path.join(folder, 'labels.txt'), 'utf8')).toBe('zebra\nred "apple"\n\u00e9\n');
  expect((await readFile(path.join(folder, 'snapshot.json'), 'utf8')).split('\n')).toContain(
    `{"path":"images/v.jpg","sha256":"${'ab'.repeat(32)}","line":7,"labels":[]}`,
  );
});

it('finds the images when the project has moved', async () => {
  await writeSnapshot(folder, dataset);
  const moved = await readSnapshot(folder, '/elsewhere');
  expect(moved.splits.train.map(({ file }) => file)).toEqual(['/elsewhere/a b.jpg', '/elsewhere/p\u00e9.jpg']);
});

it('refuses samples without a content hash', async () => {
  const unread = { ...dataset, splits: { ...dataset.splits, test: [sample('t.jpg', [0, 0, 0], '')] } };
  await expect(writeSnapshot(folder, unread)).rejects.toMatchObject({ kind: 'data' });
});

it('refuses a snapshot that is missing, damaged, edited or newer', async () => {
  await expect(readSnapshot(folder)).rejects.toMatchObject({ kind: 'file' });
  await writeSnapshot(folder, dataset);
  const file = path.join(folder, 'snapshot.json');
  const text = await readFile(file, 'utf8');
  for (const edited of [
    text.slice(0, -20),
    text.replace('"labels":["zebra"]', '"labels":["\u00e9"]'),
    text.replace('"labels":["zebra"]', '"labels":["cat"]'),
    text.replace('abab', 'cdab'),
    text.replace('"formatVersion":1', '"formatVersion":2'),
  ]) {
    await writeFile(file, edited);
    await expect(readSnapshot(folder)).rejects.toMatchObject({ kind: 'mismatch' });
  }
  await writeFile(file, text);
  await writeFile(path.join(folder, 'labels.txt'), 'red "apple"\nzebra\n');
  await expect(readSnapshot(folder)).rejects.toMatchObject({ kind: 'mismatch' });
});

it('fingerprints a split by its images and labels, not by their order or names', () => {
  const { train } = dataset.splits;
  const [first, second] = train as [Sample, Sample];
  const fingerprint = splitFingerprint(train, dataset.vocabulary);
  expect(splitFingerprint([{ ...second, path: 'x.jpg', line: 1 }, first], dataset.vocabulary)).toBe(fingerprint);
  expect(
    splitFingerprint([{ ...first, labels: Int8Array.from([PRESENT, ABSENT, ABSENT]) }, second], dataset.vocabulary),
  ).not.toBe(fingerprint);
  expect(splitFingerprint([{ ...first, hash: 'cd'.repeat(32) }, second], dataset.vocabulary)).not.toBe(fingerprint);
  expect(splitFingerprint([first], dataset.vocabulary)).not.toBe(fingerprint);
});
