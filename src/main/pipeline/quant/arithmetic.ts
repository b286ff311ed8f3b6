/** The arithmetic of the int8 grid, shared by export, integer reference and tests. float32 wherever the kernels use float32. */

/** Rounds to the nearest integer, halves to the even one: as ONNX Round, rintf and XNNPACK do. */
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

/** ReLU6's range is fixed: 0..6 over all 256 codes. */
export const RELU6: Quantization = { scale: Math.fround(6 / 255), zeroPoint: INT8_MIN };
/** Pixel p is code p - 128 and means (p - 127) / 128. */
export const INPUT: Quantization = { scale: 1 / 128, zeroPoint: -1 };
/** Enforced by the kernels: score q / 256 with q = code + 128. */
export const LOGISTIC: Quantization = { scale: 1 / 256, zeroPoint: INT8_MIN };

/** A range narrower than this carries nothing; it keeps scales and biases finite. */
const SMALLEST_RANGE = 1e-6;

/** Scale and zero point of a tracked range. The range is widened until it holds 0, which then falls on a code exactly. */
export function affineQuantization(min: number, max: number): Quantization {
  const low = Math.min(min, 0);
  const high = Math.max(max, low + SMALLEST_RANGE, 0);
  const scale = Math.fround((high - low) / 255);
  return { scale, zeroPoint: clamp(Math.round(-low / scale), 0, 255) + INT8_MIN };
}

/** Largest bias code: far enough below 2^31 that the accumulator of a convolution cannot overflow on top of it. */
const LARGEST_BIAS = 2 ** 30;

/** Symmetric int8 scale in [-127, 127]. The floors define dead filters and keep |bias / (inputScale * scale)| below 2^30. */
export function weightScale(largest: number, bias: number, inputScale: number): number {
  return Math.fround(Math.max(largest / 127, Math.abs(bias) / (inputScale * LARGEST_BIAS), 1e-9));
}

export const quantizeWeight = (value: number, scale: number): number =>
  clamp(roundHalfToEven(Math.fround(value / scale)), -127, 127);
