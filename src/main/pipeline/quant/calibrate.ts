import { randomStream, permutation } from '../../../shared/random.ts';
import type { Engine, Range } from '../engine/engine.ts';
import type { Model, Parameters } from '../graph/graph.ts';
import { withoutFakeQuant } from '../graph/insertFakeQuant.ts';

/**
 * Ranges of all tracked fake-quant nodes over a representative set: the mean of each batch's smallest and largest value,
 * as moving-average quantizers take them. One freak image then widens no range for all the others, while the extremes
 * of every batch still count. `batches` holds uint8 [N, S, S, 3], all of the same N.
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

/** A sample as far as the choice goes. */
export interface Labelled {
  readonly labels: Int8Array;
}

/**
 * Indices of `size` samples that cover the classes: in seeded order, first round robin over the classes from the rarest
 * on until each gave one (so no class is left out that need not be), then the rest at random.
 */
export function selectRepresentative(
  samples: readonly Labelled[],
  classes: number,
  size: number,
  seed: number,
): number[] {
  const order = [...permutation(samples.length, randomStream(seed, 'representative'))];
  const wanted = Math.min(size, samples.length);
  const holders = Array.from({ length: classes }, (_, c) => order.filter((i) => samples[i]!.labels[c] === 1)).sort(
    (a, b) => a.length - b.length,
  );
  const chosen = new Set<number>();
  for (const holder of holders) {
    if (chosen.size >= wanted || holder.some((i) => chosen.has(i))) continue;
    if (holder.length > 0) chosen.add(holder[0]!);
  }
  for (const i of order) {
    if (chosen.size >= wanted) break;
    chosen.add(i);
  }
  return [...chosen];
}
