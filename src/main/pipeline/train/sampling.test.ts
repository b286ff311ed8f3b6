import { describe, expect, test } from 'vitest';
import type { Sample } from '../data/dataset.ts';
import type { Sampling } from './sampling.ts';
import { epochOrder, epochSize, repeatFactors } from './sampling.ts';

/** Class 0 on 90 of 100 images, class 1 on 4, of which 2 have both; the rest has none. */
const samples: Sample[] = Array.from({ length: 100 }, (_, i) => ({
  path: `${i}`,
  file: `/${i}`,
  labels: Int8Array.of(i < 90 ? 1 : 0, i >= 88 && i < 92 ? 1 : 0),
  hash: '',
  line: i + 1,
}));
const of = (sampling: Sampling['sampling'], threshold = 0.16): Sampling => ({ sampling, repeat_threshold: threshold });
const counts = (order: Uint32Array): number[] =>
  samples.map((_, position) => order.filter((drawn) => drawn === position).length);

describe('an epoch', () => {
  test.each(['shuffle', 'repeat_factor', 'balanced'] as const)(
    'by %s is a function of seed and epoch, as long as it says',
    (sampling) => {
      const order = epochOrder(samples, of(sampling), 1, 3);
      expect(order.length).toBe(epochSize(samples, of(sampling)));
      expect(epochOrder(samples, of(sampling), 1, 3)).toEqual(order);
      expect(epochOrder(samples, of(sampling), 1, 4)).not.toEqual(order);
      expect(epochOrder(samples, of(sampling), 2, 3)).not.toEqual(order);
    },
  );

  test('by shuffle sees every image once', () => {
    expect(new Set(epochOrder(samples, of('shuffle'), 1, 0)).size).toBe(100);
  });

  test('has the repeat factors of LVIS', () => {
    // f = 0.04, t = 0.16: sqrt(0.16 / 0.04) = 2; class 0 is on more than t.
    expect(
      repeatFactors(samples, 0.16)
        .map((factor, i) => (i >= 88 && i < 92 ? factor === 2 : factor === 1))
        .every(Boolean),
    ).toBe(true);
  });

  test('by repeat factor repeats rare images by their factor, on average exactly', () => {
    const threshold = 0.09; // factor 1.5: once or twice
    expect(epochSize(samples, of('repeat_factor', threshold))).toBe(102);
    const epochs = 300;
    const mean = new Float64Array(100);
    for (let epoch = 0; epoch < epochs; epoch++)
      counts(epochOrder(samples, of('repeat_factor', threshold), 1, epoch)).forEach((count, i) => {
        expect(count).toBeGreaterThanOrEqual(1);
        expect(count).toBeLessThanOrEqual(2);
        mean[i]! += count / epochs;
      });
    for (const position of [88, 91]) expect(Math.abs(mean[position]! - 1.5)).toBeLessThan(0.1);
    expect(mean[0]).toBeCloseTo(1, 9);
  });

  test('balanced shows every class, and images without any, equally often', () => {
    const order = epochOrder(samples, of('balanced'), 1, 0);
    const drawn = counts(order);
    const share = (from: number, to: number): number => drawn.slice(from, to).reduce((a, b) => a + b, 0);
    // A third of the draws each: class 1 alone brings 33 or 34 draws to its four images.
    expect(share(92, 100)).toBeGreaterThanOrEqual(33);
    expect(share(88, 92)).toBeGreaterThanOrEqual(33);
    expect(Math.max(...drawn.slice(92))).toBeLessThanOrEqual(5);
  });
});
