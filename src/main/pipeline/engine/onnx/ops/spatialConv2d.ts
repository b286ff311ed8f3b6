import type { Conv2dNode } from '../../../graph/graph.ts';
import { samePadding } from '../../../graph/graph.ts';
import type { MapDims } from '../layout.ts';
import type { Lowering } from '../lowering.ts';
import { fusedConvolution } from './convolution.ts';
import { fakeQuantKernel } from './fakeQuantKernel.ts';
import { reluGradient } from './reluGradient.ts';
import { gradientPads, spreadOut } from './spread.ts';

/** A convolution larger than 1x1 on a map. Its kernel is packed as [k * k, I', O']. */
export function lowerSpatialConv2d(lowering: Lowering, node: Conv2dNode): void {
  const { graph, layout } = lowering;
  const { block } = layout;
  const { kernelSize: k, stride } = node;
  const x = lowering.value(node.input);
  const inDims = lowering.dims(x),
    dims = lowering.dims(node);
  const inputs = inDims.channels,
    filters = dims.channels;
  const rows = samePadding(inDims.height, k, stride),
    columns = samePadding(inDims.width, k, stride);
  const pads = [rows.before, columns.before, rows.after, columns.after] as const;
  const { kernel, bias, sum, epilogue, last, offset } = fusedConvolution(lowering, node);
  const tiles = graph.reshape(fakeQuantKernel(lowering, node, kernel), [
    k * k,
    inputs / block,
    block,
    filters / block,
    block,
  ]);
  // The layout's order is OIHW with the blocks inside.
  const weights = graph.reshape(graph.transpose(tiles, [3, 1, 0, 2, 4]), [filters, inputs, k, k]);
  const y = layout.conv(graph, { x: x.tensor, weights, bias, sum }, { kernel: [k, k], stride, pads, epilogue });
  lowering.define(
    last,
    y,
    (gradient, factor) => {
      const dy = epilogue === null ? gradient : reluGradient(lowering, epilogue, y, gradient, dims);
      const times = (tensor: string, vector: string | null): string =>
        vector === null ? tensor : graph.node('Mul', [tensor, vector]);
      const taps = kernelTaps(lowering, node, { tensor: planes(lowering, x.tensor, inDims), pads }, dy, dims);
      lowering.setParameterGradient(node.kernel, times(graph.reshape(taps, [k * k, inputs, filters]), factor));
      if (node.bias !== null) lowering.setParameterGradient(node.bias, times(lowering.channelSum(dy, dims), factor));
      const scaled = times(tiles, factor === null ? null : graph.reshape(factor, [filters / block, block]));
      lowering.contribute(node.input, {
        kind: 'adding',
        make: (before) => inputGradient(lowering, node, scaled, inDims, dy, dims, before),
      });
    },
    offset,
  );
}

/** A map as plain [N, C', H, W]. */
const planes = ({ graph, layout }: Lowering, map: string, dims: MapDims): string =>
  graph.reshape(layout.toPlain(graph, map, dims), [dims.n, dims.channels, dims.height, dims.width]);

/**
 * The kernel's gradient [k, k, I, O']: a convolution again, whose batch is x's channels, whose channels are the images,
 * whose kernel is dy and whose dilation is the stride. x is plain.
 */
export function kernelTaps(
  lowering: Lowering,
  { stride }: Conv2dNode,
  x: { readonly tensor: string; readonly pads: readonly [number, number, number, number] },
  dy: string,
  dims: MapDims,
): string {
  const { graph } = lowering;
  const taps = graph.node(
    'Conv',
    [graph.transpose(x.tensor, [1, 0, 2, 3]), graph.transpose(planes(lowering, dy, dims), [1, 0, 2, 3])],
    { kernel_shape: [dims.height, dims.width], dilations: [stride, stride], pads: x.pads },
  );
  return graph.transpose(taps, [2, 3, 0, 1]);
}

/**
 * A convolution of dy (with zeros in between where the stride is 2) with the kernel rotated by 180 degrees and inputs
 * and filters exchanged.
 */
function inputGradient(
  lowering: Lowering,
  { kernelSize: k, stride }: Conv2dNode,
  tiles: string,
  inDims: MapDims,
  dy: string,
  dims: MapDims,
  sum: string | null,
): string {
  const { graph, layout } = lowering;
  const turned = graph.node('Slice', [
    tiles,
    graph.ints([-1]),
    graph.ints([-k * k - 1]),
    graph.ints([0]),
    graph.ints([-1]),
  ]);
  const weights = graph.reshape(graph.transpose(turned, [1, 3, 0, 4, 2]), [inDims.channels, dims.channels, k, k]);
  return layout.conv(
    graph,
    { x: spreadOut(lowering, dy, dims, stride), weights, sum },
    { kernel: [k, k], pads: gradientPads(inDims, dims, k, stride) },
  );
}
