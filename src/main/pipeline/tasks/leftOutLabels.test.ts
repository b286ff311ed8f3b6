import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readDataset } from '../data/readDataset.ts';
import { leftOutLabels, leftOutList, requireCommonLabel } from './leftOutLabels.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'destila-left-out-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const read = async (text: string, vocabulary: readonly string[]) => {
  writeFileSync(path.join(folder, 'test.txt'), text);
  const { dataset, unknownLabels } = await readDataset(
    folder,
    { separator: 'auto', labels_file: null },
    { splits: ['test'], vocabulary },
  );
  return { samples: dataset.splits.test, leftOut: leftOutLabels(unknownLabels, vocabulary) };
};

test('labels that the model lacks are listed with their images and a similar label of the model', async () => {
  const { samples, leftOut } = await read('a.jpg\tRed,blue\nb.jpg\tRed,Red\nc.jpg\tmauve\nd.jpg\n', ['blue', 'red']);
  expect(leftOut).toEqual([
    { label: 'Red', images: 2, similar: 'red' },
    { label: 'mauve', images: 1, similar: null },
  ]);
  expect(leftOutList(leftOut).map(({ text }) => text)).toEqual([
    "'Red' (2 images; the model has 'red')",
    "'mauve' (1 image)",
  ]);
  expect(() => requireCommonLabel(samples, leftOut, 'test')).not.toThrow();
});

test('when no label is in common, the error lists the labels', async () => {
  const { samples, leftOut } = await read('a.jpg\tRed\nb.jpg\tBlue\n', ['blue', 'red']);
  expect(() => requireCommonLabel(samples, leftOut, 'test')).toThrow(
    /^The model has none of the labels in test\.txt: 'Red' \(1 image; the model has 'red'\) and 'Blue' /,
  );
});

test('of more than ten labels the rest is counted', () => {
  const leftOut = Array.from({ length: 12 }, (_, i) => ({ label: `l${i}`, images: 1, similar: null }));
  expect(leftOutList(leftOut).map(({ text }) => text)).toHaveLength(11);
  expect(leftOutList(leftOut).at(-1)!.text).toBe('2 more labels');
});

test('a folder without any label is not an error', async () => {
  const { samples, leftOut } = await read('a.jpg\nb.jpg\n', ['blue']);
  expect(leftOut).toEqual([]);
  expect(() => requireCommonLabel(samples, leftOut, 'test')).not.toThrow();
});
