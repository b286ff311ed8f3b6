import os from 'node:os';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import type { AugmentationConfig } from '../../../shared/config.ts';
import { Problem } from '../../../shared/problem.ts';
import type { Sample } from './dataset.ts';
import type { WorkerOptions, WorkerReply, WorkerRequest } from './loaderWorker.ts';
import type { Mixing } from './mixing.ts';
import { makeRoom } from './pixelCache.ts';

/**
 * Worker threads prepare batches of letterboxed (and on request augmented) pixels ahead of the training step. One call
 * makes one batch at every size, with the same augmentation of a sample at all sizes.
 */
export interface LoaderOptions {
  /** Sides of the square inputs, in pixels: for example [240, 300] for student and teacher. */
  readonly sizes: readonly number[];
  /** RGB 0..255 of the letterbox's padding. */
  readonly paddingColor: readonly [number, number, number];
  readonly maxMegapixels: number;
  /** Letterboxed pixels are kept here; null keeps nothing. */
  readonly cache: { readonly folder: string; readonly maxBytes: number } | null;
  /** Number of threads; 0 chooses by the number of cores. */
  readonly workers: number;
}

export interface BatchRequest {
  readonly samples: readonly Sample[];
  /**
   * Null gives exactly the letterboxed pixels, for evaluation and calibration. Otherwise each sample is augmented by a
   * draw from (seed, epoch, position of the sample).
   */
  readonly augmentation: {
    readonly config: AugmentationConfig;
    readonly seed: number;
    readonly epoch: number;
    readonly positions: readonly number[];
    readonly mixing: Mixing | null;
  } | null;
}

export interface Loader {
  /**
   * Returns one uint8 buffer [N, S, S, 3] per size, in the order of `sizes`. Calls may overlap; each goes to the least
   * busy thread. Rejects with a Problem that names the file; the loader stays usable.
   */
  load(request: BatchRequest): Promise<readonly Uint8Array[]>;
  /** Number of images decoded so far, without those found in the cache. */
  decoded(): number;
  /** Ends the threads at once and rejects pending loads. */
  close(): Promise<void>;
}

interface Pending {
  resolve(batches: readonly Uint8Array[]): void;
  reject(error: Error): void;
}
interface LoaderThread {
  readonly worker: Worker;
  readonly pending: Map<number, Pending>;
}

/** Decoding is bound by memory bandwidth: more threads than this are not faster. */
const MOST_WORKERS = 8;
const workerCount = (asked: number): number =>
  asked > 0 ? asked : Math.min(MOST_WORKERS, Math.max(1, os.availableParallelism() - 1));

export async function createLoader({
  sizes,
  paddingColor,
  maxMegapixels,
  cache,
  workers,
}: LoaderOptions): Promise<Loader> {
  const count = workerCount(workers);
  const folder = cache === null ? null : path.join(cache.folder, 'pixels');
  const allowance = folder === null ? 0 : (await makeRoom(folder, cache!.maxBytes)) / count;
  const options: WorkerOptions = {
    sizes,
    paddingColor,
    maxMegapixels,
    cache: folder === null ? null : { folder, allowance },
  };
  const threads = Array.from({ length: count }, () => startThread(options));
  let decoded = 0;
  let next = 0;
  for (const { worker, pending } of threads) {
    worker.on('message', (reply: WorkerReply) => {
      decoded += reply.decoded;
      const waiting = pending.get(reply.id);
      pending.delete(reply.id);
      if (reply.batches !== undefined) waiting?.resolve(reply.batches);
      else waiting?.reject(Problem.from(reply.problem!));
    });
  }
  return {
    load: ({ samples, augmentation }) =>
      new Promise((resolve, reject) => {
        const { worker, pending } = threads.reduce((a, b) => (b.pending.size < a.pending.size ? b : a));
        const request: WorkerRequest = {
          id: next++,
          images: samples.map(({ file, hash }) => ({ file, hash })),
          augmentation,
        };
        pending.set(request.id, { resolve, reject });
        worker.postMessage(request);
      }),
    decoded: () => decoded,
    close: async () => {
      await Promise.all(threads.map(({ worker }) => worker.terminate()));
    },
  };
}

function startThread(options: WorkerOptions): LoaderThread {
  const worker = new Worker(new URL(`./loaderWorker${path.extname(import.meta.filename)}`, import.meta.url), {
    workerData: options,
  });
  const pending = new Map<number, Pending>();
  const fail = (problem: Problem): void => {
    for (const { reject } of pending.values()) reject(problem);
    pending.clear();
  };
  worker.on('error', (error) => fail(new Problem('internal.loaderThread', {}, error.stack)));
  worker.on('exit', () => fail(new Problem('cancelled.loaderClosed')));
  return { worker, pending };
}
