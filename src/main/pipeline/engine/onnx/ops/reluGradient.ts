import type { MapDims, ReluName } from '../layout.ts';
import type { Lowering } from '../lowering.ts';

/** dy where 0 < y (and y < 6 for ReLU6), else 0, where y is the output of the activation. */
export function reluGradient(lowering: Lowering, relu: ReluName, y: string, dy: string, dims: MapDims): string {
  const { graph, layout } = lowering;
  if (layout.name === 'nchw') {
    const above = graph.node('Greater', [y, graph.scalar(0)]);
    const inside = relu === 'relu' ? above : graph.node('And', [above, graph.node('Less', [y, graph.scalar(6)])]);
    return graph.node('Where', [inside, dy, graph.scalar(0)]);
  }
  // Passes with fused clips make the mask: `below` is 0, or very negative where y = 6; then clip(1e6 * y + below, 0,
  // 1).
  const { channels } = dims;
  const below =
    relu === 'relu'
      ? null
      : layout.channelAffine(graph, y, {
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
