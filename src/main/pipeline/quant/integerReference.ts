import { samePadding } from '../graph/graph.ts';
import type { FixedPointFactor } from './fixedPoint.ts';
import { fixedPointFactor, multiplyHalvesAway, multiplyHalvesUp } from './fixedPoint.ts';
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
 * The int8 kernels that phones use: XNNPACK, LiteRT's default; TensorFlow Lite's built-in kernels without a delegate;
 * and its reference kernels, which TensorFlow Lite Micro uses too. They compute the same sums and round differently.
 */
export const kernelFamilies = ['xnnpack', 'builtin', 'reference'] as const;
export type KernelFamily = (typeof kernelFamilies)[number];

/**
 * Runs the integer model in plain JavaScript with kernels that equal a family's bit for bit. Takes the pixels of one
 * image, uint8 [S, S, 3], and returns every tensor, int8 NHWC, by name.
 */
export function runIntegerReference(
  model: IntegerModel,
  pixels: Uint8Array,
  family: KernelFamily = 'xnnpack',
): Map<string, Int8Array> {
  const tensors = new Map(model.tensors.map((tensor) => [tensor.name, tensor]));
  const values = new Map<string, Int8Array>([[model.input, Int8Array.from(pixels, (pixel) => pixel - 128)]]);
  const tensor = (name: string): IntegerTensor => tensors.get(name)!;
  const value = (name: string): Int8Array => values.get(name)!;
  for (const op of model.ops) {
    const output = tensor(op.output);
    switch (op.op) {
      case 'conv2d':
        values.set(op.output, conv2d(op, value(op.input), tensor(op.input), output, family));
        break;
      case 'depthwiseConv2d':
        values.set(op.output, depthwiseConv2d(op, value(op.input), tensor(op.input), output, family));
        break;
      case 'add':
        values.set(
          op.output,
          (family === 'xnnpack' ? add : addFixedPoint)(op, op.inputs.map(value), op.inputs.map(tensor), output),
        );
        break;
      case 'mean':
        values.set(op.output, means[family](op, value(op.input), tensor(op.input), output));
        break;
      case 'fullyConnected':
        values.set(op.output, fullyConnected(op, value(op.input), tensor(op.input), output, family));
        break;
      case 'logistic':
        values.set(op.output, logistic(op, value(op.input), tensor(op.input)));
        break;
    }
  }
  return values;
}

/** Maps the sum of channel c to an output code. */
type Requantize = (sum: number, c: number) => number;

/** How a family requantizes sums: in float32, or in fixed point with halves rounded up or away from zero. */
function requantizer(
  rounding: 'float' | 'up' | 'away',
  input: IntegerTensor,
  weightScales: Float32Array | readonly number[],
  output: IntegerTensor,
): Requantize {
  const { zeroPoint } = output;
  if (rounding === 'float') {
    const scales = Array.from(weightScales, (scale) => requantizationScale(input.scale, scale, output.scale));
    return (sum, c) => requantize(sum, scales[c]!, zeroPoint);
  }
  const factors = Array.from(weightScales, (scale) => fixedPointFactor((input.scale * scale) / output.scale));
  const multiply = rounding === 'up' ? multiplyHalvesUp : multiplyHalvesAway;
  return (sum, c) => clamp(multiply(sum, factors[c]!) + zeroPoint, INT8_MIN, INT8_MAX);
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

/** Built-in convolutions, depthwise ones too, round halves up as Arm's rounding shift does. */
const CONV_ROUNDING = { xnnpack: 'float', builtin: 'up', reference: 'away' } as const;

function conv2d(
  op: IntegerConv2d,
  x: Int8Array,
  input: IntegerTensor,
  output: IntegerTensor,
  family: KernelFamily,
): Int8Array {
  const [height, width, channels] = input.shape as [number, number, number];
  const [outHeight, outWidth, filters] = output.shape as [number, number, number];
  const { kernelSize: k, stride, weights, bias } = op;
  const { before } = samePadding(height, k, stride);
  const code = requantizer(CONV_ROUNDING[family], input, op.weightScales, output);
  const zero = input.zeroPoint;
  const y = new Int8Array(outHeight * outWidth * filters);
  for (let oy = 0; oy < outHeight; oy++)
    for (let ox = 0; ox < outWidth; ox++)
      for (let f = 0; f < filters; f++) {
        let sum = bias[f]! | 0;
        for (let ky = 0; ky < k; ky++) {
          const iy = oy * stride + ky - before;
          if (iy < 0 || iy >= height) continue;
          for (let kx = 0; kx < k; kx++) {
            const ix = ox * stride + kx - before;
            if (ix < 0 || ix >= width) continue;
            const from = (iy * width + ix) * channels;
            const weight = ((f * k + ky) * k + kx) * channels;
            for (let c = 0; c < channels; c++) sum = (sum + Math.imul(x[from + c]! - zero, weights[weight + c]!)) | 0;
          }
        }
        y[(oy * outWidth + ox) * filters + f] = code(sum, f);
      }
  return y;
}

function depthwiseConv2d(
  op: IntegerDepthwiseConv2d,
  x: Int8Array,
  input: IntegerTensor,
  output: IntegerTensor,
  family: KernelFamily,
): Int8Array {
  const [height, width, channels] = input.shape as [number, number, number];
  const [outHeight, outWidth] = output.shape as [number, number, number];
  const { kernelSize: k, stride, weights, bias } = op;
  const { before } = samePadding(height, k, stride);
  const code = requantizer(CONV_ROUNDING[family], input, op.weightScales, output);
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
          for (let c = 0; c < channels; c++) sums[c]! += Math.imul(x[from + c]! - zero, weights[weight + c]!);
        }
      }
      const to = (oy * outWidth + ox) * channels;
      for (let c = 0; c < channels; c++) y[to + c] = code(sums[c]!, c);
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

