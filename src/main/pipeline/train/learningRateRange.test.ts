import { describe, expect, test } from 'vitest';
import type { RangePoint } from './learningRateRange.ts';
import { hasDiverged, rateOfStep, suggestedRate, withLoss } from './learningRateRange.ts';

const STEPS = 61;
/** Batches differ in their loss from the start; this must not count as a change. */
const batches = [0.1, -0.2, 0.3, 0, -0.2];
const before = (loss: number): number[] => batches.map((offset) => loss + offset);
const run = (lossAt: (rate: number) => number): RangePoint[] =>
  Array.from({ length: STEPS }, (_, step) => rateOfStep(step, STEPS)).reduce<RangePoint[]>(
    (points, rate, step) =>
      hasDiverged(points)
        ? points
        : withLoss(points, before(lossAt(0)), rate, lossAt(rate) + batches[step % batches.length]!),
    [],
  );

describe('the learning-rate range test', () => {
  test('spaces the rates evenly over six powers of ten', () => {
    const rates = Array.from({ length: 7 }, (_, step) => rateOfStep(step, 7));
    rates.forEach((rate, step) => expect(rate / 10 ** (step - 6)).toBeCloseTo(1, 9));
    expect(rateOfStep(0, 1)).toBe(1e-6);
  });

  test('compares each batch with itself and corrects the average for its start', () => {
    expect(run(() => 0.5).map(({ smoothed }) => smoothed)).toEqual(
      Array.from({ length: STEPS }, () => expect.closeTo(0.5, 12) as number),
    );
    expect(withLoss(withLoss([], [1], 1, 2), [1], 2, 1)[1]!.smoothed).toBeCloseTo(1 + 0.16 / 0.36, 12);
  });

  test('suggests the rate where the loss falls fastest, and ends where it diverges', () => {
    const points = run(
      (rate) => 0.7 - 0.5 / (1 + (0.003 / Math.max(rate, 1e-12)) ** 2) + Math.max(0, rate - 0.1) * 100,
    );
    expect(points.length).toBeLessThan(STEPS);
    expect(suggestedRate(points)).toBeGreaterThan(0.002);
    expect(suggestedRate(points)).toBeLessThan(0.01);
  });

  test('suggests nothing where nothing was learned', () => {
    expect(suggestedRate([])).toBeNull();
    expect(suggestedRate(run(() => 0.7))).toBeNull();
    expect(suggestedRate(run((rate) => 0.7 + rate))).toBeNull();
  });

  test('ends at a loss that is not a number', () => {
    const points = run((rate) => (rate > 0.01 ? NaN : 0.7 - 10 * rate));
    expect(points.filter(({ loss }) => Number.isNaN(loss))).toHaveLength(1);
  });
});
