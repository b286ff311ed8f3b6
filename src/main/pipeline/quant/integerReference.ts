import { samePadding } from '../graph/graph.ts';
import { clamp, INT8_MAX, INT8_MIN, roundHalfToEven } from './arithmetic.ts';
import type {
  IntegerAdd,
  IntegerConv2d,
  IntegerDepthwiseConv2d,
  IntegerFullyConnected,
  IntegerLogistic,
  IntegerMean,
  IntegerModel,
  IntegerTensor,
} from './integerModel.ts';

/**
 * Runs the integer model with int8 kernels in plain JavaScript, which equal bit for bit those of XNNPACK, LiteRT's
 * default. Takes the pixels of one image, uint8 [S, S, 3], and returns every tensor, int8 NHWC, by name.
 */
export function runIntegerReference(model: IntegerModel, pixels: Uint8Array): Map<string, Int8Array> {
  const tensors = new Map(model.tensors.map((tensor) => [tensor.name, tensor]));
  const values = new Map<string, Int8Array>([[model.input, Int8Array.from(pixels, (pixel) => pixel - 128)]]);
  const tensor = (name: string): IntegerTensor => tensors.get(name)!;
  const value = (name: string): Int8Array => values.get(name)!;
  for (const op of model.ops) {
    switch (op.op) {
      case 'conv2d':
        values.set(op.output, conv2d(op, value(op.input), tensor(op.input), tensor(op.output)));
        break;
      case 'depthwiseConv2d':
        values.set(op.output, depthwiseConv2d(op, value(op.input), tensor(op.input), tensor(op.output)));
        break;
      case 'add':
        values.set(op.output, add(op, op.inputs.map(value), op.inputs.map(tensor), tensor(op.output)));
        break;
      case 'mean':
        values.set(op.output, mean(op, value(op.input), tensor(op.input), tensor(op.output)));
        break;
      case 'fullyConnected':
        values.set(op.output, fullyConnected(op, value(op.input), tensor(op.input), tensor(op.output)));
        break;
      case 'logistic':
        values.set(op.output, logistic(op, value(op.input), tensor(op.input)));
        break;
    }
  }
  return values;
}

/**
 * inputScale * weightScale / outputScale, rounded to float32 after each operation as in XNNPACK's fp32 requantization.
 */
export const requantizationScale = (input: number, weight: number, output: number): number =>
  Math.fround(Math.fround(input * weight) / output);

/**
 * rne(clamp(float32(accumulator) * scale)) + zero point; XNNPACK rounds to nearest even after clamping. Activations
 * need no limits of their own, because all 256 codes of their output are values that they allow (integerModel.ts).
 */
function requantize(accumulator: number, scale: number, zeroPoint: number): number {
  const value = Math.fround(Math.fround(accumulator) * scale);
  return roundHalfToEven(clamp(value, INT8_MIN - zeroPoint, INT8_MAX - zeroPoint)) + zeroPoint;
}

function conv2d(op: IntegerConv2d, x: Int8Array, input: IntegerTensor, output: IntegerTensor): Int8Array {
  const [height, width, channels] = input.shape as [number, number, number];
  const [outHeight, outWidth, filters] = output.shape as [number, number, number];
  const { kernelSize: k, stride, weights, bias } = op;
  const { before } = samePadding(height, k, stride);
  const scales = op.weightScales.map((scale) => requantizationScale(input.scale, scale, output.scale));
  const zero = input.zeroPoint;
  const y = new Int8Array(outHeight * outWidth * filters);
  for (let oy = 0; oy < outHeight; oy++)
    for (let ox = 0; ox < outWidth; ox++)
      for (let f = 0; f < filters; f++) {
        let sum = bias[f]!;
        for (let ky = 0; ky < k; ky++) {
          const iy = oy * stride + ky - before;
          if (iy < 0 || iy >= height) continue;
          for (let kx = 0; kx < k; kx++) {
            const ix = ox * stride + kx - before;
            if (ix < 0 || ix >= width) continue;
            const from = (iy * width + ix) * channels;
            const weight = ((f * k + ky) * k + kx) * channels;
            for (let c = 0; c < channels; c++) sum += (x[from + c]! - zero) * weights[weight + c]!;
          }
        }
        y[(oy * outWidth + ox) * filters + f] = requantize(sum, scales[f]!, output.zeroPoint);
      }
  return y;
}

