import type { BatchNormNode, Conv2dNode } from '../../../graph/graph.ts';
import type { FeatureMap, MapDims } from '../layout.ts';
import type { Lowering } from '../lowering.ts';
import { affine, correction, fusedReader, normalized, populationVariance } from './batchNorm.ts';
import { centered } from './convolution.ts';
import { reluGradient } from './reluGradient.ts';

/** With fewer pixels per channel, products of kernels cost more than passes over the wide map. */
const PIXELS_PER_CHANNEL = 16;

/** The BatchNorm after a trained 1x1 convolution to many more channels, if fusing them pays off; else null. */
export function expansionNorm(lowering: Lowering, node: Conv2dNode): BatchNormNode | null {
  const reader = lowering.soleReader(node);
  if (
    reader?.op !== 'batchNorm' ||
    !lowering.isTrainable(node) ||
    node.bias !== null ||
    node.weightQuantization !== null
  )
    return null;
  const after = lowering.soleReader(reader)?.op;
  if (after === 'add' || after === 'dropPath') return null;
  const inputs = lowering.dims(lowering.value(node.input)).channels;
  const { n, channels, height, width } = lowering.dims(node);
  return channels >= 2 * inputs && n * height * width >= PIXELS_PER_CHANNEL * inputs ? reader : null;
}

/**
 * Lowers z = W x, a 1x1 convolution from few channels to many, together with its BatchNorm on the batch's statistics.
 * Passes over wide maps dominate a training step. Because z is linear in the narrow x, most of them become products of
 * kernels:
 *
 * - mean(z) = W mean(x).
 * - With P = x dy^T, which the kernel's gradient needs anyway, the BatchNorm's sum of z * dy is the sum of W * P over
 *   x's channels. The sum of dy is a row of P if x gets a channel of ones.
 * - dz = scale * (dy + slope * z + constant) (see `correction`) is never computed. With V = [slope * W; constant], one
 *   row per channel of x and one for the ones, W's gradient is scale * (P + (x x^T) V). With U = scale * W, x's
 *   gradient is U^T dy + (V U^T)^T x.
 */
export function lowerExpansion(lowering: Lowering, node: Conv2dNode, norm: BatchNormNode): void {
  const { graph, layout } = lowering;
  const { block } = layout;
  const x: FeatureMap = { tensor: lowering.value(node.input).tensor, dims: lowering.dims(lowering.value(node.input)) };
  const dims = lowering.dims(node);
  const inputs = x.dims.channels,
    filters = dims.channels;
  const kernel = graph.reshape(lowering.parameter(node.kernel), [inputs / block, block, filters / block, block]);
  // [O'/b, I', b] is both the order of the layout's convolution and that of pixelProducts.
  const weights = graph.reshape(graph.transpose(kernel, [2, 0, 1, 3]), [filters / block, inputs, block]);
  const { bias, offset } = centered(lowering, norm);
  const z = layout.conv(
    graph,
    { x: x.tensor, weights: graph.reshape(weights, [filters, inputs, 1, 1]), bias },
    { kernel: [1, 1] },
  );
  lowering.fuse(node);

  const { batchMean, mean, variance } = moments(lowering, x, weights, z, dims, offset);
  lowering.batchStatistics.set(norm.mean, batchMean);
  lowering.batchStatistics.set(norm.variance, variance);
  const { scale, shift, inverse } = affine(lowering, norm, {
    gamma: lowering.parameter(norm.gamma),
    beta: lowering.parameter(norm.beta),
    mean,
    variance,
  });
  const { last, epilogue } = fusedReader(lowering, norm);
  const y = normalized(lowering, z, dims, { scale, shift, residual: null, mask: null, epilogue });

  lowering.define(last, y, (gradient) => {
    const dy = epilogue === null ? gradient : reluGradient(lowering, epilogue, y, gradient, dims);
    const [products, sums] = splitLastRow(
      lowering,
      layout.pixelProducts(graph, x, { tensor: dy, dims }, { ones: true }),
      inputs,
    );
    const dbeta = graph.reshape(sums, [filters]);
    const rows = graph.node('ReduceSum', [graph.node('Mul', [weights, products]), graph.ints([1])], { keepdims: 0 });
    const dot = graph.node('Sub', [graph.reshape(rows, [filters]), graph.node('Mul', [offset, dbeta])]);
    const dgamma = graph.node('Mul', [graph.node('Sub', [dot, graph.node('Mul', [mean, dbeta])]), inverse]);
    lowering.setParameterGradient(norm.gamma, dgamma);
    lowering.setParameterGradient(norm.beta, dbeta);

    const { slope, constant } = correction(lowering, dims, { inverse, mean, dgamma, dbeta });
    const perFilter = (vector: string): string => graph.reshape(vector, [filters / block, 1, block]);
    // The tensor z holds W x - offset.
    const constants = perFilter(graph.node('Sub', [constant, graph.node('Mul', [slope, offset])]));
    const corrections = graph.node('Concat', [graph.node('Mul', [weights, perFilter(slope)]), constants], { axis: 1 });
    lowering.setParameterGradient(
      node.kernel,
      graph.node('Mul', [kernelGradient(lowering, x, filters, corrections, products), scale]),
    );
    lowering.contribute(node.input, {
      kind: 'adding',
      make: (sum) => inputGradient(lowering, x, { tensor: dy, dims }, { kernel, corrections, scale, sum }),
    });
  });
}

