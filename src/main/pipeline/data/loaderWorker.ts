import { parentPort, workerData } from 'node:worker_threads';
import { toProblemData } from '../../../shared/problem.ts';
import type { ProblemData } from '../../../shared/problem.ts';
import type { AugmentationConfig } from '../../../shared/config.ts';
import { augment } from './augment.ts';
import { drawAugmentation } from './drawAugmentation.ts';
import { decodeImage } from './decode.ts';
import { letterbox } from './letterbox.ts';
import { mixPixels } from './mixing.ts';
import type { Mixing } from './mixing.ts';
import { openPixelCache, pixelKey } from './pixelCache.ts';
import type { PixelCache } from './pixelCache.ts';

export interface WorkerOptions {
  readonly sizes: readonly number[];
  readonly paddingColor: readonly [number, number, number];
  readonly maxMegapixels: number;
  readonly cache: { readonly folder: string; readonly allowance: number } | null;
}

export interface WorkerRequest {
  readonly id: number;
  readonly images: readonly { readonly file: string; readonly hash: string }[];
  readonly augmentation: {
    readonly config: AugmentationConfig;
    readonly seed: number;
    readonly epoch: number;
    readonly positions: readonly number[];
    readonly mixing: Mixing | null;
  } | null;
}

export interface WorkerReply {
  readonly id: number;
  /** One [N, S, S, 3] per size. */
  readonly batches?: readonly Uint8Array<ArrayBuffer>[];
  readonly problem?: ProblemData;
  /** Number of images that were not in the cache and had to be decoded. */
  readonly decoded: number;
}

const port = parentPort!;
const options = workerData as WorkerOptions;
const cache: PixelCache | null =
  options.cache === null ? null : openPixelCache(options.cache.folder, options.cache.allowance);

port.on('message', (request: WorkerRequest) => void answer(request));

async function answer(request: WorkerRequest): Promise<void> {
  const count = { decoded: 0 };
  try {
    let batches = options.sizes.map((size) => new Uint8Array(request.images.length * size * size * 3));
    await Promise.all(request.images.map((image, n) => fill(request, image, n, batches, count)));
    const mixing = request.augmentation?.mixing ?? null;
    if (mixing !== null) batches = batches.map((pixels) => mixPixels(pixels, mixing));
    port.postMessage(
      { id: request.id, batches, decoded: count.decoded } satisfies WorkerReply,
      batches.map(({ buffer }) => buffer),
    );
  } catch (error) {
    port.postMessage({ id: request.id, problem: toProblemData(error), decoded: count.decoded } satisfies WorkerReply);
  }
}

type Image = WorkerRequest['images'][number];

async function fill(
  { augmentation }: WorkerRequest,
  image: Image,
  n: number,
  batches: readonly Uint8Array[],
  count: { decoded: number },
): Promise<void> {
  const pixels = await pixelsOf(image, count);
  const drawn =
    augmentation === null
      ? null
      : drawAugmentation(augmentation.config, augmentation.seed, augmentation.epoch, augmentation.positions[n]!);
  options.sizes.forEach((size, i) => {
    const start = n * size * size * 3;
    if (drawn === null) batches[i]!.set(pixels[i]!, start);
    else augment(pixels[i]!, size, drawn, options.paddingColor, batches[i]!, start);
  });
}

/** Returns letterboxed pixels at every size, from the cache if all sizes are there. */
async function pixelsOf({ file, hash }: Image, count: { decoded: number }): Promise<Uint8Array[]> {
  const keeps = hash === '' ? null : cache;
  const keys = options.sizes.map((size) => pixelKey(hash, size, options.paddingColor));
  const kept = await Promise.all(options.sizes.map((size, i) => keeps?.read(keys[i]!, size) ?? null));
  if (kept.every((pixels) => pixels !== null)) return kept;
  const { width, height, rgb } = await decodeImage(file, {
    paddingColor: options.paddingColor,
    maxMegapixels: options.maxMegapixels,
    hash,
  });
  count.decoded++;
  const made = options.sizes.map((size) => letterbox(rgb, width, height, size, options.paddingColor));
  if (keeps !== null)
    await Promise.all(made.map((pixels, i) => (kept[i] === null ? keeps.write(keys[i]!, pixels) : undefined)));
  return made;
}
