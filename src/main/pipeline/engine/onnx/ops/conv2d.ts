import type { Conv2dNode } from '../../../graph/graph.ts';
import { samePadding } from '../../../graph/graph.ts';
import type { MapDims } from '../layout.ts';
import type { Lowering } from '../lowering.ts';
import { fusedConvolution } from './convolution.ts';
import { expansionNorm, lowerExpansion } from './expansion.ts';
import { fakeQuantKernel } from './fakeQuantKernel.ts';
import { reluGradient } from './reluGradient.ts';
import { lowerMatrixProduct } from './matrixProduct.ts';
import { kernelTaps, lowerSpatialConv2d } from './spatialConv2d.ts';

/** The first convolution on the image, convolutions on maps, and matrix products on vectors (squeeze-excite). */
export function lowerConv2d(lowering: Lowering, node: Conv2dNode): void {
  const kind = lowering.kindOf(node.input);
  if (kind === 'vector') lowerMatrixProduct(lowering, node);
  else if (kind === 'image') lowerOnImage(lowering, node);
  else if (node.kernelSize > 1) lowerSpatialConv2d(lowering, node);
  else {
    const norm = expansionNorm(lowering, node);
    if (norm !== null) lowerExpansion(lowering, node, norm);
    else lowerPointwise(lowering, node);
  }
}

function lowerPointwise(lowering: Lowering, node: Conv2dNode): void {
  const { graph, layout } = lowering;
  if (node.stride !== 1) throw new Error(`${node.name}: a 1x1 convolution must have stride 1`);
  const { block } = layout;
  const x = lowering.value(node.input);
  const inDims = lowering.dims(x),
    dims = lowering.dims(node);
  const inputs = inDims.channels,
    filters = dims.channels;
  const { kernel, bias, sum, epilogue, last, offset } = fusedConvolution(lowering, node);
  // From [I'/b, b, O'/b, b] to the layout's order, OIHW with the blocks inside: [O'/b, I'/b, b of I, b of O].
  const tiles = graph.reshape(fakeQuantKernel(lowering, node, kernel), [inputs / block, block, filters / block, block]);
  const weights = graph.reshape(graph.transpose(tiles, [2, 0, 1, 3]), [filters, inputs, 1, 1]);
  const y = layout.conv(graph, { x: x.tensor, weights, bias, sum }, { kernel: [1, 1], epilogue });
  lowering.define(
    last,
    y,
    (gradient, factor) => {
      const dy = epilogue === null ? gradient : reluGradient(lowering, epilogue, y, gradient, dims);
      lowering.setParameterGradient(
        node.kernel,
        times(lowering, pointwiseKernelGradient(lowering, x.tensor, inDims, dy, dims), factor),
      );
      if (node.bias !== null)
        lowering.setParameterGradient(node.bias, times(lowering, lowering.channelSum(dy, dims), factor));
      const scaled =
        factor === null ? tiles : graph.node('Mul', [tiles, graph.reshape(factor, [filters / block, block])]);
      const transposed = graph.reshape(graph.transpose(scaled, [0, 2, 3, 1]), [inputs, filters, 1, 1]);
      lowering.contribute(node.input, {
        kind: 'adding',
        make: (before) => layout.conv(graph, { x: dy, weights: transposed, sum: before }, { kernel: [1, 1] }),
      });
    },
    offset,
  );
}

const times = ({ graph }: Lowering, tensor: string, factor: string | null): string =>
  factor === null ? tensor : graph.node('Mul', [tensor, factor]);

/**
 * Maps this small are multiplied for all images at once, because one product per image would mostly write and sum
 * kernels.
 */
const FEW_PIXELS = 256;

/** Sum over images and pixels of x[i] * dy[o], [I', O']. */
function pointwiseKernelGradient(lowering: Lowering, x: string, inDims: MapDims, dy: string, dims: MapDims): string {
  const { graph, layout } = lowering;
  if (dims.height * dims.width <= FEW_PIXELS) {
    const rows = (map: string, { n, channels, height, width }: MapDims): string =>
      graph.reshape(layout.toChannelsLast(graph, map, { n, channels, height, width }), [n * height * width, channels]);
    return graph.node('Gemm', [rows(x, inDims), rows(dy, dims)], { transA: 1 });
  }
  // The wider map goes second, because that one need not be reordered.
  const wideInput = inDims.channels > dims.channels;
  const [narrow, wide] = wideInput
    ? [
        { tensor: dy, dims },
        { tensor: x, dims: inDims },
      ]
    : [
        { tensor: x, dims: inDims },
        { tensor: dy, dims },
      ];
  const products = layout.pixelProducts(graph, narrow, wide);
  return graph.reshape(graph.transpose(products, wideInput ? [0, 2, 1] : [1, 0, 2]), [inDims.channels, dims.channels]);
}

function lowerOnImage(lowering: Lowering, node: Conv2dNode): void {
  const { graph, layout } = lowering;
  const { block } = layout;
  const { kernelSize: k, stride } = node;
  const x = lowering.value(node.input);
  const [height, width, inputs] = x.shape as readonly [number, number, number];
  const dims = lowering.dims(node);
  const rows = samePadding(height, k, stride),
    columns = samePadding(width, k, stride);
  const pads = [rows.before, columns.before, rows.after, columns.after] as const;
  const { kernel, bias, sum, epilogue, last, offset } = fusedConvolution(lowering, node);
  const weights = graph.reshape(fakeQuantKernel(lowering, node, kernel), [dims.channels, inputs, k, k]);
  const y = layout.conv(graph, { x: x.tensor, weights, bias, sum }, { kernel: [k, k], stride, pads, epilogue });
  lowering.define(
    last,
    y,
    (gradient, factor) => {
      const dy = epilogue === null ? gradient : reluGradient(lowering, epilogue, y, gradient, dims);
      const taps = kernelTaps(lowering, node, { tensor: x.tensor, pads }, dy, dims);
      const blocked = graph.transpose(graph.reshape(taps, [k * k, inputs, dims.channels / block, block]), [2, 1, 0, 3]);
      const kernelGradient = times(
        lowering,
        blocked,
        factor === null ? null : graph.reshape(factor, [dims.channels / block, 1, 1, block]),
      );
      lowering.setParameterGradient(node.kernel, graph.reshape(kernelGradient, lowering.packing(node.kernel).shape));
      if (node.bias !== null)
        lowering.setParameterGradient(node.bias, times(lowering, lowering.channelSum(dy, dims), factor));
    },
    offset,
  );
}
