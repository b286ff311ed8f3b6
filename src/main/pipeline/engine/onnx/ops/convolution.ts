import type {
  AddNode,
  BatchNormNode,
  Conv2dNode,
  DepthwiseConv2dNode,
  GraphNode,
  Parameters,
} from '../../../graph/graph.ts';
import type { ReluName } from '../layout.ts';
import { reluOf } from '../layout.ts';
import type { Lowering } from '../lowering.ts';
import { parameterOf } from '../lowering.ts';

/** The steps that a convolution does in the same pass. */
export interface FusedConvolution {
  /** Packed kernel. */
  readonly kernel: string;
  readonly bias: string | undefined;
  readonly sum: string | null;
  readonly epilogue: ReluName | null;
  /** The last of the fused nodes, whose tensor this pass computes. */
  readonly last: GraphNode;
  /** See Value.offset. */
  readonly offset?: string;
}

/** Folds a frozen BatchNorm that follows the convolution, and fuses a ReLU and, where frozen, a residual add. */
export function fusedConvolution(lowering: Lowering, node: Conv2dNode | DepthwiseConv2dNode): FusedConvolution {
  const reader = lowering.soleReader(node);
  if (lowering.isTrainable(node)) {
    const kernel = lowering.parameter(node.kernel);
    if (reader?.op === 'batchNorm' && node.bias === null)
      return { kernel, ...centered(lowering, reader), sum: null, epilogue: null, last: node };
    return {
      kernel,
      bias: node.bias === null ? undefined : lowering.parameter(node.bias),
      ...fusedRelu(lowering, node),
      sum: null,
    };
  }
  const folded =
    reader?.op === 'batchNorm'
      ? foldFrozen(lowering, node, reader)
      : {
          kernel: lowering.parameter(node.kernel),
          bias: node.bias === null ? undefined : lowering.parameter(node.bias),
          last: node,
        };
  const residual = fusedResidual(lowering, folded.last);
  if (residual !== null)
    return { ...folded, sum: lowering.value(residual.other).tensor, epilogue: null, last: residual.add };
  return { ...folded, sum: null, ...fusedRelu(lowering, folded.last) };
}

/**
 * Lets the convolution subtract the moving mean as its bias, at no cost. The batch's mean is then near zero, without
 * which the variance E[x^2] - E[x]^2 would lose digits.
 */
export function centered(lowering: Lowering, norm: BatchNormNode): { bias: string; offset: string } {
  const offset = lowering.parameter(norm.mean);
  return { bias: lowering.graph.node('Neg', [offset]), offset };
}

function fusedRelu(lowering: Lowering, node: GraphNode): { epilogue: ReluName | null; last: GraphNode } {
  const reader = lowering.soleReader(node);
  const relu = reader?.op === 'activation' ? reluOf(reader.activation) : null;
  if (reader === null || relu === null) return { epilogue: null, last: node };
  lowering.fuse(node);
  return { epilogue: relu, last: reader };
}

export interface Residual {
  readonly add: AddNode;
  readonly other: string;
  readonly mask: string | null;
}

/** The residual add after `node`, with the dropPath between them, if the other summand has already been computed. */
export function fusedResidual(lowering: Lowering, node: GraphNode): Residual | null {
  const reader = lowering.soleReader(node);
  const branch = reader?.op === 'dropPath' ? reader : node;
  const add = branch === node ? reader : lowering.soleReader(branch);
  if (add?.op !== 'add') return null;
  const other = add.inputs[0] === branch.name ? add.inputs[1] : add.inputs[0];
  if (other === branch.name || !lowering.hasValue(other)) return null;
  lowering.fuse(node);
  if (branch !== node) lowering.fuse(branch);
  return { add, other, mask: branch === node ? null : branch.name };
}

/** Folds a BatchNorm as graph/foldBatchNorm.ts does: in float64, rounded once. */
function foldFrozen(
  lowering: Lowering,
  node: Conv2dNode | DepthwiseConv2dNode,
  norm: BatchNormNode,
): { kernel: string; bias: string; last: GraphNode } {
  lowering.fuse(node);
  return {
    kernel: lowering.frozen(node.kernel, (parameters) => foldedKernel(parameters, node, norm)),
    bias: lowering.frozen(norm.beta, (parameters) => foldedBias(parameters, node, norm)),
    last: norm,
  };
}

function scalesOf(parameters: Parameters, { gamma, variance, epsilon }: BatchNormNode): Float64Array {
  const variances = parameterOf(parameters, variance).data;
  return Float64Array.from(
    parameterOf(parameters, gamma).data,
    (value, channel) => value / Math.sqrt(variances[channel]! + epsilon),
  );
}

function foldedKernel(parameters: Parameters, { kernel }: Folded, norm: BatchNormNode): Float32Array {
  const scales = scalesOf(parameters, norm);
  const { data } = parameterOf(parameters, kernel);
  const folded = new Float32Array(data.length);
  // The channel is the last axis of HWIO; the last axis of [k, k, C, 1] has length 1, so rows of channels suit both.
  for (let row = 0; row < data.length; row += scales.length)
    for (let channel = 0; channel < scales.length; channel++)
      folded[row + channel] = data[row + channel]! * scales[channel]!;
  return folded;
}

function foldedBias(parameters: Parameters, { bias }: Folded, norm: BatchNormNode): Float32Array {
  const scales = scalesOf(parameters, norm);
  const mean = parameterOf(parameters, norm.mean).data;
  const inner = bias === null ? null : parameterOf(parameters, bias).data;
  return parameterOf(parameters, norm.beta).data.map(
    (value, channel) => value + ((inner?.[channel] ?? 0) - mean[channel]!) * scales[channel]!,
  );
}

type Folded = Conv2dNode | DepthwiseConv2dNode;
