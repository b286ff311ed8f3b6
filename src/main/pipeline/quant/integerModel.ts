/**
 * The integer model holds exactly the numbers of the .tflite: int8 activations with one scale and zero point per
 * tensor, int8 weights symmetric in [-127, 127], and int32 biases with scale float32(inputScale * weightScale). The
 * integer reference, the fast scorer and the .tflite writer all read it.
 */
export interface IntegerTensor {
  readonly name: string;
  /** [h, w, c] or [features], without the batch axis. */
  readonly shape: readonly number[];
  /** Has a float32 value. */
  readonly scale: number;
  readonly zeroPoint: number;
}

interface ConvolutionBase {
  readonly input: string;
  readonly output: string;
  readonly kernelSize: number;
  readonly stride: 1 | 2;
  readonly weights: Int8Array;
  /** One scale per filter. */
  readonly weightScales: Float32Array;
  readonly bias: Int32Array;
  /** The fused activation. With one, the output has zero point -128, and with ReLU6 scale 6/255. */
  readonly activation: 'relu' | 'relu6' | null;
}
/** Weights are OHWI [filters, k, k, channels]; padding is SAME. */
export interface IntegerConv2d extends ConvolutionBase {
  readonly op: 'conv2d';
}
/** Weights are [1, k, k, channels]; padding is SAME. */
export interface IntegerDepthwiseConv2d extends ConvolutionBase {
  readonly op: 'depthwiseConv2d';
}
export interface IntegerAdd {
  readonly op: 'add';
  readonly inputs: readonly [string, string];
  readonly output: string;
}
/** Mean over height and width, whose dimensions are kept if the output has three. */
export interface IntegerMean {
  readonly op: 'mean';
  readonly input: string;
  readonly output: string;
}
/** Weights are [out, in] with one scale for the whole tensor. */
export interface IntegerFullyConnected {
  readonly op: 'fullyConnected';
  readonly input: string;
  readonly output: string;
  readonly weights: Int8Array;
  readonly weightScale: number;
  readonly bias: Int32Array;
}
/** The output has scale 1/256 and zero point -128. */
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
  /**
   * The first is the input [S, S, 3] with scale 1/128 and zero point -1, so that int8 = pixel - 128 means (pixel - 127)
   * / 128.
   */
  readonly tensors: readonly IntegerTensor[];
  readonly ops: readonly IntegerOp[];
  readonly input: string;
  /** Name of the logistic's output; q = code + 128 in 0..255 is the score q / 256. */
  readonly output: string;
}
