import { randomStream } from '../../shared/random.ts';
import { resampledAveragePrecision } from '../../shared/metrics/bootstrap.ts';
import { f1 } from '../../shared/metrics/ratios.ts';

export interface LabelChange {
  readonly label: string;
  /** Average precision of the baseline and of the other run. */
  readonly from: number;
  readonly to: number;
  readonly positives: number;
  /** 95 % range of the change; the change is clear where it leaves 0 out. */
  readonly low: number;
  readonly high: number;
  readonly clear: boolean;
}

export interface Comparison {
  readonly labels: readonly LabelChange[];
  /** Labels without a positive validation image: in no figure. */
  readonly notMeasured: readonly string[];
  readonly macro: { readonly change: number; readonly low: number; readonly high: number; readonly clear: boolean };
}

/** One run's scores of the same images in the same order: [images, classes], and its own thresholds. */
export interface RunScores {
  readonly codes: Uint8Array;
  readonly labels: Int8Array;
  readonly thresholds: readonly number[];
}

/** Average precision judges the ranking; F1 the decisions at each run's own thresholds. */
export type Measure = 'ap' | 'f1';

/** F1 of resamples: takes how often each image was drawn. NaN without a positive. */
function resampledF1(labels: Int8Array, codes: Uint8Array, k: number): (counts: Uint16Array) => number {
  return (counts) => {
    let [tp, fp, fn] = [0, 0, 0];
    for (let i = 0; i < counts.length; i++) {
      if (labels[i]! < 0) continue;
      if (labels[i] === 1) {
        if (codes[i]! >= k) tp += counts[i]!;
        else fn += counts[i]!;
      } else if (codes[i]! >= k) fp += counts[i]!;
    }
    return tp + fn === 0 ? NaN : f1({ tp, fp, fn });
  };
}

const SEED = 1;

/**
 * Change of average precision a label, with a paired bootstrap over images: both runs are judged on the same resamples, so what makes an
 * image easy or hard cancels out (Efron & Tibshirani 1993, ch. 8).
 */
export function compareRuns(
  names: readonly string[],
  before: RunScores,
  after: RunScores,
  measure: Measure = 'ap',
  replicates = 1000,
): Comparison {
  const classes = names.length;
  const images = before.codes.length / classes;
  const columnOf = <T extends Uint8Array | Int8Array>(matrix: T, c: number): T =>
    matrix.filter((_, i) => i % classes === c) as T;
  const own = names.map((_, c) => {
    const labels = columnOf(before.labels, c);
    const [a, b] = [columnOf(before.codes, c), columnOf(after.codes, c)];
    const statistic = (codes: Uint8Array, run: RunScores): ((counts: Uint16Array) => number) =>
      measure === 'ap' ? resampledAveragePrecision(labels, codes) : resampledF1(labels, codes, run.thresholds[c]!);
    const [ofA, ofB] = [statistic(a, before), statistic(b, after)];
    const once = new Uint16Array(images).fill(1);
    return { positives: labels.filter((label) => label === 1).length, from: ofA(once), to: ofB(once), a: ofA, b: ofB };
  });
  const judged = own
    .map(({ positives }, c) => ({ c, positives }))
    .filter(({ positives }) => positives > 0)
    .map(({ c }) => c);
  const changes = judged.map(() => [] as number[]);
  const macros: number[] = [];
  const counts = new Uint16Array(images);
  for (let replicate = 0; replicate < replicates; replicate++) {
    const stream = randomStream(SEED, replicate, 'paired bootstrap');
    counts.fill(0);
    for (let i = 0; i < images; i++) counts[Math.floor(stream() * images)]!++;
    let [sum, scored] = [0, 0];
    judged.forEach((c, at) => {
      const change = own[c]!.b(counts) - own[c]!.a(counts);
      if (Number.isNaN(change)) return;
      changes[at]!.push(change);
      sum += change;
      scored++;
    });
    if (scored > 0) macros.push(sum / scored);
  }
  const labels = judged.map((c, at) => ({
    label: names[c]!,
    from: own[c]!.from,
    to: own[c]!.to,
    positives: own[c]!.positives,
    ...range(changes[at]!),
  }));
  const change = labels.reduce((sum, { from, to }) => sum + to - from, 0) / Math.max(1, labels.length);
  const notMeasured = names.filter((_, c) => own[c]!.positives === 0);
  return { labels, notMeasured, macro: { change, ...range(macros) } };
}

function range(values: number[]): { low: number; high: number; clear: boolean } {
  values.sort((a, b) => a - b);
  const at = (share: number): number => values[Math.round(share * (values.length - 1))] ?? NaN;
  const [low, high] = [at(0.025), at(0.975)];
  return { low, high, clear: low > 0 || high < 0 };
}