function depthwiseConv2d(
  op: IntegerDepthwiseConv2d,
  x: Int8Array,
  input: IntegerTensor,
  output: IntegerTensor,
): Int8Array {
  const [height, width, channels] = input.shape as [number, number, number];
  const [outHeight, outWidth] = output.shape as [number, number, number];
  const { kernelSize: k, stride, weights, bias } = op;
  const { before } = samePadding(height, k, stride);
  const scales = op.weightScales.map((scale) => requantizationScale(input.scale, scale, output.scale));
  const zero = input.zeroPoint;
  const y = new Int8Array(outHeight * outWidth * channels);
  const sums = new Int32Array(channels);
  for (let oy = 0; oy < outHeight; oy++)
    for (let ox = 0; ox < outWidth; ox++) {
      sums.set(bias);
      for (let ky = 0; ky < k; ky++) {
        const iy = oy * stride + ky - before;
        if (iy < 0 || iy >= height) continue;
        for (let kx = 0; kx < k; kx++) {
          const ix = ox * stride + kx - before;
          if (ix < 0 || ix >= width) continue;
          const from = (iy * width + ix) * channels;
          const weight = (ky * k + kx) * channels;
          for (let c = 0; c < channels; c++) sums[c]! += (x[from + c]! - zero) * weights[weight + c]!;
        }
      }
      const to = (oy * outWidth + ox) * channels;
      for (let c = 0; c < channels; c++) y[to + c] = requantize(sums[c]!, scales[c]!, output.zeroPoint);
    }
  return y;
}

/**
 * Constants of XNNPACK's qs8-vadd: multipliers of up to 21 bits, all of which the larger one uses, and one rounding
 * shift.
 */
export function addConstants(
  a: IntegerTensor,
  b: IntegerTensor,
  output: IntegerTensor,
): { aMultiplier: number; bMultiplier: number; shift: number } {
  const aScale = Math.fround(a.scale / output.scale);
  const bScale = Math.fround(b.scale / output.scale);
  const shift = 20 - Math.floor(Math.log2(Math.max(aScale, bScale)));
  return {
    aMultiplier: roundHalfToEven(aScale * 2 ** shift),
    bMultiplier: roundHalfToEven(bScale * 2 ** shift),
    shift,
  };
}

function add(
  _op: IntegerAdd,
  [a, b]: readonly Int8Array[],
  [aTensor, bTensor]: readonly IntegerTensor[],
  output: IntegerTensor,
): Int8Array {
  const { aMultiplier, bMultiplier, shift } = addConstants(aTensor!, bTensor!, output);
  const bias = 2 ** (shift - 1) - aMultiplier * aTensor!.zeroPoint - bMultiplier * bTensor!.zeroPoint;
  const unit = 2 ** shift;
  // The sums stay below 2^53, so doubles hold them exactly and floor equals the arithmetic shift.
  return a!.map((code, i) =>
    clamp(Math.floor((bias + code * aMultiplier + b![i]! * bMultiplier) / unit) + output.zeroPoint, INT8_MIN, INT8_MAX),
  );
}

/** The factor from the sum over all pixels to their mean, rounded to float32 after each operation as in XNNPACK. */
export const meanScale = (input: IntegerTensor, output: IntegerTensor): number =>
  Math.fround(Math.fround(input.scale / output.scale) * Math.fround(1 / (input.shape[0]! * input.shape[1]!)));

/**
 * XNNPACK's mean adds the zero point in float32 before rounding, unlike its products, and so rounds ties differently.
 */
function mean(_op: IntegerMean, x: Int8Array, input: IntegerTensor, output: IntegerTensor): Int8Array {
  const [height, width, channels] = input.shape as [number, number, number];
  const sums = new Int32Array(channels).fill(-input.zeroPoint * height * width);
  for (let i = 0; i < x.length; i++) sums[i % channels]! += x[i]!;
  const scale = meanScale(input, output);
  return Int8Array.from(sums, (sum) =>
    clamp(roundHalfToEven(Math.fround(Math.fround(Math.fround(sum) * scale) + output.zeroPoint)), INT8_MIN, INT8_MAX),
  );
}

function fullyConnected(
  op: IntegerFullyConnected,
  x: Int8Array,
  input: IntegerTensor,
  output: IntegerTensor,
): Int8Array {
  const scale = requantizationScale(input.scale, op.weightScale, output.scale);
  return Int8Array.from(op.bias, (bias, o) => {
    let sum = bias;
    for (let i = 0; i < x.length; i++) sum += (x[i]! - input.zeroPoint) * op.weights[o * x.length + i]!;
    return requantize(sum, scale, output.zeroPoint);
  });
}

/** The 256 outputs of LOGISTIC by input code + 128, computed in float32 with ties rounded away from zero. */
export function logisticTable(input: IntegerTensor): Int8Array {
  return Int8Array.from({ length: 256 }, (_, i) => {
    const x = Math.fround(Math.fround(input.scale) * (i - 128 - input.zeroPoint));
    const y = Math.fround(1 / Math.fround(1 + Math.fround(Math.exp(-x))));
    return clamp(Math.floor(Math.fround(y * 256) + 0.5) + INT8_MIN, INT8_MIN, INT8_MAX);
  });
}

function logistic(_op: IntegerLogistic, x: Int8Array, input: IntegerTensor): Int8Array {
  const table = logisticTable(input);
  return x.map((code) => table[code + 128]!);
}
