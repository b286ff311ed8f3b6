import { describe, expect, test } from 'vitest';
import { drawMixing, mixPixels, mixTargets } from './mixing.ts';

describe('MixUp', () => {
  test('is off at 0, and a function of seed, epoch and batch', () => {
    expect(drawMixing(0, 8, 1, 2, 3)).toBeNull();
    expect(drawMixing(0.2, 8, 1, 2, 3)).toEqual(drawMixing(0.2, 8, 1, 2, 3));
    expect(drawMixing(0.2, 8, 1, 2, 4)).not.toEqual(drawMixing(0.2, 8, 1, 2, 3));
  });

  test.each([0.2, 1, 3])('draws shares from Beta(%f, same): mean 1/2, variance 1 / (4 (2 alpha + 1))', (alpha) => {
    const shares = Array.from({ length: 500 }, (_, batch) => [...drawMixing(alpha, 8, 1, 0, batch)!.shares]).flat();
    const mean = shares.reduce((a, b) => a + b, 0) / shares.length;
    const variance = shares.reduce((sum, share) => sum + (share - 0.5) ** 2, 0) / shares.length;
    expect(Math.abs(mean - 0.5)).toBeLessThan(0.02);
    expect(variance * 4 * (2 * alpha + 1)).toBeCloseTo(1, 1);
  });

  test('mixes labels, and knows only what both know', () => {
    const mixing = { partners: Uint32Array.of(1, 0), shares: Float64Array.of(0.75, 0.5) };
    const { labels, weights } = mixTargets(
      { labels: Float32Array.of(1, 0, 0, 0, 1, 1), weights: Float32Array.of(1, 1, 0, 1, 1, 1) },
      mixing,
    );
    expect([...labels]).toEqual([0.75, 0.25, 0.25, 0.5, 0.5, 0.5]);
    expect([...weights]).toEqual([1, 1, 0, 1, 1, 0]);
  });

  test('leaves an image alone with a share of 1', () => {
    const pixels = Uint8Array.of(10, 20, 200, 100);
    expect(mixPixels(pixels, { partners: Uint32Array.of(1, 0), shares: Float64Array.of(1, 0) })).toEqual(
      Uint8Array.of(10, 20, 10, 20),
    );
  });
});
