import { describe, expect, test } from 'vitest';
import type { Sample } from '../data/dataset.ts';
import type { Sampling } from './sampling.ts';
import { epochOrder, epochSize, repeatFactors } from './sampling.ts';

/** Of 100 images 90 have class 0 and 4 have class 1, 2 of them both; the other 8 have no label. */
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
    'by %s depends on seed and epoch alone, and has the announced length',
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

  test('uses the repeat factors of LVIS', () => {
    // With f = 0.04 and t = 0.16 the factor is sqrt(0.16 / 0.04) = 2; class 0 is more frequent than t.
    expect(
      repeatFactors(samples, 0.16)
        .map((factor, i) => (i >= 88 && i < 92 ? factor === 2 : factor === 1))
        .every(Boolean),
    ).toBe(true);
  });

  test('by repeat factor repeats rare images by their factor on average', () => {
    const threshold = 0.09; // gives factor 1.5, so images come once or twice
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

  test('by balanced draws every class, and images without labels, equally often', () => {
    const order = epochOrder(samples, of('balanced'), 1, 0);
    const drawn = counts(order);
    const share = (from: number, to: number): number => drawn.slice(from, to).reduce((a, b) => a + b, 0);
    // Each group gets a third of the draws, so the four images of class 1 share 33 or 34 draws.
    expect(share(92, 100)).toBeGreaterThanOrEqual(33);
    expect(share(88, 92)).toBeGreaterThanOrEqual(33);
    expect(Math.max(...drawn.slice(92))).toBeLessThanOrEqual(5);
  });
});

test('by repeat factor the total is a whole number of images, which each has its share of', () => {
  const two = [0, 1].map((label) => ({ ...samples[0]!, labels: Int8Array.of(label) }));
  // The class is on half of the images: sqrt(0.98 / 0.5) = 1.4. 2.4 images are rounded to 2.
  expect(epochSize(two, of('repeat_factor', 0.98))).toBe(2);
  const epochs = 400;
  let first = 0;
  for (let epoch = 0; epoch < epochs; epoch++) {
    const order = epochOrder(two, of('repeat_factor', 0.98), 1, epoch);
    expect(order).toHaveLength(2);
    first += order.filter((position) => position === 0).length / epochs;
  }
  // 1 of 2.4 parts of 2 images. The standard error is sqrt(5 / 6 * 1 / 6 / 400) = 0.019.
  expect(Math.abs(first - 2 / 2.4)).toBeLessThan(0.06);
});

test('balanced draws every image of a class before repeating one, and skips a class without images', () => {
  // Class 0 on six images, class 1 on none, class 2 on one; two have no label. Three groups draw three times each.
  const nine = Array.from({ length: 9 }, (_, i) => ({
    ...samples[0]!,
    labels: Int8Array.of(i < 6 ? 1 : 0, 0, i === 6 ? 1 : 0),
  }));
  for (let epoch = 0; epoch < 20; epoch++) {
    const drawn = [...epochOrder(nine, of('balanced'), 1, epoch)].sort();
    expect(drawn).toHaveLength(9);
    expect(new Set(drawn.filter((position) => position < 6)).size).toBe(3);
    expect(drawn.slice(3, 6)).toEqual([6, 6, 6]);
    expect(new Set(drawn.slice(6)).size).toBe(2);
  }
});

test('an empty split gives an empty epoch', () => {
  for (const sampling of ['shuffle', 'repeat_factor'] as const) expect(epochSize([], of(sampling))).toBe(0);
  expect(repeatFactors([], 0.1)).toEqual([]);
});
