import type { Range } from '../engine/engine.ts';
import type { Model } from '../graph/graph.ts';

/**
 * XNNPACK's qs8-vadd needs summands whose scale is at least 1/1024 of the sum's; 1/512 leaves a margin for rounding.
 */
const LEAST_SHARE = 2 ** -9;

/**
 * Widens ranges so that every residual sum can be computed. A branch that adds next to nothing, such as one that was
 * hardly trained, gets the narrowest range that the kernels accept; the precision it loses is far below a step of the
 * sum. Sums are visited from last to first, because a sum may be a summand of the next one.
 */
export function widenedForAdds(model: Model, ranges: ReadonlyMap<string, Range>): Map<string, Range> {
  const wide = new Map(ranges);
  for (const node of [...model.nodes].reverse()) {
    const sum = node.op === 'add' ? wide.get(`${node.name}.quant`) : undefined;
    if (node.op !== 'add' || sum === undefined) continue;
    for (const input of node.inputs) {
      const range = wide.get(input);
      if (range !== undefined) wide.set(input, widened(range, LEAST_SHARE * width(sum)));
    }
  }
  return wide;
}

/** Width of the range after the quantizer has widened it to include 0. */
const width = ([min, max]: Range): number => Math.max(0, max) - Math.min(0, min);

function widened(range: Range, least: number): Range {
  const own = width(range);
  if (own >= least) return range;
  return own === 0 ? [-least / 2, least / 2] : [(range[0] * least) / own, (range[1] * least) / own];
}
