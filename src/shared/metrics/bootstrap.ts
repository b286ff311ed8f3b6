import { randomStream } from '../random.ts';

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/**
 * Percentile interval of a statistic over seeded resamples of images (Efron & Tibshirani 1993). `statistic` receives
 * the drawn image indices.
 */
export function bootstrapInterval(
  images: number,
  statistic: (drawn: Uint32Array) => number,
  options: { replicates?: number; seed?: number; level?: number } = {},
): Interval {
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
  const at = (share: number): number => values[Math.round(share * (values.length - 1))] ?? NaN;
  return { low: at((1 - level) / 2), high: at((1 + level) / 2) };
}

/**
 * Average precision of resamples of the same images. Sorts them once, so that each resample takes one pass. The
 * returned function takes how often each image was drawn. Equal scores form one step, unknown labels (-1) are ignored,
 * and the result is NaN without positives.
 */
export function resampledAveragePrecision(
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
): (counts: Uint16Array) => number {
  const order = Uint32Array.from(
    Array.from({ length: labels.length }, (_, i) => i)
      .filter((i) => labels[i]! >= 0)
      .sort((a, b) => scores[b]! - scores[a]!),
  );
  const positive = Uint8Array.from(order, (i) => labels[i]!);
  const endsStep = Uint8Array.from(order, (i, at) => (scores[order[at + 1]!] !== scores[i] ? 1 : 0));
  return (counts) => {
    let positives = 0;
    for (let at = 0; at < order.length; at++) positives += positive[at]! * counts[order[at]!]!;
    let [seen, found, gained, sum] = [0, 0, 0, 0];
    for (let at = 0; at < order.length; at++) {
      const count = counts[order[at]!]!;
      seen += count;
      gained += count * positive[at]!;
      if (endsStep[at] === 0 || gained === 0) continue;
      found += gained;
      sum += (gained / positives) * (found / seen);
      gained = 0;
    }
    return positives === 0 ? NaN : sum;
  };
}
