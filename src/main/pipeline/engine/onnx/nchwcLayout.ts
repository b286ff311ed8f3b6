import type { ChannelAffine, ConvGeometry, ConvInputs, Epilogue, FeatureMap, Layout, MapDims } from './layout.ts';
import { cpuPrimitives, epilogueOperator } from './layout.ts';
import type { Attributes, OnnxGraph } from './onnxModel.ts';
import { floats } from './onnxModel.ts';

const NCHWC = 'com.microsoft.nchwc';

function epilogueAttributes(epilogue: Epilogue): Attributes {
  if (epilogue === null) return {};
  const operator = epilogueOperator(epilogue);
  return operator.name === 'Clip'
    ? { activation: 'Clip', activation_params: floats(operator.bounds) }
    : { activation: operator.name };
}

/**
 * ORT's blocked layout, the only one with fast depthwise convolutions on its CPU provider. ORT inserts these ops itself
 * only where weights are constants (onnxruntime/core/optimizer/nchwc_transformer.cc); in training they are inputs.
 */
export function nchwcLayout(block: number): Layout {
  const conv = (graph: OnnxGraph, { x, weights, bias, sum }: ConvInputs, geometry: ConvGeometry): string => {
    const { kernel, group = 1, stride = 1, dilation = 1, pads = [0, 0, 0, 0], epilogue = null } = geometry;
    const inputs = sum ? [x, weights, bias ?? '', sum] : bias === undefined ? [x, weights] : [x, weights, bias];
    return graph.node(
      'Conv',
      inputs,
      {
        kernel_shape: kernel,
        group,
        strides: [stride, stride],
        dilations: [dilation, dilation],
        pads,
        ...epilogueAttributes(epilogue),
      },
      NCHWC,
    );
  };
  const toPlain = (graph: OnnxGraph, x: string, { n, channels, height, width }: MapDims): string =>
    graph.reshape(graph.node('ReorderOutput', [x], { channels, channels_last: 0 }, NCHWC), [
      n,
      channels,
      height * width,
    ]);

  /** One product per image and block of b, so that b need not be reordered. */
  const pixelProducts = (graph: OnnxGraph, a: FeatureMap, b: FeatureMap, ones: boolean): string => {
    const { n, channels, height, width } = b.dims;
    const pixels = height * width;
    const planes = graph.reshape(toPlain(graph, a.tensor, a.dims), [n, 1, a.dims.channels, pixels]);
    const rows = ones ? graph.node('Concat', [planes, graph.filled(1, [n, 1, 1, pixels])], { axis: 2 }) : planes;
    const products = graph.node('MatMul', [rows, graph.reshape(b.tensor, [n, channels / block, pixels, block])]);
    return graph.node('ReduceSum', [products, graph.ints([0])], { keepdims: 0 });
  };

  return {
    ...cpuPrimitives,
    name: 'nchwc',
    block,
    conv,
    // A depthwise 1x1 convolution does scale, shift, sum and clip in one pass.
    channelAffine: (graph, x, { channels, scale, shift, sum, epilogue = null }: ChannelAffine) =>
      conv(
        graph,
        { x, weights: graph.reshape(scale, [channels, 1, 1, 1]), bias: shift, sum },
        { kernel: [1, 1], group: channels, epilogue },
      ),
    channelMeans: (graph, x, { n, channels }) =>
      graph.reshape(graph.node('GlobalAveragePool', [x], {}, NCHWC), [n, channels]),
    // A depthwise convolution whose kernel is as large as the map gives one dot product per channel.
    channelDots: (graph, a, b, { n, channels, height, width }: MapDims) => {
      const group = n * channels;
      const dots = conv(
        graph,
        { x: graph.reshape(a, [1, group, height, width]), weights: graph.reshape(b, [group, 1, height, width]) },
        { kernel: [height, width], group },
      );
      return graph.reshape(dots, [n, channels]);
    },
    pixelProducts: (graph, a, b, { ones } = { ones: false }) => pixelProducts(graph, a, b, ones),
    toPlain,
    toChannelsLast: (graph, x, { channels }) => graph.node('ReorderOutput', [x], { channels, channels_last: 1 }, NCHWC),
  };
}
