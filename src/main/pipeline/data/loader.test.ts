import { createHash } from 'node:crypto';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { configSchema } from '../../../shared/config.ts';
import { augment } from './augment.ts';
import { drawAugmentation } from './drawAugmentation.ts';
import type { Sample } from './dataset.ts';
import { letterbox } from './letterbox.ts';
import type { Loader } from './loader.ts';
import { createLoader } from './loader.ts';
import type { Mixing } from './mixing.ts';

const PADDING: [number, number, number] = [9, 8, 7];
let folder = '';
let loaders: Loader[] = [];

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'loader-'));
});
afterEach(async () => {
  await Promise.all(loaders.map((loader) => loader.close()));
  loaders = [];
  rmSync(folder, { recursive: true, force: true });
});

const [WIDTH, HEIGHT] = [30, 20];
const raw = (n: number): Uint8Array =>
  Uint8Array.from({ length: WIDTH * HEIGHT * 3 }, (_, i) => (i * (n + 3) + 40 * n) % 256);

async function image(n: number): Promise<Sample> {
  const bytes = await sharp(raw(n), { raw: { width: WIDTH, height: HEIGHT, channels: 3 } })
    .png()
    .toBuffer();
  const file = path.join(folder, `${n}.png`);
  writeFileSync(file, bytes);
  return {
    path: `${n}.png`,
    file,
    labels: new Int8Array(1),
    hash: createHash('sha256').update(bytes).digest('hex'),
    line: n + 1,
  };
}

async function open(options: Partial<Parameters<typeof createLoader>[0]> = {}): Promise<Loader> {
  const loader = await createLoader({
    sizes: [16, 24],
    paddingColor: PADDING,
    maxMegapixels: 1,
    cache: { folder: path.join(folder, 'cache'), maxBytes: 1e6 },
    workers: 2,
    ...options,
  });
  loaders.push(loader);
  return loader;
}

const boxed = (n: number, size: number): Uint8Array => letterbox(raw(n), WIDTH, HEIGHT, size, PADDING);
const cacheFiles = (): string[] =>
  readdirSync(path.join(folder, 'cache'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));