/** TensorFlow Lite adds at 2^20 times the larger input's scale and rounds each of three products twice. */
function addFixedPoint(
  _op: IntegerAdd,
  [a, b]: readonly Int8Array[],
  [aTensor, bTensor]: readonly IntegerTensor[],
  output: IntegerTensor,
): Int8Array {
  const unit = 2 ** 20;
  const common = 2 * Math.max(aTensor!.scale, bTensor!.scale);
  const aFactor = fixedPointFactor(aTensor!.scale / common);
  const bFactor = fixedPointFactor(bTensor!.scale / common);
  const outFactor = fixedPointFactor(common / (unit * output.scale));
  const term = (code: number, tensor: IntegerTensor, factor: FixedPointFactor): number =>
    multiplyHalvesAway((code - tensor.zeroPoint) * unit, factor);
  return a!.map((code, i) => {
    const sum = term(code, aTensor!, aFactor) + term(b![i]!, bTensor!, bFactor);
    return clamp(multiplyHalvesAway(sum, outFactor) + output.zeroPoint, INT8_MIN, INT8_MAX);
  });
}

/** The factor from the sum over all pixels to their mean, rounded to float32 after each operation as in XNNPACK. */
export const meanScale = (input: IntegerTensor, output: IntegerTensor): number =>
  Math.fround(Math.fround(input.scale / output.scale) * Math.fround(1 / (input.shape[0]! * input.shape[1]!)));

/**
 * XNNPACK's mean adds the zero point in float32 before rounding, unlike its products, and so rounds ties differently.
 */
function mean(_op: IntegerMean, x: Int8Array, input: IntegerTensor, output: IntegerTensor): Int8Array {
  const sums = channelSums(x, input, input.zeroPoint);
  const scale = meanScale(input, output);
  return Int8Array.from(sums, (sum) =>
    clamp(roundHalfToEven(Math.fround(Math.fround(Math.fround(sum) * scale) + output.zeroPoint)), INT8_MIN, INT8_MAX),
  );
}

/** The sums over all pixels, each code minus the zero point. */
function channelSums(x: Int8Array, { shape }: IntegerTensor, zeroPoint: number): Int32Array {
  const [height, width, channels] = shape as [number, number, number];
  const sums = new Int32Array(channels).fill(-zeroPoint * height * width);
  for (let i = 0; i < x.length; i++) sums[i % channels]! += x[i]!;
  return sums;
}

/** TensorFlow Lite's reference mean: as many bits of the division as fit go into the multiplier. */
function meanFixedPoint(_op: IntegerMean, x: Int8Array, input: IntegerTensor, output: IntegerTensor): Int8Array {
  const pixels = input.shape[0]! * input.shape[1]!;
  const { multiplier, shift } = fixedPointFactor(input.scale / output.scale);
  const bits = Math.min(Math.floor(Math.log2(pixels)), 32, 31 + shift);
  const factor = {
    multiplier: Number((BigInt(multiplier) << BigInt(bits)) / BigInt(pixels)),
    shift: shift - bits,
  };
  return Int8Array.from(channelSums(x, input, input.zeroPoint), (sum) =>
    clamp(multiplyHalvesAway(sum, factor) + output.zeroPoint, INT8_MIN, INT8_MAX),
  );
}

/** Channels that the built-in mean handles at once, with Arm's rounding shift; the rest go one by one. */
const MEAN_LANES = 16;

/** The built-in mean that keeps its dimensions: it divides in the factor and rounds the zero points on their own. */
function meanKeepingDimensions(_op: IntegerMean, x: Int8Array, input: IntegerTensor, output: IntegerTensor): Int8Array {
  const pixels = Math.fround(input.shape[0]! * input.shape[1]!);
  const offset = Math.fround(Math.fround(input.zeroPoint * input.scale) / output.scale);
  const bias = output.zeroPoint - Math.trunc(offset > 0 ? Math.fround(offset + 0.5) : Math.fround(offset - 0.5));
  const factor = fixedPointFactor(Math.fround(input.scale / Math.fround(pixels * output.scale)));
  const sums = channelSums(x, input, 0);
  const inLanes = sums.length - (sums.length % MEAN_LANES);
  return Int8Array.from(sums, (sum, c) =>
    clamp((c < inLanes ? multiplyHalvesUp : multiplyHalvesAway)(sum, factor) + bias, INT8_MIN, INT8_MAX),
  );
}

const means: Readonly<Record<KernelFamily, typeof mean>> = {
  xnnpack: mean,
  builtin: (op, x, input, output) =>
    (output.shape.length === 3 ? meanKeepingDimensions : meanFixedPoint)(op, x, input, output),
  reference: meanFixedPoint,
};

function fullyConnected(
  op: IntegerFullyConnected,
  x: Int8Array,
  input: IntegerTensor,
  output: IntegerTensor,
  family: KernelFamily,
): Int8Array {
  const code = requantizer(CONV_ROUNDING[family], input, [op.weightScale], output);
  return Int8Array.from(op.bias, (bias, o) => {
    let sum = bias;
    for (let i = 0; i < x.length; i++) sum += (x[i]! - input.zeroPoint) * op.weights[o * x.length + i]!;
    return code(sum, 0);
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
