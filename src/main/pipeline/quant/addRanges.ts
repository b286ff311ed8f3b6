import type { Range } from '../engine/engine.ts';
import type { Model } from '../graph/graph.ts';

/** XNNPACK adds tensors whose scale is at least 1/1024 of the sum's (qs8 vadd); with room for the rounding of scales. */
const LEAST_SHARE = 2 ** -9;

/**
 * Ranges with which every residual sum can be computed: a branch that adds next to nothing, as one does that was hardly trained, gets
 * a range as wide as the kernels need; what it loses is far below a step of the sum. From the last sum to the first, since a sum may be
 * the summand of the next.
 */
export function withRoomForAdds(model: Model, ranges: ReadonlyMap<string, Range>): Map<string, Range> {
  const roomy = new Map(ranges);
  for (const node of [...model.nodes].reverse()) {
    const sum = node.op === 'add' ? roomy.get(`${node.name}.quant`) : undefined;
    if (node.op !== 'add' || sum === undefined) continue;
    for (const input of node.inputs) {
      const range = roomy.get(input);
      if (range !== undefined) roomy.set(input, widened(range, LEAST_SHARE * width(sum)));
    }
  }
  return roomy;
}

/** As the quantizer takes it: a range always holds 0. */
const width = ([min, max]: Range): number => Math.max(0, max) - Math.min(0, min);

function widened(range: Range, least: number): Range {
  const own = width(range);
  if (own >= least) return range;
  return own === 0 ? [-least / 2, least / 2] : [(range[0] * least) / own, (range[1] * least) / own];
}
