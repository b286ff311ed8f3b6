import { describe, expect, test } from 'vitest';
import { randomStream } from '../random.ts';
import { bootstrapInterval, resampledAveragePrecision } from './bootstrap.ts';
import { averagePrecision } from './metrics.ts';

const stream = randomStream(3, 'bootstrap test');

describe('the bootstrap', () => {
  test('gives the known interval of the mean of a uniform distribution', () => {
    const values = Float64Array.from({ length: 400 }, () => stream());
    const { low, high } = bootstrapInterval(400, (drawn) => drawn.reduce((sum, i) => sum + values[i]!, 0) / 400, {
      seed: 4,
    });
    // The standard error of the mean of 400 uniform draws is sqrt(1 / 12 / 400) = 0.0144.
    expect((high - low) / (2 * 1.96 * Math.sqrt(1 / 12 / 400))).toBeCloseTo(1, 0);
    expect(Math.abs((high - low) / (2 * 1.96 * 0.01443) - 1)).toBeLessThan(0.12);
  });

  test('of average precision equals the one of the drawn images, with ties and unknown labels', () => {
    const truth = Int8Array.from({ length: 40 }, (_, i) => (i % 9 === 0 ? -1 : stream() < 0.4 ? 1 : 0));
    const scored = Float64Array.from({ length: 40 }, () => Math.floor(8 * stream()));
    const fast = resampledAveragePrecision(truth, scored);
    for (let replicate = 0; replicate < 20; replicate++) {
      const drawn = Array.from({ length: 40 }, () => Math.floor(40 * stream()));
      const counts = new Uint16Array(40);
      for (const i of drawn) counts[i]!++;
      expect(fast(counts)).toBeCloseTo(
        averagePrecision(
          drawn.map((i) => truth[i]!),
          drawn.map((i) => scored[i]!),
        ),
        12,
      );
    }
    expect(fast(new Uint16Array(40))).toBeNaN();
  });

  test('of average precision counts an image as often as it was drawn, the best scored maybe never', () => {
    const fast = resampledAveragePrecision([1, 0, 1, 0], [0.9, 0.8, 0.7, 0.6]);
    // Ranked: absent, present twice, absent. Precision at the two present ones, which are one step, is 2 / 3.
    expect(fast(Uint16Array.of(0, 1, 2, 1))).toBeCloseTo(2 / 3, 12);
    // Present, then absent three times, then present: 1/2 of 1 and 1/2 of 2 / 5.
    expect(fast(Uint16Array.of(1, 3, 1, 0))).toBeCloseTo(0.5 + 0.2, 12);
    expect(fast(Uint16Array.of(0, 0, 1, 3))).toBe(1);
    expect(fast(Uint16Array.of(0, 2, 0, 2))).toBeNaN();
  });

  test('ignores resamples in which the statistic is undefined', () => {
    const { low, high } = bootstrapInterval(2, (drawn) => (drawn[0] === drawn[1] ? NaN : 5), {});
    expect([low, high]).toEqual([5, 5]);
  });

  /** A permutation of 0, 1, 2 …, so that the ends of the interval are known by their rank. */
  const ranks = (replicates: number, level?: number): number[] => {
    let next = 0;
    const { low, high } = bootstrapInterval(1, () => (next++ * 37) % replicates, { replicates, level });
    return [low, high];
  };
  test.each([
    [101, 0.9, 5, 95],
    [101, 0.5, 25, 75],
    [1001, 0.95, 25, 975],
    [201, undefined, 5, 195],
    [1, 0.95, 0, 0],
    [2, 0, 1, 1],
    [3, 1, 0, 2],
  ])('of %i replicates at level %s takes the figures of rank %i and %i', (replicates, level, low, high) => {
    expect(ranks(replicates, level)).toEqual([low, high]);
  });

  test('has 2000 replicates at 95 % by default', () => {
    let calls = 0;
    expect(bootstrapInterval(1, () => calls++)).toEqual({ low: 50, high: 1949 });
    expect(calls).toBe(2000);
  });

  test('draws with replacement from all images, the same for the same seed', () => {
    const draws = (seed?: number): string[] => {
      const all: string[] = [];
      bootstrapInterval(3, (drawn) => all.push(drawn.join('')), { replicates: 300, seed });
      return all;
    };
    const all = draws(1);
    // 3^3 = 27 draws are possible; 300 leave one of them out with probability 27 (26/27)^300 = 0.0003.
    expect(new Set(all).size).toBe(27);
    expect(all.every((drawn) => /^[012]{3}$/.test(drawn))).toBe(true);
    expect(draws()).toEqual(all);
    expect(draws(2)).not.toEqual(all);
  });

  test('of an undefined statistic is NaN', () => {
    expect(bootstrapInterval(2, () => NaN, { replicates: 3 })).toEqual({ low: NaN, high: NaN });
  });
});