/** Mean of the convolution, mean of z (which lacks the offset), and population variance, [O']. */
function moments(
  lowering: Lowering,
  x: FeatureMap,
  weights: string,
  z: string,
  dims: MapDims,
  offset: string,
): { batchMean: string; mean: string; variance: string } {
  const { graph, layout } = lowering;
  const inputMean = graph.node('ReduceMean', [layout.channelMeans(graph, x.tensor, x.dims), graph.ints([0])], {
    keepdims: 0,
  });
  const batchMean = graph.reshape(graph.node('MatMul', [graph.reshape(inputMean, [1, 1, x.dims.channels]), weights]), [
    dims.channels,
  ]);
  const mean = graph.node('Sub', [batchMean, offset]);
  return { batchMean, mean, variance: populationVariance(lowering, z, mean, dims) };
}

/** Splits [B, I' + 1, block] into its first I' rows and the last one. */
function splitLastRow({ graph }: Lowering, rows: string, count: number): [string, string] {
  const slice = (from: number, to: number): string =>
    graph.node('Slice', [rows, graph.ints([from]), graph.ints([to]), graph.ints([1])]);
  return [slice(0, count), slice(count, count + 1)];
}

/** P + (x x^T) V in the packing of the kernel, [I', O']. */
function kernelGradient(
  lowering: Lowering,
  x: FeatureMap,
  filters: number,
  corrections: string,
  products: string,
): string {
  const { graph, layout } = lowering;
  const inputs = x.dims.channels;
  const gram = graph.transpose(layout.pixelProducts(graph, x, x, { ones: true }), [0, 2, 1]);
  const sum = graph.node('Add', [
    products,
    graph.node('MatMul', [graph.reshape(gram, [1, inputs, inputs + 1]), corrections]),
  ]);
  return graph.reshape(graph.transpose(sum, [1, 0, 2]), [inputs, filters]);
}

interface InputGradient {
  readonly kernel: string;
  readonly corrections: string;
  readonly scale: string;
  readonly sum: string | null;
}

/** U^T dy + (V U^T)^T x, as two convolutions, one of them on the narrow map. */
function inputGradient(
  lowering: Lowering,
  x: FeatureMap,
  dy: FeatureMap,
  { kernel, corrections, scale, sum }: InputGradient,
): string {
  const { graph, layout } = lowering;
  const { block } = layout;
  const inputs = x.dims.channels,
    filters = dy.dims.channels;
  const scaled = graph.node('Mul', [kernel, graph.reshape(scale, [filters / block, block])]);
  const transposed = graph.reshape(graph.transpose(scaled, [0, 2, 3, 1]), [inputs / block, filters, block]);
  const plain = graph.reshape(graph.transpose(corrections, [1, 0, 2]), [1, inputs + 1, filters]);
  const [weights, bias] = splitLastRow(lowering, graph.node('MatMul', [plain, transposed]), inputs);
  const corrected = layout.conv(
    graph,
    { x: x.tensor, weights: graph.reshape(weights, [inputs, inputs, 1, 1]), bias: graph.reshape(bias, [inputs]), sum },
    { kernel: [1, 1] },
  );
  return layout.conv(
    graph,
    { x: dy.tensor, weights: graph.reshape(transposed, [inputs, filters, 1, 1]), sum: corrected },
    { kernel: [1, 1] },
  );
}
