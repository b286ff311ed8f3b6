import type { GlobalAveragePoolNode } from '../../../graph/graph.ts';
import { padFeatures, stripFeatures } from './features.ts';
import type { Lowering } from '../lowering.ts';

/** Mean over height and width, [N, C]. */
export function lowerGlobalAveragePool(lowering: Lowering, node: GlobalAveragePoolNode): void {
  const { graph, layout } = lowering;
  const x = lowering.value(node.input);
  const dims = lowering.dims(x);
  const channels = x.shape[2]!;
  const means = layout.channelMeans(graph, x.tensor, dims);
  lowering.define(node, stripFeatures(lowering, means, channels, dims.channels), (dy) => {
    const perPixel = graph.node('Mul', [dy, graph.scalar(1 / (dims.height * dims.width))]);
    lowering.contribute(node.input, {
      kind: 'broadcast',
      vector: padFeatures(lowering, perPixel, channels, dims.channels),
    });
  });
}
