import { describe, expect, test } from 'vitest';
import { addConstants, meanScale, requantizationScale } from './integerReference.ts';

const tensor = (scale: number, shape: readonly number[] = []) => ({
  ...{ name: 'x', shape, zeroPoint: 0 },
  scale: Math.fround(scale),
});

describe('the constants of a sum', () => {
  // The larger of both scales has its highest bit at 2^20; float32(0.1) is 13421773 / 2^27.
  test.each([
    [1, 1, 1, { aMultiplier: 2 ** 20, bMultiplier: 2 ** 20, shift: 20 }],
    [0.5, 0.25, 1, { aMultiplier: 2 ** 20, bMultiplier: 2 ** 19, shift: 21 }],
    [0.25, 0.5, 1, { aMultiplier: 2 ** 19, bMultiplier: 2 ** 20, shift: 21 }],
    [3, 0.1, 1, { aMultiplier: 3 * 2 ** 19, bMultiplier: Math.round(13421773 / 2 ** 8), shift: 19 }],
    [6, 8, 2, { aMultiplier: 3 * 2 ** 18, bMultiplier: 2 ** 20, shift: 18 }],
  ])('of scales %f and %f to %f', (a, b, output, constants) => {
    expect(addConstants(tensor(a), tensor(b), tensor(output))).toEqual(constants);
  });
});

test('the scale of a mean divides by the number of pixels', () => {
  expect(meanScale(tensor(0.5, [2, 4, 7]), tensor(0.25, [7]))).toBe(0.25);
});

test('the scale of a product is rounded to float32 after each operation', () => {
  // float32(0.1) squared is 13421773^2 / 2^54 = 10737418.56 / 2^30, and float32 has 24 bits.
  const tenth = Math.fround(0.1);
  expect(requantizationScale(tenth, tenth, 0.5)).toBe(10737419 / 2 ** 29);
});
