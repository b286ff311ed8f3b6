import { permutation, randomStream } from '../../../shared/random.ts';
import { plainBatches } from './batches.ts';
import type { StatisticsSource } from './batchStatistics.ts';
import type { Model, Parameters, Tensor } from '../graph/graph.ts';

/** Each batch returns the input of every BatchNorm; a small batch keeps that within a few hundred megabytes. */
const BATCH_SIZE = 4;
const MOST_BATCHES = 16;

/**
 * Turns BatchNorms that are identities because they were folded (see tfliteFile.ts) into real ones that compute the
 * same. In training a BatchNorm divides by its batch's deviation, so one with mean 0 and variance 1 would become a
 * different layer at the first step. The mean m and variance v of its inputs are measured on training images in
 * inference mode; s = gamma / sqrt(variance + e) is kept, and mean = m, variance = v, gamma' = s sqrt(v + e), beta' =
 * beta + s (m - mean).
 */
export async function unfoldBatchNorm(
  { engine, loader, sizeIndex, samples, seed }: StatisticsSource,
  model: Model,
  parameters: Parameters,
): Promise<Map<string, Tensor>> {
  const norms = model.nodes.flatMap((node) => (node.op === 'batchNorm' ? [node] : []));
  const batches = Math.min(MOST_BATCHES, Math.max(1, Math.floor(samples.length / BATCH_SIZE)));
  const order = permutation(samples.length, randomStream(seed, 'unfold'));
  const chosen = Array.from({ length: batches * BATCH_SIZE }, (_, i) => samples[order[i % samples.length]!]!);
  const sums = new Map(norms.map(({ input, shape }) => [input, new Moments(shape.at(-1)!)]));
  const session = await engine.createInference({ model, parameters, batchSize: BATCH_SIZE, outputs: [...sums.keys()] });
  try {
    for await (const { pixels } of plainBatches(loader, chosen, BATCH_SIZE)) {
      const { outputs } = await session.run(pixels[sizeIndex]!);
      for (const [name, moments] of sums) moments.add(outputs.get(name)!);
    }
  } finally {
    await session.dispose();
  }
  const unfolded = new Map<string, Tensor>(parameters);
  for (const { input, gamma, beta, mean, variance, epsilon } of norms) {
    const { means, variances } = sums.get(input)!.result();
    const old = (name: string): Float32Array => parameters.get(name)!.data;
    const scales = Float64Array.from(old(gamma), (value, c) => value / Math.sqrt(old(variance)[c]! + epsilon));
    const vector = (values: Float64Array): Tensor => ({ shape: [values.length], data: Float32Array.from(values) });
    unfolded.set(mean, vector(means)).set(variance, vector(variances));
    unfolded.set(gamma, vector(scales.map((scale, c) => scale * Math.sqrt(variances[c]! + epsilon))));
    unfolded.set(beta, vector(scales.map((scale, c) => old(beta)[c]! + scale * (means[c]! - old(mean)[c]!))));
  }
  return unfolded;
}

/** Mean and population variance of each channel over all added NHWC values. */
class Moments {
  private readonly sum: Float64Array;
  private readonly squares: Float64Array;
  private count = 0;

  constructor(channels: number) {
    this.sum = new Float64Array(channels);
    this.squares = new Float64Array(channels);
  }

  add(values: Float32Array): void {
    const channels = this.sum.length;
    this.count += values.length / channels;
    for (let at = 0; at < values.length; at += channels) {
      for (let c = 0; c < channels; c++) {
        const value = values[at + c]!;
        this.sum[c]! += value;
        this.squares[c]! += value * value;
      }
    }
  }

  result(): { means: Float64Array; variances: Float64Array } {
    const means = this.sum.map((sum) => sum / this.count);
    return { means, variances: this.squares.map((squares, c) => Math.max(0, squares / this.count - means[c]! ** 2)) };
  }
}
