import type { BatchNormNode, GraphNode } from '../../../graph/graph.ts';
import type { MapDims, ReluName } from '../layout.ts';
import { reluOf } from '../layout.ts';
import type { Lowering } from '../lowering.ts';
import type { Residual } from './convolution.ts';
import { fusedResidual } from './convolution.ts';
import { maskOf } from './masks.ts';
import { reluGradient } from './reluGradient.ts';

/**
 * BatchNorm (Ioffe & Szegedy 2015, arXiv 1502.03167) on the batch's statistics in training, else on the moving ones. A
 * ReLU, or a residual add with its dropPath mask, is fused into the same channelwise pass.
 */
export function lowerBatchNorm(lowering: Lowering, node: BatchNormNode): void {
  if (!lowering.isTrainable(node)) lowerFrozen(lowering, node);
  else lowerTrained(lowering, node);
}

/** A frozen BatchNorm that could not be folded into a convolution. */
function lowerFrozen(lowering: Lowering, node: BatchNormNode): void {
  const { graph, layout } = lowering;
  const { channels } = lowering.dims(node);
  const [gamma, beta, mean, variance] = [node.gamma, node.beta, node.mean, node.variance].map((name) =>
    lowering.parameter(name),
  ) as [string, string, string, string];
  const { scale, shift } = affine(lowering, node, { gamma, beta, mean, variance });
  lowering.define(node, layout.channelAffine(graph, lowering.value(node.input).tensor, { channels, scale, shift }));
}

/** Scale and shift such that x * scale + shift = gamma * (x - mean) / sqrt(variance + epsilon) + beta. */
export function affine(
  lowering: Lowering,
  node: BatchNormNode,
  { gamma, beta, mean, variance }: Record<'gamma' | 'beta' | 'mean' | 'variance', string>,
): { scale: string; shift: string; inverse: string } {
  const { graph } = lowering;
  const inverse = graph.node('Reciprocal', [
    graph.node('Sqrt', [graph.node('Add', [variance, graph.scalar(node.epsilon)])]),
  ]);
  const scale = graph.node('Mul', [gamma, inverse]);
  return { scale, shift: graph.node('Sub', [beta, graph.node('Mul', [mean, scale])]), inverse };
}

/** Mean and population variance per channel of the tensor, without its offset, [C']. */
function batchMoments(lowering: Lowering, x: string, dims: MapDims): { mean: string; variance: string } {
  const { graph, layout } = lowering;
  const mean = graph.node('ReduceMean', [layout.channelMeans(graph, x, dims), graph.ints([0])], { keepdims: 0 });
  return { mean, variance: populationVariance(lowering, x, mean, dims) };
}

/** E[x^2] - mean^2 per channel, [C']. */
export function populationVariance(lowering: Lowering, x: string, mean: string, dims: MapDims): string {
  const { graph, layout } = lowering;
  const squares = lowering.sumOverBatch(layout.channelDots(graph, x, x, dims));
  const meanSquare = graph.node('Mul', [squares, graph.scalar(1 / (dims.n * dims.height * dims.width))]);
  return graph.node('Relu', [graph.node('Sub', [meanSquare, graph.node('Mul', [mean, mean])])]);
}

function lowerTrained(lowering: Lowering, node: BatchNormNode): void {
  const { graph } = lowering;
  const x = lowering.value(node.input);
  const dims = lowering.dims(node);
  const { mean, variance } = batchMoments(lowering, x.tensor, dims);
  lowering.batchStatistics.set(node.mean, x.offset === undefined ? mean : graph.node('Add', [mean, x.offset]));
  lowering.batchStatistics.set(node.variance, variance);
  const gamma = lowering.parameter(node.gamma),
    beta = lowering.parameter(node.beta);
  const { scale, shift, inverse } = affine(lowering, node, { gamma, beta, mean, variance });
  const { last, residual, epilogue } = fusedReader(lowering, node);
  const mask = residual?.mask != null && lowering.masks ? maskOf(lowering, residual.mask) : null;
  const y = normalized(lowering, x.tensor, dims, { scale, shift, residual, mask, epilogue });
  lowering.define(last, y, (gradient) => {
    if (residual !== null) lowering.contribute(residual.other, { kind: 'tensor', tensor: gradient });
    const dy = epilogue === null ? gradient : reluGradient(lowering, epilogue, y, gradient, dims);
    const dbeta = maskedSum(
      lowering,
      graph.node('Mul', [lowering.layout.channelMeans(graph, dy, dims), graph.scalar(dims.height * dims.width)]),
      mask,
    );
    const dot = maskedSum(lowering, lowering.layout.channelDots(graph, x.tensor, dy, dims), mask);
    const dgamma = graph.node('Mul', [graph.node('Sub', [dot, graph.node('Mul', [mean, dbeta])]), inverse]);
    lowering.setParameterGradient(node.gamma, dgamma);
    lowering.setParameterGradient(node.beta, dbeta);
    contributeInputGradient(lowering, node, dy, dims, { scale, sums: { inverse, mean, dgamma, dbeta }, mask });
  });
}

