import { randomStream, permutation } from '../../../shared/random.ts';
import type { Engine, Range } from '../engine/engine.ts';
import type { Model, Parameters } from '../graph/graph.ts';
import { withoutFakeQuant } from '../graph/insertFakeQuant.ts';

/**
 * Ranges of all tracked fake-quant nodes over a representative set: the means of the batches' smallest and largest
 * values, as in moving-average quantizers. One outlier then does not widen a range for all other images, while the
 * extremes of each batch still count. `batches` yields uint8 [N, S, S, 3] with the same N.
 */
export async function calibrate(
  engine: Engine,
  model: Model,
  parameters: Parameters,
  batches: AsyncIterable<Uint8Array>,
  batchSize: number,
): Promise<Map<string, Range>> {
  const tracked = model.nodes.flatMap((node) => (node.op === 'fakeQuant' && node.range === null ? [node] : []));
  const float = withoutFakeQuant(model);
  const session = await engine.createInference({
    model: float,
    parameters,
    batchSize,
    outputs: [],
    ranges: tracked.map((node) => node.input),
  });
  const sums = new Map<string, [number, number]>(tracked.map((node) => [node.name, [0, 0]]));
  let count = 0;
  try {
    for await (const pixels of batches) {
      const { ranges } = await session.run(pixels);
      count++;
      for (const node of tracked) {
        const [min, max] = ranges.get(node.input)!;
        const sum = sums.get(node.name)!;
        sum[0] += min;
        sum[1] += max;
      }
    }
  } finally {
    await session.dispose();
  }
  return new Map([...sums].map(([name, [min, max]]) => [name, [min / count, max / count] as const]));
}

/** The part of a sample on which the choice depends. */
export interface Labeled {
  readonly labels: Int8Array;
}

/**
 * Indices of `size` samples that cover as many classes as possible. In an order drawn by the seed, each class from the
 * rarest on gets one sample if none of its samples has been chosen yet; the rest are random.
 */
export function selectRepresentative(
  samples: readonly Labeled[],
  classes: number,
  size: number,
  seed: number,
): number[] {
  const order = [...permutation(samples.length, randomStream(seed, 'representative'))];
  const wanted = Math.min(size, samples.length);
  const samplesOf = Array.from({ length: classes }, (_, c) => order.filter((i) => samples[i]!.labels[c] === 1)).sort(
    (a, b) => a.length - b.length,
  );
  const chosen = new Set<number>();
  for (const own of samplesOf) {
    if (chosen.size >= wanted || own.some((i) => chosen.has(i))) continue;
    if (own.length > 0) chosen.add(own[0]!);
  }
  for (const i of order) {
    if (chosen.size >= wanted) break;
    chosen.add(i);
  }
  return [...chosen];
}
