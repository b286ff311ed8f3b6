import { describe, expect, test } from 'vitest';
import { affineQuantization, clamp, quantizeWeight, roundHalfToEven, weightScale } from './arithmetic.ts';

const float = Math.fround;

test.each([
  [0.49, 0],
  [0.5, 0],
  [0.51, 1],
  [1.5, 2],
  [2.5, 2],
  [-0.5, 0],
  [-0.51, -1],
  [-1.5, -2],
  [-2.5, -2],
  [-3.5, -4],
  [7, 7],
])('%d is rounded to %d', (x, expected) => expect(roundHalfToEven(x) + 0).toBe(expected));

test('clamping keeps values within the range, ends included', () => {
  expect([-9, -2, 0, 5, 6].map((x) => clamp(x, -2, 5))).toEqual([-2, -2, 0, 5, 5]);
});

describe('the grid of a range', () => {
  // 255 steps from end to end; the code of 0 is as many steps above -128 as 0 lies above the lower end.
  test.each([
    ['from 0', 0, 6, 6 / 255, -128],
    ['to 0', -3, 0, 3 / 255, 127],
    ['around 0', -1, 4, 5 / 255, 51 - 128],
    ['around 0, rounded', -2, 3, 5 / 255, 102 - 128],
    ['widened down to 0', 0.5, 2, 2 / 255, -128],
    ['widened up to 0', -3, -1, 3 / 255, 127],
    ['of zeros', 0, 0, 1e-6 / 255, -128],
    ['of next to nothing', 0, 1e-9, 1e-6 / 255, -128],
    ['of next to nothing below 0', -1e-9, 0, 1e-6 / 255, -128],
  ])('%s', (_, min, max, scale, zeroPoint) => {
    const found = affineQuantization(min, max);
    expect(found.scale / scale).toBeCloseTo(1, 6);
    expect(found.zeroPoint).toBe(zeroPoint);
  });

  test.each([
    [-1, 1],
    [0, 6],
    [0.5, 2],
    [-3, -1],
    [-1e-3, 7],
  ])('%f..%f holds zero exactly on a code', (min, max) => {
    const { scale, zeroPoint } = affineQuantization(min, max);
    expect(Number.isInteger(zeroPoint) && zeroPoint >= -128 && zeroPoint <= 127).toBe(true);
    const [low, high] = [(-128 - zeroPoint) * scale, (127 - zeroPoint) * scale];
    expect(low).toBeLessThanOrEqual(Math.min(0, min) + scale);
    expect(high).toBeGreaterThanOrEqual(Math.max(0, max) - scale);
  });

  test('has a scale that is a float32', () => expect(affineQuantization(0, 1).scale).toBe(float(1 / 255)));
});

describe('the scale of weights', () => {
  test.each([
    // The largest weight is code 127.
    [2.54, 0, 0.5, 0.02],
    [2.54, -3, 0.5, 0.02],
    // |bias / (input scale * scale)| = 2^30.
    [1e-12, 3, 0.5, 3 / (0.5 * 2 ** 30)],
    [1e-12, -3, 0.5, 3 / (0.5 * 2 ** 30)],
    [0, 0, 0.5, 1e-9],
  ])('with the largest %d, a bias of %d and inputs at %d is %d', (largest, bias, inputScale, expected) => {
    const scale = weightScale(largest, bias, inputScale);
    expect(scale / expected).toBeCloseTo(1, 6);
    expect(scale).toBe(float(scale));
  });

  test('has a floor: every bias fits into int32, and a dead channel is defined', () => {
    const inputScale = 6 / 255;
    for (const [largest, bias] of [
      [1e-12, 5],
      [0, 3],
      [0, 0],
      [1e-6, 100],
    ] as const) {
      const scale = weightScale(largest, bias, inputScale);
      expect(scale).toBeGreaterThan(0);
      expect(Math.abs(bias / (inputScale * scale))).toBeLessThanOrEqual(2 ** 30 * 1.001);
    }
  });

  test('rounds weights to the nearest code, halves to even, within -127 and 127', () => {
    expect([0.5, 1.5, -1.5, 2.4, 127.4, 128, -128, -500].map((weight) => quantizeWeight(weight, 1) + 0)).toEqual([
      0, 2, -2, 2, 127, 127, -127, -127,
    ]);
    expect(quantizeWeight(0.75, 0.25)).toBe(3);
  });
});
