/**
 * A model is data: nodes in topological order, NHWC shapes without the batch axis, and parameters by name. Engines,
 * quantization and export all read this one description.
 *
 * Layers behave as in Keras: 'same' padding puts the extra row or column at the bottom and right, kernels are HWIO,
 * depthwise kernels [k, k, C, 1], and dense kernels [in, out].
 */

/** [height, width, channels] of a feature map, or [features] of a vector. */
export type Shape = readonly number[];

export type ParameterRole =
  'kernel' | 'depthwiseKernel' | 'denseKernel' | 'bias' | 'gamma' | 'beta' | 'mean' | 'variance';

export interface Parameter {
  /** Name that is the same for all engines, such as 'block2a.expand.conv.kernel'. */
  readonly name: string;
  /** Keras's shape, which all engines share: HWIO, [k, k, C, 1], [in, out] or [C]. */
  readonly shape: Shape;
  readonly role: ParameterRole;
}

interface NodeBase {
  /** Also the name of the one tensor that the node computes. */
  readonly name: string;
  readonly shape: Shape;
  /** 'stem', 'block1a', ..., 'head' or 'top'. Layers are frozen by whole blocks. */
  readonly block: string;
}

/** RGB pixels 0..255, [size, size, 3], or a backbone's features [c] for a head alone. */
export interface InputNode extends NodeBase {
  readonly op: 'input';
}
/** (x - mean) / std per channel, in pixel units. */
export interface Normalization {
  readonly mean: readonly number[];
  readonly std: readonly number[];
}
export interface NormalizeNode extends NodeBase, Normalization {
  readonly op: 'normalize';
  readonly input: string;
}

/**
 * In training a kernel is rounded to symmetric int8 [-127, 127] with one scale per filter or one for all, or not
 * (null).
 */
export type WeightQuantization = 'perChannel' | 'perTensor' | null;

export interface Conv2dNode extends NodeBase {
  readonly op: 'conv2d';
  readonly input: string;
  readonly kernel: string;
  readonly bias: string | null;
  readonly kernelSize: number;
  readonly stride: 1 | 2;
  readonly weightQuantization: WeightQuantization;
}
export interface DepthwiseConv2dNode extends NodeBase {
  readonly op: 'depthwiseConv2d';
  readonly input: string;
  readonly kernel: string;
  readonly bias: string | null;
  readonly kernelSize: number;
  readonly stride: 1 | 2;
  readonly weightQuantization: WeightQuantization;
}
export interface BatchNormNode extends NodeBase {
  readonly op: 'batchNorm';
  readonly input: string;
  readonly gamma: string;
  readonly beta: string;
  readonly mean: string;
  readonly variance: string;
  readonly epsilon: number;
  /** moving = moving * momentum + batch * (1 - momentum), with the population variance of the batch, as in Keras 3. */
  readonly momentum: number;
}
export type ActivationName = 'relu' | 'relu6' | 'swish' | 'sigmoid';
export interface ActivationNode extends NodeBase {
  readonly op: 'activation';
  readonly input: string;
  readonly activation: ActivationName;
}
export interface AddNode extends NodeBase {
  readonly op: 'add';
  readonly inputs: readonly [string, string];
}
/** x [h, w, c] times factors [1, 1, c], the last step of squeeze-excite. */
export interface ScaleChannelsNode extends NodeBase {
  readonly op: 'scaleChannels';
  readonly input: string;
  readonly factors: string;
}
/** Mean over height and width, [c], or [1, 1, c] with keepDims. */
export interface GlobalAveragePoolNode extends NodeBase {
  readonly op: 'globalAveragePool';
  readonly input: string;
  readonly keepDims: boolean;
}
export interface DenseNode extends NodeBase {
  readonly op: 'dense';
  readonly input: string;
  readonly kernel: string;
  readonly bias: string;
  readonly weightQuantization: WeightQuantization;
}
/** In training, x times a mask [N, features] of 0 or 1 / (1 - rate), which the caller draws. Identity in inference. */
export interface DropoutNode extends NodeBase {
  readonly op: 'dropout';
  readonly input: string;
  readonly rate: number;
}
/**
 * Stochastic depth: in training, x times a mask [N] of 0 or 1 / (1 - rate) before the residual add. Identity in
 * inference.
 */
export interface DropPathNode extends NodeBase {
  readonly op: 'dropPath';
  readonly input: string;
  readonly rate: number;
}
/**
 * Rounds activations to the int8 grid of the .tflite tensor of this name, with a straight-through gradient inside the
 * range. A fixed range is that of ReLU6, 0..6; null means that the range is tracked and fed with every step.
 */
export interface FakeQuantNode extends NodeBase {
  readonly op: 'fakeQuant';
  readonly input: string;
  readonly range: readonly [number, number] | null;
}

export type GraphNode =
  | InputNode
  | NormalizeNode
  | Conv2dNode
  | DepthwiseConv2dNode
  | BatchNormNode
  | ActivationNode
  | AddNode
  | ScaleChannelsNode
  | GlobalAveragePoolNode
  | DenseNode
  | DropoutNode
  | DropPathNode
  | FakeQuantNode;

export interface Model {
  /** 'efficientnet-lite1', 'efficientnet-b3', ... */
  readonly architecture: string;
  /** Side of the square input in pixels. */
  readonly inputSize: number;
  readonly classes: number;
  readonly nodes: readonly GraphNode[];
  readonly parameters: readonly Parameter[];
  /** Name of the node that computes the logits [classes]; always the last one. */
  readonly logits: string;
}

/** A parameter's values, row-major, in the shape that all engines share. */
export interface Tensor {
  readonly shape: Shape;
  readonly data: Float32Array;
}

/** All parameters of a model, or one optimizer slot of each, by name. */
export type Parameters = ReadonlyMap<string, Tensor>;

export const sizeOf = (shape: Shape): number => shape.reduce((product, side) => product * side, 1);

/** Names of the tensors that a node reads. */
export function inputsOf(node: GraphNode): readonly string[] {
  if (node.op === 'input') return [];
  if (node.op === 'add') return node.inputs;
  if (node.op === 'scaleChannels') return [node.input, node.factors];
  return [node.input];
}

/** Names of the parameters that a node reads. */
export function parametersOf(node: GraphNode): readonly string[] {
  switch (node.op) {
    case 'conv2d':
    case 'depthwiseConv2d':
      return node.bias === null ? [node.kernel] : [node.kernel, node.bias];
    case 'dense':
      return [node.kernel, node.bias];
    case 'batchNorm':
      return [node.gamma, node.beta, node.mean, node.variance];
    default:
      return [];
  }
}

/** Weight decay applies to kernels only, never to norms and biases. */
export const decays = (role: ParameterRole): boolean =>
  role === 'kernel' || role === 'depthwiseKernel' || role === 'denseKernel';

/** Moving means and variances are statistics, which are re-estimated and get no gradient. */
export const isStatistic = (role: ParameterRole): boolean => role === 'mean' || role === 'variance';

/** TensorFlow's 'same' padding of one axis. */
export function samePadding(
  size: number,
  kernelSize: number,
  stride: number,
): { out: number; before: number; after: number } {
  const out = Math.ceil(size / stride);
  const total = Math.max(0, (out - 1) * stride + kernelSize - size);
  const before = Math.floor(total / 2);
  return { out, before, after: total - before };
}
