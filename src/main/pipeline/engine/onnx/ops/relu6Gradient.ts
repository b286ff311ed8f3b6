import type { MapDims } from '../layout.ts';
import type { Lowering } from '../lowering.ts';

/** dy where 0 < y < 6, else 0, where y is the output of the ReLU6. */
export function relu6Gradient(lowering: Lowering, y: string, dy: string, dims: MapDims): string {
  const { graph, layout } = lowering;
  if (layout.name === 'nchw') {
    const inside = graph.node('And', [
      graph.node('Greater', [y, graph.scalar(0)]),
      graph.node('Less', [y, graph.scalar(6)]),
    ]);
    return graph.node('Where', [inside, dy, graph.scalar(0)]);
  }
  // Two passes with fused clips make the mask: `below` is 0, or very negative where y = 6; then clip(1e6 * y + below,
  // 0, 1).
  const { channels } = dims;
  const below = layout.channelAffine(graph, y, {
    channels,
    scale: graph.filled(-1e12, [channels]),
    shift: graph.filled(5.9999e12, [channels]),
    epilogue: [-1e9, 0],
  });
  const mask = layout.channelAffine(graph, y, {
    channels,
    scale: graph.filled(1e6, [channels]),
    sum: below,
    epilogue: [0, 1],
  });
  return graph.node('Mul', [dy, mask]);
}
