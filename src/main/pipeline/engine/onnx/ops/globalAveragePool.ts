import type { GlobalAveragePoolNode } from '../../../graph/graph.ts';
import { padFeatures, stripFeatures } from './features.ts';
import type { Lowering } from '../lowering.ts';

/** Mean over height and width, [N, C], or a 1x1 map where the model continues with one. */
export function lowerGlobalAveragePool(lowering: Lowering, node: GlobalAveragePoolNode): void {
  const { graph, layout } = lowering;
  const x = lowering.value(node.input);
  const dims = lowering.dims(x);
  const channels = x.shape[2]!;
  const means = layout.channelMeans(graph, x.tensor, dims);
  const isMap = lowering.kindOf(node.name) === 'map';
  const pooled = isMap
    ? graph.reshape(means, [dims.n, dims.channels, 1, 1])
    : stripFeatures(lowering, means, channels, dims.channels);
  lowering.define(node, pooled, (dy) => {
    const perPixel = graph.node('Mul', [dy, graph.scalar(1 / (dims.height * dims.width))]);
    lowering.contribute(node.input, {
      kind: 'broadcast',
      vector: isMap
        ? graph.reshape(perPixel, [dims.n, dims.channels])
        : padFeatures(lowering, perPixel, channels, dims.channels),
    });
  });
}