describe('the loader', () => {
  test('gives letterboxed pixels of every sample at every size, in order', async () => {
    const samples = await Promise.all([0, 1, 2].map(image));
    const loader = await open();
    const many = await Promise.all(Array.from({ length: 6 }, () => loader.load({ samples, augmentation: null })));
    for (const [small, large] of many) {
      expect(Buffer.compare(small!, Buffer.concat([0, 1, 2].map((n) => boxed(n, 16))))).toBe(0);
      expect(Buffer.compare(large!, Buffer.concat([0, 1, 2].map((n) => boxed(n, 24))))).toBe(0);
    }
  });

  test('augments each sample by seed, epoch and position', async () => {
    const samples = await Promise.all([0, 1].map(image));
    const config = configSchema.parse({}).augmentation;
    const [small] = await (
      await open()
    ).load({ samples, augmentation: { config, seed: 5, epoch: 2, positions: [40, 7], mixing: null } });
    const expected = new Uint8Array(small!.length);
    augment(boxed(0, 16), 16, drawAugmentation(config, 5, 2, 40), PADDING, expected, 0);
    augment(boxed(1, 16), 16, drawAugmentation(config, 5, 2, 7), PADDING, expected, 16 * 16 * 3);
    expect(Buffer.compare(small!, expected)).toBe(0);
  });

  test('blends pairs of a batch, after they are augmented', async () => {
    const samples = await Promise.all([0, 1].map(image));
    const config = configSchema.parse({}).augmentation;
    const loader = await open();
    const ask = async (mixing: Mixing | null): Promise<readonly Uint8Array[]> =>
      loader.load({ samples, augmentation: { config, seed: 5, epoch: 2, positions: [40, 7], mixing } });
    const [small] = await ask(null);
    const image0 = small!.subarray(0, 16 * 16 * 3),
      image1 = small!.subarray(16 * 16 * 3);
    const [mixed] = await ask({ partners: Uint32Array.of(1, 0), shares: Float64Array.of(0.25, 1) });
    expect([...mixed!.subarray(0, image0.length)]).toEqual(
      Array.from(image0, (value, i) => Math.floor(0.25 * value + 0.75 * image1[i]! + 0.5)),
    );
    expect(Buffer.compare(mixed!.subarray(image0.length), image1)).toBe(0);
  });

  test('decodes an image once, in this run and the next', async () => {
    const samples = await Promise.all([0, 1, 2].map(image));
    const first = await open();
    await first.load({ samples, augmentation: null });
    await first.load({ samples, augmentation: null });
    expect(first.decoded()).toBe(3);
    const second = await open();
    const [small] = await second.load({ samples, augmentation: null });
    expect(second.decoded()).toBe(0);
    expect(Buffer.compare(small!, Buffer.concat([0, 1, 2].map((n) => boxed(n, 16))))).toBe(0);
  });

  test.each([
    ['torn', (file: string) => truncateSync(file, 100)],
    [
      'damaged',
      (file: string) => {
        const bytes = readFileSync(file);
        bytes[50]! ^= 1;
        writeFileSync(file, bytes);
      },
    ],
    ['gone', (file: string) => unlinkSync(file)],
  ])('makes pixels again whose cache file is %s', async (_, harm) => {
    const samples = [await image(0)];
    await (await open()).load({ samples, augmentation: null });
    cacheFiles().forEach(harm);
    const loader = await open();
    const [small] = await loader.load({ samples, augmentation: null });
    expect(loader.decoded()).toBe(1);
    expect(Buffer.compare(small!, boxed(0, 16))).toBe(0);
  });

  test('does not confuse pixels of another padding color, size or content', async () => {
    const samples = [await image(0)];
    await (await open()).load({ samples, augmentation: null });
    for (const options of [{ paddingColor: [0, 0, 1] as [number, number, number] }, { sizes: [18] }]) {
      const loader = await open(options);
      await loader.load({ samples, augmentation: null });
      expect(loader.decoded()).toBe(1);
    }
  });

  test('stays within its limit by removing the oldest files', async () => {
    const samples = await Promise.all(Array.from({ length: 12 }, (_, n) => image(n)));
    const one = 16 * 16 * 3 + 4;
    await (
      await open({ sizes: [16], workers: 1, cache: { folder: path.join(folder, 'cache'), maxBytes: 5 * one } })
    ).load({ samples, augmentation: null });
    expect(cacheFiles().length).toBe(5);
    await open({ sizes: [16], workers: 1, cache: { folder: path.join(folder, 'cache'), maxBytes: 5 * one } });
    expect(cacheFiles().length).toBe(4);
  });

  test('continues without a cache that cannot be written', async () => {
    writeFileSync(path.join(folder, 'cache'), 'a file in the way');
    const [small] = await (await open()).load({ samples: [await image(0)], augmentation: null });
    expect(Buffer.compare(small!, boxed(0, 16))).toBe(0);
  });

  test('names a missing image, and stays usable', async () => {
    const samples = await Promise.all([0, 1].map(image));
    const loader = await open();
    unlinkSync(samples[0]!.file);
    await expect(loader.load({ samples, augmentation: null })).rejects.toThrow(/0\.png cannot be read/);
    expect((await loader.load({ samples: [samples[1]!], augmentation: null }))[0]!.length).toBe(16 * 16 * 3);
  });

  test('refuses an image that changed', async () => {
    const sample = await image(0);
    mkdirSync(path.join(folder, 'other'), { recursive: true });
    await image(1);
    writeFileSync(sample.file, readFileSync(path.join(folder, '1.png')));
    await expect((await open()).load({ samples: [sample], augmentation: null })).rejects.toThrow(/0\.png has changed/);
  });

  test('rejects pending loads when it is closed', async () => {
    const loader = await open({ workers: 1 });
    const loading = loader.load({ samples: [await image(0)], augmentation: null });
    const outcome = expect(loading).rejects.toThrow(/closed/);
    await loader.close();
    await outcome;
  });
});
