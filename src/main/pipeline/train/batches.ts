import type { AugmentationConfig } from '../../../shared/config.ts';
import type { Sample } from '../data/dataset.ts';
import type { Loader } from '../data/loader.ts';
import type { Mixing } from '../data/mixing.ts';
import { drawMixing, mixTargets } from '../data/mixing.ts';
import type { Sampling } from './sampling.ts';
import { epochOrder, epochSize } from './sampling.ts';

/** A batch of training data: pixels at each of the loader's sizes, and targets. */
export interface TrainingBatch {
  /** Positions of its samples in the split. */
  readonly positions: readonly number[];
  readonly pixels: readonly Uint8Array[];
  /** [N, classes] in 0..1; 0 where the label is unknown. */
  readonly labels: Float32Array;
  /**
   * [N, classes]: 1 / known entries, or 0 where the label is unknown, so that the loss is the mean over known labels.
   */
  readonly weights: Float32Array;
  /** Seconds that training waited for the batch. */
  readonly waited: number;
}

/** The part of a batch that networks see. */
export type BatchImages = Pick<TrainingBatch, 'positions' | 'pixels'>;

export const stepsPerEpoch = ({
  samples,
  sampling,
  batchSize,
}: Pick<AugmentedSource, 'samples' | 'sampling' | 'batchSize'>): number =>
  Math.ceil(epochSize(samples, sampling) / batchSize);

/**
 * Splits an epoch's order into batches of equal size. The last one is filled from the start of the order, so that every
 * image is seen and every step has a full batch.
 */
export function splitIntoBatches(order: Uint32Array, batchSize: number): number[][] {
  return Array.from({ length: Math.ceil(order.length / batchSize) }, (_, batch) =>
    Array.from({ length: batchSize }, (_, i) => order[(batch * batchSize + i) % order.length]!),
  );
}

/** Targets of samples without mixing; each known label has weight 1. */
function targetsOf(samples: readonly Sample[], classes: number): Pick<TrainingBatch, 'labels' | 'weights'> {
  const labels = new Float32Array(samples.length * classes);
  const weights = new Float32Array(samples.length * classes);
  samples.forEach((sample, row) => {
    for (let c = 0; c < classes; c++) {
      const state = sample.labels[c]!;
      labels[row * classes + c] = state === 1 ? 1 : 0;
      weights[row * classes + c] = state < 0 ? 0 : 1;
    }
  });
  return { labels, weights };
}

export function batchTargets(
  samples: readonly Sample[],
  classes: number,
  mixing: Mixing | null = null,
): Pick<TrainingBatch, 'labels' | 'weights'> {
  const own = targetsOf(samples, classes);
  const { labels, weights } = mixing === null ? own : mixTargets(own, mixing);
  const known = weights.reduce((a, b) => a + b, 0);
  return { labels, weights: weights.map((weight) => weight / Math.max(1, known)) };
}

/**
 * Loads the items of `plan` in order, up to `ahead` of them in advance, so that images are decoded while a step
 * computes. The first ones are loaded at once, before the consumer asks for them. `waited` is the time in seconds that
 * the consumer had to wait.
 */
export function prefetched<T>(
  plan: readonly T[],
  ahead: number,
  load: (item: T) => Promise<readonly Uint8Array[]>,
): AsyncGenerator<{ item: T; pixels: readonly Uint8Array[]; waited: number }> {
  const pending: Promise<readonly Uint8Array[]>[] = [];
  let next = 0;
  const fill = (): void => {
    while (next < plan.length && pending.length <= ahead) {
      const loading = load(plan[next++]!);
      loading.catch(() => undefined); // awaited below, unless the loop has ended for another reason
      pending.push(loading);
    }
  };
  async function* inOrder(): AsyncGenerator<{ item: T; pixels: readonly Uint8Array[]; waited: number }> {
    try {
      for (const item of plan) {
        fill();
        const asked = performance.now();
        const pixels = await pending.shift()!;
        yield { item, pixels, waited: (performance.now() - asked) / 1000 };
      }
    } finally {
      await Promise.allSettled(pending);
    }
  }
  fill();
  return inOrder();
}

const AHEAD = 4;

export interface AugmentedSource {
  readonly loader: Pick<Loader, 'load'>;
  readonly samples: readonly Sample[];
  readonly classes: number;
  readonly batchSize: number;
  readonly augmentation: AugmentationConfig;
  readonly sampling: Sampling;
  readonly seed: number;
}

/** The augmented training batches of one epoch, which begin to load now; a resumed epoch begins at batch `firstStep`. */
export function trainingBatches(
  source: AugmentedSource,
  epoch: number,
  firstStep: number,
): AsyncGenerator<TrainingBatch> {
  const { loader, samples, seed, batchSize, augmentation: config } = source;
  const plan = splitIntoBatches(epochOrder(samples, source.sampling, seed, epoch), batchSize)
    .map((positions, batch) => ({ positions, mixing: drawMixing(config.mixup, batchSize, seed, epoch, batch) }))
    .slice(firstStep);
  const load = ({ positions, mixing }: (typeof plan)[number]): Promise<readonly Uint8Array[]> =>
    loader.load({
      samples: positions.map((p) => samples[p]!),
      augmentation: { config, seed, epoch, positions, mixing },
    });
  const loaded = prefetched(plan, AHEAD, load);
  async function* withTargets(): AsyncGenerator<TrainingBatch> {
    for await (const {
      item: { positions, mixing },
      pixels,
      waited,
    } of loaded) {
      const targets = batchTargets(
        positions.map((p) => samples[p]!),
        source.classes,
        mixing,
      );
      yield { positions, pixels, waited, ...targets };
    }
  }
  return withTargets();
}

/**
 * Batches of equal size without augmentation, in order. Only the first `count` rows of a batch are real; the rest is
 * padding.
 */
export async function* plainBatches(
  loader: Loader,
  samples: readonly Sample[],
  batchSize: number,
): AsyncGenerator<{ pixels: readonly Uint8Array[]; first: number; count: number }> {
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
