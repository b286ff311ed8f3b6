import type { AugmentationConfig } from '../../../shared/config.ts';
import { permutation, randomStream } from '../../../shared/random.ts';
import type { Sample } from '../data/dataset.ts';
import type { Loader } from '../data/loader.ts';

/** A batch of training data: pixels at each of the loader's sizes, and what the labels say. */
export interface TrainingBatch {
  readonly pixels: readonly Uint8Array[];
  /** [N, classes] in 0..1; 0 where unknown. */
  readonly labels: Float32Array;
  /** [N, classes]: 1 / known entries, 0 where the label is unknown: the loss is the mean over what is known. */
  readonly weights: Float32Array;
}

/**
 * The sample positions of every batch of an epoch: a seeded shuffle cut into batches of equal size; the last one is
 * filled from the start of the same shuffle, so that every sample is seen and every step has a full batch.
 */
export function epochBatches(count: number, batchSize: number, seed: number, epoch: number): number[][] {
  const order = permutation(count, randomStream(seed, epoch, 'shuffle'));
  return Array.from({ length: Math.ceil(count / batchSize) }, (_, batch) =>
    Array.from({ length: batchSize }, (_, i) => order[(batch * batchSize + i) % count]!));
}

export function batchTargets(samples: readonly Sample[], classes: number): Pick<TrainingBatch, 'labels' | 'weights'> {
  const labels = new Float32Array(samples.length * classes);
  const weights = new Float32Array(samples.length * classes);
  let known = 0;
  samples.forEach((sample, row) => {
    for (let c = 0; c < classes; c++) {
      const state = sample.labels[c]!;
      labels[row * classes + c] = state === 1 ? 1 : 0;
      weights[row * classes + c] = state < 0 ? 0 : 1;
      if (state >= 0) known++;
    }
  });
  for (let i = 0; i < weights.length; i++) weights[i]! /= Math.max(1, known);
  return { labels, weights };
}

/** Loads `plan` in order, `ahead` batches before they are asked for: decoding runs while a step computes. */
export async function* prefetched<T>(plan: readonly T[], ahead: number, load: (item: T) => Promise<readonly Uint8Array[]>): AsyncGenerator<{ item: T; pixels: readonly Uint8Array[] }> {
  const pending: Promise<readonly Uint8Array[]>[] = [];
  let next = 0;
  try {
    for (const item of plan) {
      while (next < plan.length && pending.length <= ahead) {
        const loading = load(plan[next++]!);
        loading.catch(() => undefined); // it is awaited below, or the loop has ended for another reason
        pending.push(loading);
      }
      yield { item, pixels: await pending.shift()! };
    }
  } finally {
    await Promise.allSettled(pending);
  }
}

const AHEAD = 4;

export interface AugmentedSource {
  readonly loader: Loader;
  readonly samples: readonly Sample[];
  readonly classes: number;
  readonly batchSize: number;
  readonly augmentation: AugmentationConfig;
  readonly seed: number;
}

/** The augmented training batches of one epoch, from batch `firstStep` on. */
export async function* trainingBatches(source: AugmentedSource, epoch: number, firstStep: number): AsyncGenerator<TrainingBatch> {
  const { loader, samples, seed } = source;
  const plan = epochBatches(samples.length, source.batchSize, seed, epoch).slice(firstStep);
  const load = (positions: number[]): Promise<readonly Uint8Array[]> =>
    loader.load({ samples: positions.map((p) => samples[p]!), augmentation: { config: source.augmentation, seed, epoch, positions } });
  for await (const { item, pixels } of prefetched(plan, AHEAD, load)) {
    yield { pixels, ...batchTargets(item.map((p) => samples[p]!), source.classes) };
  }
}

/** Un-augmented pixels of samples in order, in batches of equal size; `count` says how many rows of a batch are real. */
export async function* plainBatches(loader: Loader, samples: readonly Sample[], batchSize: number): AsyncGenerator<{ pixels: readonly Uint8Array[]; first: number; count: number }> {
  const starts = Array.from({ length: Math.ceil(samples.length / batchSize) }, (_, i) => i * batchSize);
  const load = (first: number): Promise<readonly Uint8Array[]> => {
    const rows = samples.slice(first, first + batchSize);
    while (rows.length < batchSize) rows.push(rows.at(-1)!);
    return loader.load({ samples: rows, augmentation: null });
  };
  for await (const { item: first, pixels } of prefetched(starts, AHEAD, load)) {
    yield { pixels, first, count: Math.min(batchSize, samples.length - first) };
  }
}
