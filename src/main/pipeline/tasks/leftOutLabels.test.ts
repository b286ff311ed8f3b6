import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readDataset } from '../data/readDataset.ts';
import { leftOutLabels, leftOutText, requireCommonLabel } from './leftOutLabels.ts';

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

test('labels that the model lacks, with their images and the label that was meant', async () => {
  const { samples, leftOut } = await read('a.jpg\tRed,blue\nb.jpg\tRed,Red\nc.jpg\tmauve\nd.jpg\n', ['blue', 'red']);
  expect(leftOut).toEqual([
    { label: 'Red', images: 2, similar: 'red' },
    { label: 'mauve', images: 1, similar: null },
  ]);
  expect(leftOutText(leftOut)).toBe("'Red' (2 images; the model has 'red'), 'mauve' (1 image)");
  expect(() => requireCommonLabel(samples, leftOut, 'test')).not.toThrow();
});

test('no label in common is an error that names them', async () => {
  const { samples, leftOut } = await read('a.jpg\tRed\nb.jpg\tBlue\n', ['blue', 'red']);
  expect(() => requireCommonLabel(samples, leftOut, 'test')).toThrow(
    /^The model has none of the labels in test\.txt: 'Red' \(1 image; the model has 'red'\), 'Blue' /,
  );
});

test('a folder without any label is not such an error', async () => {
  const { samples, leftOut } = await read('a.jpg\nb.jpg\n', ['blue']);
  expect(leftOut).toEqual([]);
  expect(() => requireCommonLabel(samples, leftOut, 'test')).not.toThrow();
});
