import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import os, { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { configSchema } from '../../src/shared/config.ts';
import { augment } from '../../src/main/pipeline/data/augment.ts';
import { checkProject } from '../../src/main/pipeline/data/checkDataset.ts';
import type { Sample } from '../../src/main/pipeline/data/dataset.ts';
import { drawAugmentation } from '../../src/main/pipeline/data/drawAugmentation.ts';
import { createLoader } from '../../src/main/pipeline/data/loader.ts';
import { createSample } from '../../src/main/pipeline/data/sample/createSample.ts';
import { compareLoading } from './loadPeers.ts';

const BATCH = 32;
const PHOTOS = 32;
const config = configSchema.parse({});

/**
 * Loading, in images per second and core: whole photos of 12 megapixels, small ones, and what comes from the pixel
 * cache, plain and augmented; then processor time against other libraries.
 */
export async function benchData(): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'bench-data-'));
  try {
    const project = path.join(folder, 'sample');
    await createSample(project, { seed: 1, size: 1024, images: { train: 192, val: 8, test: 8 } });
    const { dataset } = await checkProject(project, { ...config.data, min_positives: 0 }, { cacheFolder: null });
    const all = os.availableParallelism();
    const small = dataset.splits.train;
    const photos = await photosOf12Megapixels(path.join(folder, 'photos'), small[0]!);
    const tiny = await smallJpegs(path.join(folder, 'small'), small);
    const cache = path.join(folder, 'cache');
    const rows: (readonly [string, number])[] = [
      [
        '12 megapixels, JPEG, decoded to 240 px',
        await rate(photos, [240], { workers: all, cache: null, augmented: false }),
      ],
      ['256 px, JPEG, decoded to 240 px', await rate(tiny, [240], { workers: all, cache: null, augmented: false })],
      ['1024 px, PNG, decoded to 240 px', await rate(small, [240], { workers: all, cache: null, augmented: false })],
    ];
    await rate(small, [240, 300], { workers: all, cache, augmented: false });
    for (const [sizes, name] of [
      [[240], '240 px'],
      [[240, 300], '240 and 300 px'],
    ] as const) {
      rows.push([`from the cache, ${name}`, await rate(small, sizes, { workers: all, cache, augmented: false })]);
      rows.push([
        `from the cache and augmented, ${name}`,
        await rate(small, sizes, { workers: all, cache, augmented: true }),
      ]);
    }
    rows.push(['augmenting alone, 240 px, 1 core', augmentationRate(240)]);
    for (const [name, perSecond] of rows) {
      const cores = name.endsWith('1 core') ? 1 : all;
      console.log(
        `  ${name.padEnd(46)} ${perSecond.toFixed(0).padStart(6)} images/s  ` +
          `${(perSecond / cores).toFixed(0).padStart(6)} a core`,
      );
    }
    compareLoading([
      { name: '256 px, JPEG', folder: path.join(folder, 'small'), count: 600 },
      { name: '12 megapixels, JPEG', folder: path.join(folder, 'photos'), count: 24 },
    ]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Copies of one large photo: a decoder does the same work each time. */
async function photosOf12Megapixels(folder: string, from: Sample): Promise<Sample[]> {
  mkdirSync(folder);
  const first = path.join(folder, '0.jpg');
  await sharp(from.file).resize(4000, 3000, { fit: 'cover', kernel: 'lanczos3' }).jpeg({ quality: 90 }).toFile(first);
  const files = Array.from({ length: PHOTOS }, (_, i) => path.join(folder, `${i}.jpg`));
  await Promise.all(files.slice(1).map((file) => cp(first, file)));
  return files.map((file, i) => ({ ...from, path: path.basename(file), file, hash: '', line: i + 1 }));
}

async function smallJpegs(folder: string, from: readonly Sample[]): Promise<Sample[]> {
  mkdirSync(folder);
  return Promise.all(
    from.map(async (sample, i) => {
      const file = path.join(folder, `${i}.jpg`);
      await sharp(sample.file).resize(256, 256).jpeg({ quality: 90 }).toFile(file);
      return { ...sample, path: path.basename(file), file, hash: '' };
    }),
  );
}

async function rate(
  samples: readonly Sample[],
  sizes: readonly number[],
  { workers, cache, augmented }: { workers: number; cache: string | null; augmented: boolean },
): Promise<number> {
  const loader = await createLoader({
    sizes,
    paddingColor: [0, 0, 0],
    maxMegapixels: 100,
    workers,
    cache: cache === null ? null : { folder: cache, maxBytes: 1e9 },
  });
  const batches = Array.from({ length: samples.length / BATCH }, (_, i) => samples.slice(i * BATCH, (i + 1) * BATCH));
  // Threads start, and code is compiled, before the clock.
  await loader.load({ samples: batches[0]!.slice(0, 4), augmentation: null });
  const started = performance.now();
  await Promise.all(
    batches.map((batch, n) =>
      loader.load({
        samples: batch,
        augmentation: augmented
          ? {
              config: config.augmentation,
              seed: 1,
              epoch: 0,
              positions: batch.map((_, i) => n * BATCH + i),
              mixing: null,
            }
          : null,
      }),
    ),
  );
  const seconds = (performance.now() - started) / 1000;
  await loader.close();
  return samples.length / seconds;
}

function augmentationRate(size: number): number {
  const pixels = new Uint8Array(size * size * 3).fill(100);
  const out = new Uint8Array(pixels.length);
  const run = (images: number): void => {
    for (let i = 0; i < images; i++)
      augment(pixels, size, drawAugmentation(config.augmentation, 1, 0, i), [0, 0, 0], out, 0);
  };
  run(50);
  const started = performance.now();
  run(400);
  return 400 / ((performance.now() - started) / 1000);
}
