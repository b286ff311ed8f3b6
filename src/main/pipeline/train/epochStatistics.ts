import type { Model, Parameters, Tensor } from '../graph/graph.ts';

/**
 * Training moves each statistic S toward every batch's own value b: S = m S + (1 - m) b, with m = 0.99. After an epoch
 * of a few steps S is still mostly what it was before. Over n batches the moving average gives those batches the weight
 * 1 - m^n, so (S - m^n S0) / (1 - m^n) is the average of their values alone (Adam corrects its moments in the same way,
 * Kingma & Ba 2015, arXiv 1412.6980, section 3). The weights barely change within so few batches, and nothing is
 * computed twice.
 */

/** At most this many batches count, the last of an epoch: earlier ones have seen older weights. */
export const COUNTED_BATCHES = 16;

/** The statistics that training changes, from node `trainableFrom` on. */
export function trainedStatistics({ nodes }: Model, trainableFrom: number, parameters: Parameters): Parameters {
  const statistics = new Map<string, Tensor>();
  for (const node of nodes.slice(trainableFrom)) {
    if (node.op !== 'batchNorm') continue;
    for (const name of [node.mean, node.variance]) statistics.set(name, parameters.get(name)!);
  }
  return statistics;
}

/**
 * The parameters with the averages over the last `batches` batches as statistics, where `before` holds the moving
 * statistics before them. Unchanged when there were none.
 */
export function withEpochStatistics(
  { nodes }: Model,
  parameters: Parameters,
  before: Parameters,
  batches: number,
): Parameters {
  if (batches === 0) return parameters;
  const updated = new Map(parameters);
  for (const node of nodes) {
    if (node.op !== 'batchNorm') continue;
    const kept = node.momentum ** batches;
    for (const name of [node.mean, node.variance]) {
      const start = before.get(name)?.data;
      if (start === undefined) continue;
      const { shape, data } = parameters.get(name)!;
      const average = data.map((value, c) => (value - kept * start[c]!) / (1 - kept));
      // Rounding may take a variance that is almost 0 below it.
      updated.set(name, { shape, data: name === node.variance ? average.map((v) => Math.max(0, v)) : average });
    }
  }
  return updated;
}
