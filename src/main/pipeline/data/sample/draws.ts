import type { RandomStream } from '../../../../shared/random.ts';

export const between = (stream: RandomStream, low: number, high: number): number => low + (high - low) * stream();
export const integer = (stream: RandomStream, low: number, high: number): number =>
  low + Math.floor(stream() * (high - low + 1));
export const chance = (stream: RandomStream, probability: number): boolean => stream() < probability;
export const pick = <T>(stream: RandomStream, items: readonly T[]): T => items[Math.floor(stream() * items.length)]!;

/** Writes numbers in SVG with two decimals at most, which is short and the same on every machine. */
export const n = (value: number): string => String(Math.round(value * 100) / 100);
export const points = (list: readonly (readonly [number, number])[]): string =>
  list.map(([x, y]) => `${n(x)},${n(y)}`).join(' ');
