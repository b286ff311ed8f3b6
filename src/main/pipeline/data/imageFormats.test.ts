import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { listFolder } from '../../studio/projects/browse.ts';
import { readSource } from '../../studio/imports/sources.ts';
import { imagesIn } from '../tasks/predict.ts';
import { extensionFits, looksLikeImage } from './imageFormats.ts';

const images = [
  'a.AVIF',
  'a.bmp',
  'a.gif',
  'a.heic',
  'a.heif',
  'a.jfif',
  'a.jpe',
  'a.jpeg',
  'a.JPG',
  'a.png',
  'a.tif',
  'a.tiff',
  'a.webp',
];

test('prediction, import and the folder chooser count the same files as images, with unsupported formats', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'endings-'));
  for (const name of [...images, 'a.txt', 'jpg', 'a.jpg.txt', 'a.svg']) writeFileSync(path.join(folder, name), '');
  try {
    expect(new Set(await imagesIn(folder))).toEqual(new Set(images));
    expect(new Set((await readSource(folder, { kind: 'unlabeled' })).entries.map((entry) => entry.path))).toEqual(
      new Set(images),
    );
    expect((await listFolder(folder)).images).toBe(images.length);
    expect(images.every(looksLikeImage)).toBe(true);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test.each([
  ['a.jpg', 'jpeg', true],
  ['b.c/photo', 'png', true],
  ['a.JFIF', 'jpeg', true],
  ['a.jpg', 'png', false],
  ['a.heic', 'avif', false],
  ['.hidden/a.tif', 'tiff', true],
] as const)('%s as %s: fits %s', (name, format, fits) => {
  expect(extensionFits(name, format)).toBe(fits);
});
