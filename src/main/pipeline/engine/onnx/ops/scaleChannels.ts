import type { ScaleChannelsNode } from '../../../graph/graph.ts';
import { padFeatures, stripFeatures } from './features.ts';
import type { Lowering } from '../lowering.ts';

/** x [N, H, W, C] times factors [N, C]: the last step of squeeze-excite (Hu et al. 2018, arXiv 1709.01507). */
export function lowerScaleChannels(lowering: Lowering, node: ScaleChannelsNode): void {
  const { graph, layout } = lowering;
  const x = lowering.value(node.input);
  const dims = lowering.dims(x);
  const channels = x.shape[2]!;
  const factors = padFeatures(lowering, lowering.value(node.factors).tensor, channels, dims.channels);
  lowering.define(node, lowering.perImageAffine(x.tensor, dims, { scale: factors }), (dy) => {
    lowering.contribute(node.input, { kind: 'scaled', tensor: dy, factors });
    const dots = layout.channelDots(graph, x.tensor, dy, dims);
    lowering.contribute(node.factors, {
      kind: 'tensor',
      tensor: stripFeatures(lowering, dots, channels, dims.channels),
    });
  });
}
