import type { ChannelAffine, ConvGeometry, ConvInputs, Epilogue, FeatureMap, Layout, MapDims } from './layout.ts';
import { cpuPrimitives, epilogueOperator } from './layout.ts';
import type { OnnxGraph } from './onnxModel.ts';

function withEpilogue(graph: OnnxGraph, x: string, sum: string | null | undefined, epilogue: Epilogue): string {
  const total = sum ? graph.node('Add', [x, sum]) : x;
  if (epilogue === null) return total;
  const operator = epilogueOperator(epilogue);
  return operator.name === 'Clip'
    ? graph.node('Clip', [total, graph.scalar(operator.bounds[0]), graph.scalar(operator.bounds[1])])
    : graph.node(operator.name, [total]);
}

/**
 * `productsTransposed` multiplies [N, O, P] by the transpose of [N, I, P]; the CPU and devices do so with different
 * ops.
 */
export function plainPixelProducts(
  graph: OnnxGraph,
  a: FeatureMap,
  b: FeatureMap,
  ones: boolean,
  productsTransposed: (b: string, a: string) => string,
): string {
  const { n, channels, height, width } = b.dims;
  const pixels = height * width;
  const planes = graph.reshape(a.tensor, [n, a.dims.channels, pixels]);
  const rows = ones ? graph.node('Concat', [planes, graph.filled(1, [n, 1, pixels])], { axis: 1 }) : planes;
  const products = productsTransposed(graph.reshape(b.tensor, [n, channels, pixels]), rows);
  return graph.reshape(graph.node('ReduceSum', [products, graph.ints([0])], { keepdims: 0 }), [
    channels,
    a.dims.channels + (ones ? 1 : 0),
    1,
  ]);
}

/** Plain NCHW from standard ONNX ops, for CPUs without blocked kernels (ARM64). */
export const nchwLayout: Layout = {
  ...cpuPrimitives,
  name: 'nchw',
  block: 1,
  conv: (graph, { x, weights, bias, sum }: ConvInputs, geometry: ConvGeometry) => {
    const { kernel, group = 1, stride = 1, dilation = 1, pads = [0, 0, 0, 0], epilogue = null } = geometry;
    const inputs = bias === undefined ? [x, weights] : [x, weights, bias];
    const y = graph.node('Conv', inputs, {
      kernel_shape: kernel,
      group,
      strides: [stride, stride],
      dilations: [dilation, dilation],
      pads,
    });
    return withEpilogue(graph, y, sum, epilogue);
  },
  channelAffine: (graph, x, { channels, scale, shift, sum, epilogue = null }: ChannelAffine) => {
    const perChannel = [1, channels, 1, 1];
    let y = graph.node('Mul', [x, graph.reshape(scale, perChannel)]);
    if (shift !== undefined) y = graph.node('Add', [y, graph.reshape(shift, perChannel)]);
    return withEpilogue(graph, y, sum, epilogue);
  },
  channelMeans: (graph, x, { n, channels }) => graph.reshape(graph.node('GlobalAveragePool', [x]), [n, channels]),
  channelDots: (graph, a, b, { n, channels, height, width }: MapDims) => {
    const rows = graph.reshape(a, [n * channels, 1, height * width]);
    const columns = graph.reshape(b, [n * channels, height * width, 1]);
    return graph.reshape(graph.node('MatMul', [rows, columns]), [n, channels]);
  },
  pixelProducts: (graph, a, b, { ones } = { ones: false }) =>
    plainPixelProducts(graph, a, b, ones, (left, right) =>
      graph.node('FusedMatMul', [left, right], { transA: 0, transB: 1 }, 'com.microsoft'),
    ),
  toPlain: (graph, x, { n, channels, height, width }) => graph.reshape(x, [n, channels, height * width]),
  toChannelsLast: (graph, x) => graph.node('Transpose', [x], { perm: [0, 2, 3, 1] }),
};
