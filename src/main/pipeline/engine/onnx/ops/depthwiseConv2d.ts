import type { DepthwiseConv2dNode } from '../../../graph/graph.ts';
import { samePadding } from '../../../graph/graph.ts';
import type { MapDims } from '../layout.ts';
import type { Lowering } from '../lowering.ts';
import { fusedConvolution } from './convolution.ts';
import { fakeQuantKernel } from './fakeQuantKernel.ts';
import { reluGradient } from './reluGradient.ts';
import { gradientPads, spreadOut } from './spread.ts';

/** Depthwise convolution. Its kernel is packed as [C'/block, k * k, block], which is the layout's own order. */
export function lowerDepthwiseConv2d(lowering: Lowering, node: DepthwiseConv2dNode): void {
  const { graph, layout } = lowering;
  const { kernelSize: k, stride } = node;
  const x = lowering.value(node.input);
  const inDims = lowering.dims(x),
    dims = lowering.dims(node);
  const rows = samePadding(inDims.height, k, stride),
    columns = samePadding(inDims.width, k, stride);
  const pads = [rows.before, columns.before, rows.after, columns.after] as const;
  const fused = fusedConvolution(lowering, node);
  const { bias, sum, epilogue, last, offset } = fused;
  const kernel = fakeQuantKernel(lowering, node, fused.kernel);
  const y = layout.conv(
    graph,
    { x: x.tensor, weights: graph.reshape(kernel, [dims.channels, 1, k, k]), bias, sum },
    { kernel: [k, k], group: dims.channels, stride, pads, epilogue },
  );
  lowering.define(
    last,
    y,
    (gradient, factor) => {
      const dy = epilogue === null ? gradient : reluGradient(lowering, epilogue, y, gradient, dims);
      const times = (tensor: string, shape: readonly number[]): string =>
        factor === null ? tensor : graph.node('Mul', [tensor, graph.reshape(factor, shape)]);
      const perBlock = [dims.channels / layout.block, 1, layout.block];
      lowering.setParameterGradient(
        node.kernel,
        times(kernelGradient(lowering, node, x.tensor, inDims, dy, dims), perBlock),
      );
      if (node.bias !== null)
        lowering.setParameterGradient(node.bias, times(lowering.channelSum(dy, dims), [dims.channels]));
      lowering.contribute(node.input, {
        kind: 'adding',
        make: (before) => inputGradient(lowering, node, times(kernel, perBlock), inDims, dy, dims, before),
      });
    },
    offset,
  );
}

/**
 * A depthwise convolution over x with dy as kernel and the stride as dilation; each image's channels are separate
 * channels.
 */
function kernelGradient(
  lowering: Lowering,
  node: DepthwiseConv2dNode,
  x: string,
  inDims: MapDims,
  dy: string,
  dims: MapDims,
): string {
  const { graph, layout } = lowering;
  const { kernelSize: k, stride } = node;
  const group = dims.n * dims.channels;
  const rows = samePadding(inDims.height, k, stride),
    columns = samePadding(inDims.width, k, stride);
  const taps = layout.conv(
    graph,
    {
      x: graph.reshape(x, [1, group, inDims.height, inDims.width]),
      weights: graph.reshape(dy, [group, 1, dims.height, dims.width]),
    },
    {
      kernel: [dims.height, dims.width],
      group,
      dilation: stride,
      pads: [rows.before, columns.before, rows.after, columns.after],
    },
  );
  const summed = lowering.sumOverBatch(graph.reshape(taps, [dims.n, dims.channels * k * k]));
  return graph.reshape(summed, lowering.packing(node.kernel).shape);
}

/**
 * A depthwise convolution of dy, with zeros in between where the stride is 2, and the kernel rotated by 180 degrees.
 */
function inputGradient(
  lowering: Lowering,
  node: DepthwiseConv2dNode,
  kernel: string,
  inDims: MapDims,
  dy: string,
  dims: MapDims,
  sum: string | null,
): string {
  const { graph, layout } = lowering;
  const { block } = layout;
  const { kernelSize: k, stride } = node;
  const { channels } = dims;
  const rotated = graph.node('Slice', [
    graph.reshape(kernel, [channels / block, k * k, block]),
    graph.ints([-1]),
    graph.ints([-k * k - 1]),
    graph.ints([1]),
    graph.ints([-1]),
  ]);
  return layout.conv(
    graph,
    { x: spreadOut(lowering, dy, dims, stride), weights: graph.reshape(rotated, [channels, 1, k, k]), sum },
    { kernel: [k, k], group: channels, pads: gradientPads(inDims, dims, k, stride) },
  );
}
