import { resampledAveragePrecision } from '../../../shared/metrics/bootstrap.ts';
import type { Interval } from '../../../shared/metrics/bootstrap.ts';
import { randomStream } from '../../../shared/random.ts';
import type { Judged } from './figures.ts';
import { f1 } from '../../../shared/metrics/ratios.ts';

/** 95 % percentile intervals of one class; NaN where no resample defines the figure. */
export interface ClassIntervals {
  readonly ap: Interval;
  readonly f1: Interval;
}

/** Work that a report may spend on resampling: images x classes x replicates. */
const MOST_WORK = 2e9;
const MOST_REPLICATES = 1000,
  FEWEST_REPLICATES = 200;

export function replicatesFor({ labels }: Judged): number {
  return Math.max(FEWEST_REPLICATES, Math.min(MOST_REPLICATES, Math.floor(MOST_WORK / labels.length)));
}

/**
 * Intervals of average precision and F1 over seeded resamples of the images (Efron & Tibshirani 1993), each resample judged for all
 * classes. `said` are decisions with thresholds that were chosen on other images: nothing is searched for again.
 */
export function classIntervals(judged: Judged, said: Uint8Array, seed: number): ClassIntervals[] {
  const { labels, codes, classes } = judged;
  const images = labels.length / classes;
  const own = Array.from({ length: classes }, (_, c) => {
    const column = <T extends ArrayLike<number>>(matrix: T): number[] =>
      Array.from({ length: images }, (_, n) => matrix[n * classes + c]!);
    const classLabels = column(labels);
    return {
      ap: resampledAveragePrecision(classLabels, column(codes)),
      f1: resampledF1(classLabels, column(said)),
      aps: [] as number[],
      f1s: [] as number[],
    };
  });
  const counts = new Uint16Array(images);
  for (let replicate = 0; replicate < replicatesFor(judged); replicate++) {
    const stream = randomStream(seed, replicate, 'bootstrap');
    counts.fill(0);
    for (let i = 0; i < images; i++) counts[Math.floor(stream() * images)]!++;
    for (const { ap, f1, aps, f1s } of own) {
      keep(aps, ap(counts));
      keep(f1s, f1(counts));
    }
  }
  return own.map(({ aps, f1s }) => ({ ap: bounds(aps), f1: bounds(f1s) }));
}

/** 2 tp / (2 tp + fp + fn) of a resample; only images that count in it are visited. */
function resampledF1(labels: readonly number[], said: readonly number[]): (counts: Uint16Array) => number {
  const at = (label: number, decision: number): number[] =>
    [...labels.keys()].filter((i) => labels[i] === label && said[i] === decision);
  const [found, wrong, missed] = [at(1, 1), at(0, 1), at(1, 0)];
  const sum = (images: readonly number[], counts: Uint16Array): number =>
    images.reduce((total, i) => total + counts[i]!, 0);
  return (counts) => {
    const tp = sum(found, counts);
    const fn = sum(missed, counts);
    return tp + fn === 0 ? NaN : f1({ tp, fp: sum(wrong, counts), fn });
  };
}

function keep(values: number[], value: number): void {
  if (!Number.isNaN(value)) values.push(value);
}

function bounds(values: number[]): Interval {
  values.sort((a, b) => a - b);
  const at = (share: number): number => values[Math.round(share * (values.length - 1))] ?? NaN;
  return { low: at(0.025), high: at(0.975) };
}
