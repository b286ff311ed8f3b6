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

  test('suggests nothing when nothing was learned', () => {
    expect(suggestedRate([])).toBeNull();
    expect(suggestedRate(run(() => 0.7))).toBeNull();
    expect(suggestedRate(run((rate) => 0.7 + rate))).toBeNull();
  });

  test('stops at a loss that is not a number', () => {
    const points = run((rate) => (rate > 0.01 ? NaN : 0.7 - 10 * rate));
    expect(points.filter(({ loss }) => Number.isNaN(loss))).toHaveLength(1);
  });
});

describe('a curve worked out by hand', () => {
  const points = (...losses: number[]): RangePoint[] =>
    losses.map((smoothed, step) => ({ learningRate: 10 ** (step - 9), loss: smoothed, smoothed }));

  test('falls apart beyond four times its lowest loss, and not at it', () => {
    expect(hasDiverged([])).toBe(false);
    expect(hasDiverged(points(0.5, 0.25, 1))).toBe(false);
    expect(hasDiverged(points(0.5, 0.25, 1.01))).toBe(true);
    expect(hasDiverged(points(0.5, Infinity))).toBe(true);
    // What counts is the last loss.
    expect(hasDiverged(points(0.5, 3, 0.5))).toBe(false);
  });

  test('has shown something once it fell by more than a fiftieth of the highest loss before its lowest', () => {
    expect(suggestedRate(points(200, 196))).toBeNull();
    expect(suggestedRate(points(200, 195))).not.toBeNull();
    expect(suggestedRate(points(195, 200))).toBeNull();
    // A loss that only comes back to where it began has shown nothing.
    expect(suggestedRate(points(1, 1, 5, 1, 1))).toBeNull();
  });

  test('falls fastest in the middle of the three points to either side, up to its lowest', () => {
    // Falls over six points: 8 at the fourth point, 9 at the fifth (10 - 1), 8.6 and 8.2 at the next ones.
    expect(suggestedRate(points(10, 10, 9.5, 9, 7, 4, 2, 1, 0.9, 0.8))).toBe(1e-5);
    // The first of equal falls: here the fifth to the eighth point all have 6.
    expect(suggestedRate(points(10, 10, 10, 10, 10, 8, 6, 4, 4, 4, 4, 3.9))).toBe(1e-5);
    // What comes after the lowest is not looked at: 6 at the fourth point, 5 beside it.
    expect(suggestedRate(points(10, 9, 8, 7, 6, 5, 4, 9, 1e9))).toBe(1e-6);
  });
});
