import type {
  AddNode,
  BatchNormNode,
  Conv2dNode,
  DepthwiseConv2dNode,
  GraphNode,
  Tensor,
} from '../../../graph/graph.ts';
import type { ReluName } from '../layout.ts';
import { reluOf } from '../layout.ts';
import type { Lowering } from '../lowering.ts';

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
  const [gamma, beta, mean, variance] = [norm.gamma, norm.beta, norm.mean, norm.variance].map(
    (name) => lowering.frozenParameter(name).data,
  ) as [Float32Array, Float32Array, Float32Array, Float32Array];
  const scales = Float64Array.from(gamma, (value, channel) => value / Math.sqrt(variance[channel]! + norm.epsilon));
  const { shape, data } = lowering.frozenParameter(node.kernel);
  // The channel is the last axis of HWIO; the last axis of [k, k, C, 1] has length 1, so i % channels works for both.
  const kernel: Tensor = { shape, data: data.map((value, i) => value * scales[i % scales.length]!) };
  const inner = node.bias === null ? null : lowering.frozenParameter(node.bias).data;
  const bias: Tensor = {
    shape: [scales.length],
    data: beta.map((value, channel) => value + ((inner?.[channel] ?? 0) - mean[channel]!) * scales[channel]!),
  };
  lowering.fuse(node);
  return {
    kernel: lowering.packedConstant(node.kernel, kernel),
    bias: lowering.packedConstant(norm.beta, bias),
    last: norm,
  };
}
