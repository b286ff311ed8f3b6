/**
 * Arithmetic of the int8 grid, which export, integer reference and tests share. It uses float32 where the kernels do.
 */

/** Rounds to the nearest integer, halves to even, like ONNX Round, rintf and XNNPACK. */
export function roundHalfToEven(x: number): number {
  const floor = Math.floor(x);
  const rest = x - floor;
  if (rest < 0.5) return floor;
  if (rest > 0.5) return floor + 1;
  return floor % 2 === 0 ? floor : floor + 1;
}

export const clamp = (x: number, low: number, high: number): number => (x < low ? low : x > high ? high : x);

export const INT8_MIN = -128;
export const INT8_MAX = 127;

export interface Quantization {
  readonly scale: number;
  readonly zeroPoint: number;
}

/** ReLU6 has the fixed range 0..6 over all 256 codes. */
export const RELU6: Quantization = { scale: Math.fround(6 / 255), zeroPoint: INT8_MIN };
/** Pixel p has code p - 128 and value (p - 127) / 128. */
export const INPUT: Quantization = { scale: 1 / 128, zeroPoint: -1 };
/** The kernels require this output quantization: score q / 256 with q = code + 128. */
export const LOGISTIC: Quantization = { scale: 1 / 256, zeroPoint: INT8_MIN };

/** Keeps the scales and biases of a constant tensor finite. */
const SMALLEST_RANGE = 1e-6;

/** Scale and zero point of a tracked range, which is widened to include 0 so that 0 has an exact code. */
export function affineQuantization(min: number, max: number): Quantization {
  const low = Math.min(min, 0);
  const high = Math.max(max, low + SMALLEST_RANGE, 0);
  const scale = Math.fround((high - low) / 255);
  return { scale, zeroPoint: clamp(Math.round(-low / scale), 0, 255) + INT8_MIN };
}

/** Largest bias code, far enough below 2^31 that the accumulator of a convolution cannot overflow. */
const LARGEST_BIAS = 2 ** 30;

/** Symmetric int8 scale. Its lower bounds keep dead filters defined and |bias / (inputScale * scale)| below 2^30. */
export function weightScale(largest: number, bias: number, inputScale: number): number {
  return Math.fround(Math.max(largest / 127, Math.abs(bias) / (inputScale * LARGEST_BIAS), 1e-9));
}

export const quantizeWeight = (value: number, scale: number): number =>
  clamp(roundHalfToEven(Math.fround(value / scale)), -127, 127);
