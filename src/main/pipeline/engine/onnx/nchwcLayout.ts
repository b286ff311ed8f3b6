import type { ChannelAffine, ConvGeometry, ConvInputs, Epilogue, Layout, MapDims } from './layout.ts';
import { clipBounds, cpuPrimitives } from './layout.ts';
import type { Attributes, OnnxGraph } from './onnxModel.ts';
import { floats } from './onnxModel.ts';

const NCHWC = 'com.microsoft.nchwc';

function epilogueAttributes(epilogue: Epilogue): Attributes {
  if (epilogue === null) return {};
  const bounds = clipBounds(epilogue);
  return bounds === null ? { activation: 'Sigmoid' } : { activation: 'Clip', activation_params: floats(bounds) };
}

/**
 * ORT's blocked layout, the only one with fast depthwise convolutions on its CPU provider. ORT inserts these ops itself
 * where weights are constants (onnxruntime/core/optimizer/nchwc_transformer.cc); here weights are inputs too.
 */
export function nchwcLayout(block: number): Layout {
  const conv = (graph: OnnxGraph, { x, weights, bias, sum }: ConvInputs, geometry: ConvGeometry): string => {
    const { kernel, group = 1, stride = 1, dilation = 1, pads = [0, 0, 0, 0], epilogue = null } = geometry;
    const inputs = sum ? [x, weights, bias ?? '', sum] : bias === undefined ? [x, weights] : [x, weights, bias];
    return graph.node('Conv', inputs, {
      kernel_shape: kernel, group, strides: [stride, stride], dilations: [dilation, dilation], pads, ...epilogueAttributes(epilogue),
    }, NCHWC);
  };
  return {
    ...cpuPrimitives,
    name: 'nchwc',
    block,
    conv,
    // A depthwise 1x1 convolution: scale, shift, sum and clip in one pass.
    channelAffine: (graph, x, { channels, scale, shift, sum, epilogue = null }: ChannelAffine) =>
      conv(graph, { x, weights: graph.reshape(scale, [channels, 1, 1, 1]), bias: shift, sum }, { kernel: [1, 1], group: channels, epilogue }),
    channelMeans: (graph, x, { n, channels }) => graph.reshape(graph.node('GlobalAveragePool', [x], {}, NCHWC), [n, channels]),
    // A depthwise convolution whose kernel is as large as the map.
    channelDots: (graph, a, b, { n, channels, height, width }: MapDims) => {
      const group = n * channels;
      const dots = conv(graph, { x: graph.reshape(a, [1, group, height, width]), weights: graph.reshape(b, [group, 1, height, width]) }, { kernel: [height, width], group });
      return graph.reshape(dots, [n, channels]);
    },
    toPlain: (graph, x, { n, channels, height, width }) =>
      graph.reshape(graph.node('ReorderOutput', [x], { channels, channels_last: 0 }, NCHWC), [n, channels, height * width]),
    toChannelsLast: (graph, x, { channels }) => graph.node('ReorderOutput', [x], { channels, channels_last: 1 }, NCHWC),
  };
}