export function fusedReader(
  lowering: Lowering,
  node: BatchNormNode,
): { last: GraphNode; residual: Residual | null; epilogue: ReluName | null } {
  const reader = lowering.soleReader(node);
  const relu = reader?.op === 'activation' ? reluOf(reader.activation) : null;
  if (reader !== null && relu !== null) {
    lowering.fuse(node);
    return { last: reader, residual: null, epilogue: relu };
  }
  const residual = fusedResidual(lowering, node);
  return { last: residual?.add ?? node, residual, epilogue: null };
}

interface Normalization {
  readonly scale: string;
  readonly shift: string;
  readonly residual: Residual | null;
  readonly mask: string | null;
  readonly epilogue: ReluName | null;
}

export function normalized(
  lowering: Lowering,
  x: string,
  dims: MapDims,
  { scale, shift, residual, mask, epilogue }: Normalization,
): string {
  const { graph, layout } = lowering;
  const sum = residual === null ? null : lowering.value(residual.other).tensor;
  if (mask === null) return layout.channelAffine(graph, x, { channels: dims.channels, scale, shift, sum, epilogue });
  return lowering.perImageAffine(x, dims, {
    scale: graph.node('Mul', [mask, scale]),
    shift: graph.node('Mul', [mask, shift]),
    sum,
  });
}

/** Sums [N, C'] to [C'], weighted by each image's dropPath mask [N, 1]. */
function maskedSum(lowering: Lowering, perImage: string, mask: string | null): string {
  return lowering.sumOverBatch(mask === null ? perImage : lowering.graph.node('Mul', [perImage, mask]));
}

interface BackwardSums {
  readonly inverse: string;
  readonly mean: string;
  readonly dgamma: string;
  readonly dbeta: string;
}

/**
 * With M values per channel, dx = scale * (dy - dbeta / M - (x - mean) * inverse * dgamma / M), which is
 * scale * (dy + slope * x + constant). Returns slope and constant, [C'].
 */
export function correction(
  lowering: Lowering,
  dims: MapDims,
  { inverse, mean, dgamma, dbeta }: BackwardSums,
): { slope: string; constant: string } {
  const { graph } = lowering;
  const perValue = graph.scalar(-1 / (dims.n * dims.height * dims.width));
  const slope = graph.node('Mul', [graph.node('Mul', [inverse, perValue]), dgamma]);
  return {
    slope,
    constant: graph.node('Sub', [graph.node('Mul', [dbeta, perValue]), graph.node('Mul', [slope, mean])]),
  };
}

interface InputGradient {
  readonly scale: string;
  readonly sums: BackwardSums;
  readonly mask: string | null;
}

/** Needs one channelwise pass where the convolution before it applies the scale, else two. */
function contributeInputGradient(
  lowering: Lowering,
  node: BatchNormNode,
  dy: string,
  dims: MapDims,
  { scale, sums, mask }: InputGradient,
): void {
  const { graph, layout } = lowering;
  const { channels } = dims;
  const x = lowering.value(node.input).tensor;
  const { slope, constant } = correction(lowering, dims, sums);
  if (mask === null && lowering.takesFactor(node.input, node)) {
    return lowering.contribute(node.input, {
      kind: 'factored',
      tensor: layout.channelAffine(graph, x, { channels, scale: slope, shift: constant, sum: dy }),
      factor: scale,
    });
  }
  const scaled = (vector: string): string => graph.node('Mul', [vector, scale]);
  lowering.contribute(node.input, {
    kind: 'adding',
    make: (sum) => {
      const corrections = layout.channelAffine(graph, x, {
        channels,
        scale: scaled(slope),
        shift: scaled(constant),
        sum,
      });
      return mask === null
        ? layout.channelAffine(graph, dy, { channels, scale, sum: corrections })
        : lowering.perImageAffine(dy, dims, { scale: scaled(mask), sum: corrections });
    },
  });
}
