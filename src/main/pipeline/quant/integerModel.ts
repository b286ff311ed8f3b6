/**
 * The integer model: the very numbers that the .tflite holds. int8 activations with one scale and zero point a tensor,
 * int8 weights symmetric in [-127, 127], int32 biases with scale = float32(inputScale * weightScale).
 * The integer reference, the fast scorer and the .tflite writer all read this.
 */
export interface IntegerTensor {
  readonly name: string;
  /** Without the batch axis: [h, w, c] or [features]. */
  readonly shape: readonly number[];
  /** float32 value. */
  readonly scale: number;
  readonly zeroPoint: number;
}

interface ConvolutionBase {
  readonly input: string;
  readonly output: string;
  readonly kernelSize: number;
  readonly stride: 1 | 2;
  readonly weights: Int8Array;
  /** One a filter. */
  readonly weightScales: Float32Array;
  readonly bias: Int32Array;
  /** Fused: the output's zero point is then -128, and ReLU6's scale 6/255. */
  readonly activation: 'relu' | 'relu6' | null;
}
/** weights OHWI [filters, k, k, channels]. SAME padding. */
export interface IntegerConv2d extends ConvolutionBase {
  readonly op: 'conv2d';
}
/** weights [1, k, k, channels]. SAME padding. */
export interface IntegerDepthwiseConv2d extends ConvolutionBase {
  readonly op: 'depthwiseConv2d';
}
export interface IntegerAdd {
  readonly op: 'add';
  readonly inputs: readonly [string, string];
  readonly output: string;
}
/** Mean over height and width; dimensions are kept where the output has three. */
export interface IntegerMean {
  readonly op: 'mean';
  readonly input: string;
  readonly output: string;
}
/** weights [out, in], one scale for the whole tensor. */
export interface IntegerFullyConnected {
  readonly op: 'fullyConnected';
  readonly input: string;
  readonly output: string;
  readonly weights: Int8Array;
  readonly weightScale: number;
  readonly bias: Int32Array;
}
/** Output scale 1/256, zero point -128. */
export interface IntegerLogistic {
  readonly op: 'logistic';
  readonly input: string;
  readonly output: string;
}

export type IntegerOp =
  IntegerConv2d | IntegerDepthwiseConv2d | IntegerAdd | IntegerMean | IntegerFullyConnected | IntegerLogistic;

export interface IntegerModel {
  readonly inputSize: number;
  readonly classes: number;
  /** First the input: [S, S, 3], scale 1/128, zero point -1, so that int8 = pixel - 128 means (pixel - 127) / 128. */
  readonly tensors: readonly IntegerTensor[];
  readonly ops: readonly IntegerOp[];
  readonly input: string;
  /** The logistic's output: code + 128 = q in 0..255, score q / 256. */
  readonly output: string;
}
