import type { Model } from '../graph/graph.ts';
import { parametersOf } from '../graph/graph.ts';

/**
 * Layer-wise learning-rate decay (Howard & Ruder 2018, arXiv 1801.06146, section 3.2; Clark et al. 2020, arXiv
 * 2003.10555). The classifier learns at the full rate and each block at `decay` times the rate of the block above it.
 * Returns factors by parameter name.
 */
export function layerDecayScales(model: Model, decay: number): Map<string, number> {
  const blocks = [...new Set(model.nodes.filter((node) => parametersOf(node).length > 0).map(({ block }) => block))];
  return new Map(
    model.nodes.flatMap((node) =>
      parametersOf(node).map((name) => [name, decay ** (blocks.length - 1 - blocks.indexOf(node.block))] as const),
    ),
  );
}
