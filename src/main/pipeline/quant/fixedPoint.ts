/**
 * TensorFlow Lite's fixed-point requantization (quantization_util.cc, common.h): multiplying an int32 by a factor
 * that is itself an integer and a shift.
 */
export interface FixedPointFactor {
  /** 0 or 2^30 up to 2^31 - 1. */
  readonly multiplier: number;
  readonly shift: number;
}

const ONE = 2 ** 31;

const roundHalfAwayFromZero = (x: number): number => (x < 0 ? -Math.floor(0.5 - x) : Math.floor(x + 0.5));

/** QuantizeMultiplier: factor = multiplier / 2^31 * 2^shift. */
export function fixedPointFactor(factor: number): FixedPointFactor {
  if (factor === 0) return { multiplier: 0, shift: 0 };
  let shift = Math.floor(Math.log2(factor)) + 1;
  while (factor / 2 ** shift >= 1) shift++;
  while (factor / 2 ** shift < 0.5) shift--;
  let multiplier = roundHalfAwayFromZero((factor / 2 ** shift) * ONE);
  if (multiplier === ONE) {
    multiplier /= 2;
    shift++;
  }
  return shift < -31 ? { multiplier: 0, shift: 0 } : { multiplier, shift };
}

/**
 * floor((a * b + bias) / 2^bits) for int32 a and b and bits >= 16. The product has up to 62 bits, so b is split: both
 * parts stay below 2^53, where doubles are exact.
 */
function shiftedProduct(a: number, b: number, bias: number, bits: number): number {
  const high = Math.floor(b / 65536);
  const low = b - high * 65536;
  const biasHigh = Math.floor(bias / 65536);
  const carried = Math.floor((a * low + (bias - biasHigh * 65536)) / 65536);
  return Math.floor((a * high + biasHigh + carried) / 2 ** (bits - 16));
}

/**
 * Rounds after the product, halves up, and again after the shift: halves away from zero, as gemmlowp's arithmetic in
 * the reference kernels, or halves up, as Arm's rounding shift, which the built-in convolutions follow everywhere.
 */
function multiplyRoundingTwice(x: number, { multiplier, shift }: FixedPointFactor, below: 0 | 1): number {
  const shifted = shift > 0 ? (x * 2 ** shift) | 0 : x;
  const high = shiftedProduct(shifted, multiplier, 2 ** 30, 31);
  if (shift >= 0) return high;
  const unit = 2 ** -shift;
  return Math.floor((high + unit / 2 - (high < 0 ? below : 0)) / unit);
}

export const multiplyHalvesAway = (x: number, factor: FixedPointFactor): number => multiplyRoundingTwice(x, factor, 1);
export const multiplyHalvesUp = (x: number, factor: FixedPointFactor): number => multiplyRoundingTwice(x, factor, 0);
