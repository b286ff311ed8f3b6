import { randomStream } from '../../../shared/random.ts';

export interface Interval { readonly low: number; readonly high: number }

/** Percentile interval of a statistic over seeded resamples of images (Efron & Tibshirani 1993). `statistic` gets the drawn image indices. */
export function bootstrapInterval(images: number, statistic: (drawn: Uint32Array) => number, options: { replicates?: number; seed?: number; level?: number } = {}): Interval {
  const { replicates = 2000, seed = 1, level = 0.95 } = options;
  const drawn = new Uint32Array(images);
  const values: number[] = [];
  for (let replicate = 0; replicate < replicates; replicate++) {
    const stream = randomStream(seed, replicate, 'bootstrap');
    for (let i = 0; i < images; i++) drawn[i] = Math.floor(stream() * images);
    const value = statistic(drawn);
    if (!Number.isNaN(value)) values.push(value);
  }
  values.sort((a, b) => a - b);
  const at = (share: number): number => values[Math.min(values.length - 1, Math.max(0, Math.round(share * (values.length - 1))))] ?? NaN;
  return { low: at((1 - level) / 2), high: at((1 + level) / 2) };
}
