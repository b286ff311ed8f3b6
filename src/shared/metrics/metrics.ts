/**
 * Metrics as scikit-learn defines and names them. Labels are 1 (present), 0 (absent) or -1 (unknown and ignored);
 * matrices are row-major [n, classes].
 */

import type { Confusion } from './confusion.ts';
import { f1, precision, recall } from './ratios.ts';

export type { Confusion } from './confusion.ts';

/** The value of a ratio with denominator 0: scikit-learn's zero_division. NaN leaves the class out of averages. */
export type ZeroDivision = 0 | 1 | typeof NaN;

export interface ClassMetrics {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  readonly support: number;
  readonly confusion: Confusion;
}

export function classMetrics(confusion: Confusion, zeroDivision: ZeroDivision = 0): ClassMetrics {
  return {
    precision: precision(confusion, zeroDivision),
    recall: recall(confusion, zeroDivision),
    f1: f1(confusion, zeroDivision),
    support: confusion.tp + confusion.fn,
    confusion,
  };
}

/** Confusion counts of each class; `predicted` is 1 where the class is predicted. */
export function confusions(labels: Int8Array, predicted: ArrayLike<number>, classes: number): Confusion[] {
  const counts = Array.from({ length: classes }, () => ({ tn: 0, fp: 0, fn: 0, tp: 0 }));
  for (let i = 0; i < labels.length; i++) {
    const count = counts[i % classes]!;
    if (labels[i]! < 0) continue;
    if (labels[i] === 1) {
      if (predicted[i]) count.tp++;
      else count.fn++;
    } else if (predicted[i]) count.fp++;
    else count.tn++;
  }
  return counts;
}

/**
 * Whether a class counts in averages. A class without a positive image in a split is not measured there: its recall and
 * its ranking are undefined, whatever value replaces 0/0.
 */
export const isMeasured = ({ tp, fn }: Pick<Confusion, 'tp' | 'fn'>): boolean => tp + fn > 0;

export interface DecisionMetrics {
  /** Every class, measured or not. */
  readonly perClass: readonly ClassMetrics[];
  /**
   * Averages over the measured classes, as scikit-learn computes them when `labels` lists those classes; NaN when no
   * class is measured.
   */
  readonly macroPrecision: number;
  readonly macroRecall: number;
  readonly macroF1: number;
  readonly microPrecision: number;
  readonly microRecall: number;
  readonly microF1: number;
}

/** NaN for no values, as 0 / 0. */
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

/** Mean that ignores NaN entries; NaN when no number remains. */
export const nanMean = (values: readonly number[]): number => mean(values.filter((value) => !Number.isNaN(value)));

export function decisionMetrics(
  labels: Int8Array,
  predicted: ArrayLike<number>,
  classes: number,
  zeroDivision: ZeroDivision = 0,
): DecisionMetrics {
  return decisionMetricsOf(confusions(labels, predicted, classes), zeroDivision);
}

/** Computes decision metrics from the counts of each class. */
export function decisionMetricsOf(counts: readonly Confusion[], zeroDivision: ZeroDivision = 0): DecisionMetrics {
  const perClass = counts.map((count) => classMetrics(count, zeroDivision));
  const measured = perClass.filter(({ confusion }) => isMeasured(confusion));
  const total = measured.reduce(
    (a, { confusion: b }) => ({ tn: a.tn + b.tn, fp: a.fp + b.fp, fn: a.fn + b.fn, tp: a.tp + b.tp }),
    { tn: 0, fp: 0, fn: 0, tp: 0 },
  );
  const micro = classMetrics(total, measured.length === 0 ? NaN : zeroDivision);
  return {
    perClass,
    macroPrecision: nanMean(measured.map((c) => c.precision)),
    macroRecall: nanMean(measured.map((c) => c.recall)),
    macroF1: nanMean(measured.map((c) => c.f1)),
    microPrecision: micro.precision,
    microRecall: micro.recall,
    microF1: micro.f1,
  };
}

/**
 * Area under the step-wise precision-recall curve, sum (R_k - R_(k-1)) P_k; equal scores form one step.
 * NaN without positives or when a score is NaN.
 */
export function averagePrecision(labels: ArrayLike<number>, scores: ArrayLike<number>): number {
  const order = Array.from({ length: labels.length }, (_, i) => i)
    .filter((i) => labels[i]! >= 0)
    .sort((a, b) => scores[b]! - scores[a]!);
  const positives = order.reduce((sum, i) => sum + labels[i]!, 0);
  if (positives === 0 || order.some((i) => Number.isNaN(scores[i]))) return NaN;
  let sum = 0;
  let truePositives = 0;
  for (let start = 0; start < order.length;) {
    let end = start;
    let gained = 0;
    while (end < order.length && scores[order[end]!] === scores[order[start]!]) gained += labels[order[end++]!]!;
    truePositives += gained;
    sum += (gained / positives) * (truePositives / end);
    start = end;
  }
  return sum;
}

/**
 * Area under the ROC curve: the probability that a positive scores above a negative; ties count one half. NaN without
 * positives or negatives, or when a score is NaN.
 */
export function rocAuc(labels: ArrayLike<number>, scores: ArrayLike<number>): number {
  const order = Array.from({ length: labels.length }, (_, i) => i)
    .filter((i) => labels[i]! >= 0)
    .sort((a, b) => scores[a]! - scores[b]!);
  // NaN does not equal itself, so the loop over equal scores below would never end.
  if (order.some((i) => Number.isNaN(scores[i]))) return NaN;
  let negativesBelow = 0;
  let area = 0;
  let positives = 0;
  for (let start = 0; start < order.length;) {
    let end = start;
    let gained = 0;
    while (end < order.length && scores[order[end]!] === scores[order[start]!]) gained += labels[order[end++]!]!;
    const negatives = end - start - gained;
    area += gained * (negativesBelow + negatives / 2);
    negativesBelow += negatives;
    positives += gained;
    start = end;
  }
  return area / (positives * negativesBelow); // 0 / 0 where one of them is missing
}

const column = <T extends ArrayLike<number>>(matrix: T, classes: number, c: number): Float64Array =>
  Float64Array.from({ length: matrix.length / classes }, (_, n) => matrix[n * classes + c]!);

export interface MacroAp {
  /** Mean over the classes with a positive (mAP); NaN when there is none or when a score of one is NaN. */
  readonly macroAp: number;
  /** Per class; NaN without positives. */
  readonly perClass: readonly number[];
  /** Classes without a positive. */
  readonly leftOut: number;
}

export function macroAveragePrecision(labels: Int8Array, scores: ArrayLike<number>, classes: number): MacroAp {
  const columns = Array.from({ length: classes }, (_, c) => {
    const truth = column(labels, classes, c);
    return { ap: averagePrecision(truth, column(scores, classes, c)), positive: truth.includes(1) };
  });
  // Unlike a class without positives, a NaN score is a fault of the model and must not be dropped from the mean.
  const measured = columns.filter(({ positive }) => positive).map(({ ap }) => ap);
  return {
    macroAp: mean(measured),
    perClass: columns.map(({ ap }) => ap),
    leftOut: classes - measured.length,
  };
}

/** Share of images without a predicted class. */
export function noLabelRate(predicted: ArrayLike<number>, classes: number): number {
  const images = predicted.length / classes;
  let none = 0;
  for (let n = 0; n < images; n++) {
    let any = false;
    for (let c = 0; c < classes; c++) any ||= predicted[n * classes + c]! > 0;
    if (!any) none++;
  }
  return images === 0 ? 0 : none / images;
}
