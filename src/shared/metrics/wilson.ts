import type { Interval } from './bootstrap.ts';

/** Wilson score interval of a share (Wilson 1927), 95 %. NaN without trials, whose share is 0 / 0. */
export function wilson(hits: number, trials: number, z = 1.959963984540054): Interval {
  const p = hits / trials;
  const scale = 1 + (z * z) / trials;
  const middle = (p + (z * z) / (2 * trials)) / scale;
  const half = (z * Math.sqrt((p * (1 - p)) / trials + (z * z) / (4 * trials * trials))) / scale;
  return { low: Math.max(0, middle - half), high: Math.min(1, middle + half) };
}
