import type { Sample } from '../data/dataset.ts';
import type { Loader } from '../data/loader.ts';
import type { Engine } from '../engine/engine.ts';
import type { Model, Parameters, Tensor } from '../graph/graph.ts';
import { permutation, randomStream } from '../../../shared/random.ts';
import { plainBatches } from './batches.ts';

/** Enough for statistics within about one percent, at little cost compared to an epoch. */
export const MOST_BATCHES = 16;

export interface StatisticsSource {
  readonly engine: Engine;
  readonly loader: Loader;
  /** Index of this model's size among the loader's sizes. */
  readonly sizeIndex: number;
  readonly samples: readonly Sample[];
  readonly batchSize: number;
  readonly seed: number;
}

/** True when training changes any statistics, that is, when a BatchNorm is among the nodes from `trainableFrom` on. */
export const trainsStatistics = ({ nodes }: Model, trainableFrom: number): boolean =>
  nodes.slice(trainableFrom).some(({ op }) => op === 'batchNorm');

/**
 * Replaces the moving statistics of the BatchNorms from `trainableFrom` on with exact ones over training batches
 * without augmentation, drawn by the seed: the mean of the means, and the mean of the variances plus the variance of
 * the means ('precise BatchNorm', Wu & Johnson 2021, arXiv 2105.07576). The moving averages of training lag hundreds of
 * steps behind the weights (momentum 0.99) and belong to the raw weights rather than to their EMA. Statistics before
 * `trainableFrom` are kept, because the trained layers learned on what the frozen ones compute with them.
 */
export async function reestimateStatistics(
  source: StatisticsSource,
  model: Model,
  parameters: Parameters,
  trainableFrom: number,
): Promise<Map<string, Tensor>> {
  const { samples, batchSize } = source;
  const batches = Math.min(MOST_BATCHES, Math.max(1, Math.floor(samples.length / batchSize)));
  const order = permutation(samples.length, randomStream(source.seed, 'batch statistics'));
  const chosen = Array.from({ length: batches * batchSize }, (_, i) => samples[order[i % samples.length]!]!);
  const session = await source.engine.createStatistics({ model, parameters, batchSize, trainableFrom });
  try {
    const collected: ReadonlyMap<string, Float32Array>[] = [];
    for await (const { pixels } of plainBatches(source.loader, chosen, batchSize))
      collected.push(await session.run(pixels[source.sizeIndex]!));
    return withStatistics(model, parameters, collected);
  } finally {
    await session.dispose();
  }
}

function withStatistics(
  model: Model,
  parameters: Parameters,
  batches: readonly ReadonlyMap<string, Float32Array>[],
): Map<string, Tensor> {
  const updated = new Map<string, Tensor>(parameters);
  for (const node of model.nodes) {
    if (node.op !== 'batchNorm' || batches[0]?.has(node.mean) !== true) continue;
    const means = batches.map((batch) => batch.get(node.mean)!);
    const variances = batches.map((batch) => batch.get(node.variance)!);
    const mean = means[0]!.map((_, c) => average(means, c));
    const variance = mean.map(
      (center, c) => average(variances, c) + means.reduce((sum, m) => sum + (m[c]! - center) ** 2, 0) / means.length,
    );
    updated.set(node.mean, { shape: [mean.length], data: mean });
    updated.set(node.variance, { shape: [variance.length], data: variance });
  }
  return updated;
}

const average = (vectors: readonly Float32Array[], c: number): number =>
  vectors.reduce((sum, v) => sum + v[c]!, 0) / vectors.length;
