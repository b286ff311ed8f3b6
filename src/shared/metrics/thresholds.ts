import type { ThresholdSearchConfig } from '../config.ts';
import type { Confusion } from './metrics.ts';
import { classMetrics } from './metrics.ts';

/**
 * Thresholds on the codes of the INT8 model: a class is present when q >= k, with k in 0..256 (256 means never).
 * All comparisons are of integers or exact fractions, so the result is the same on every machine.
 */
export const NEVER = 256;

export interface ClassThreshold {
  readonly k: number;
  /** Threshold before smoothing; null when it could not be searched. */
  readonly rawK: number | null;
  /** False when validation has no positive; the global threshold is used instead. */
  readonly tuned: boolean;
  /** False when no threshold reaches the goal's minimum; k is then the threshold with the best F1. */
  readonly goalReached: boolean;
  readonly valPrecision: number;
  readonly valRecall: number;
  readonly valF1: number;
  readonly valPositives: number;
}

export interface ThresholdResult {
  readonly globalK: number;
  readonly perClass: readonly ClassThreshold[];
}

/** Numbers of negatives and positives by code q. */
export interface Histogram {
  readonly negatives: Uint32Array;
  readonly positives: Uint32Array;
  readonly totalPositives: number;
  readonly totalNegatives: number;
}

export function histogram(codes: Uint8Array, labels: Int8Array, classes: number, c: number): Histogram {
  const negatives = new Uint32Array(256);
  const positives = new Uint32Array(256);
  for (let i = c; i < codes.length; i += classes) {
    if (labels[i] === 1) positives[codes[i]!]!++;
    if (labels[i] === 0) negatives[codes[i]!]!++;
  }
  const sum = (counts: Uint32Array): number => counts.reduce((a, b) => a + b, 0);
  return { negatives, positives, totalPositives: sum(positives), totalNegatives: sum(negatives) };
}

/** Confusion counts for each k in 0..256. */
export function confusionByK({ negatives, positives, totalPositives, totalNegatives }: Histogram): Confusion[] {
  const table = new Array<Confusion>(NEVER + 1);
  let tp = 0;
  let fp = 0;
  for (let k = NEVER; k >= 0; k--) {
    if (k < 256) {
      tp += positives[k]!;
      fp += negatives[k]!;
    }
    table[k] = { tp, fp, fn: totalPositives - tp, tn: totalNegatives - fp };
  }
  return table;
}

/**
 * Thresholds between two neighboring attained codes give the same decisions: a plateau. Returns the middle of the best
 * plateau, which is as far as possible from any observed score; halves round toward 128. Of several best plateaus it
 * takes the one whose middle is nearest to 128.
 */
function middleOfBestPlateau(isBest: (k: number) => boolean, sameAsBelow: (k: number) => boolean): number {
  const plateaus: (readonly [number, number])[] = [];
  for (let k = 0; k <= NEVER; k++) {
    if (!isBest(k)) continue;
    const last = plateaus.at(-1);
    if (last?.[1] === k - 1 && sameAsBelow(k)) plateaus[plateaus.length - 1] = [last[0], k];
    else plateaus.push([k, k]);
  }
  const middles = plateaus.map(([first, last]) => {
    const middle = (first + last) / 2;
    return middle < 128 ? Math.ceil(middle) : Math.floor(middle);
  });
  return middles.reduce((a, b) => (Math.abs(b - 128) < Math.abs(a - 128) ? b : a));
}

const sameAsBelow = (table: readonly Confusion[], k: number): boolean =>
  k > 0 && table[k]!.tp === table[k - 1]!.tp && table[k]!.fp === table[k - 1]!.fp;

/** Compares two fractions of counts exactly. 0/0 counts as 0, because its numerator is 0. */
function compareFractions(a: readonly [number, number], b: readonly [number, number]): number {
  return a[0] * (b[1] || 1) - b[0] * (a[1] || 1);
}

export type Goal = Pick<ThresholdSearchConfig, 'goal' | 'min_precision' | 'min_recall'>;

const f1 = ({ tp, fp, fn }: Confusion): readonly [number, number] => [2 * tp, 2 * tp + fp + fn];
const precision = ({ tp, fp }: Confusion): readonly [number, number] => [tp, tp + fp];
const recall = ({ tp, fn }: Confusion): readonly [number, number] => [tp, tp + fn];
/** 0/0 is NaN and thus reaches no minimum. */
const reaches = ([a, b]: readonly [number, number], minimum: number): boolean => a / b >= minimum;

function satisfies(confusion: Confusion, goal: Goal): boolean {
  if (goal.goal === 'precision') return reaches(precision(confusion), goal.min_precision);
  if (goal.goal === 'recall') return reaches(recall(confusion), goal.min_recall);
  return true;
}

/** The figure to maximize: recall when the goal keeps a precision, precision when it keeps a recall, else F1. */
function quality(confusion: Confusion, goal: Goal): readonly [number, number] {
  if (goal.goal === 'precision') return recall(confusion);
  if (goal.goal === 'recall') return precision(confusion);
  return f1(confusion);
}

/** The best k of one class and whether its goal can be reached. */
export function searchClass(table: readonly Confusion[], goal: Goal): { k: number; reached: boolean } {
  const candidates = table.map((confusion) => satisfies(confusion, goal));
  const reached = candidates.includes(true);
  const used: Goal = reached ? goal : { ...goal, goal: 'max_f1' };
  const allowed = (k: number): boolean => !reached || candidates[k]!;
  let best: Confusion | null = null;
  table.forEach((confusion, k) => {
    if (allowed(k) && (best === null || compareFractions(quality(confusion, used), quality(best, used)) > 0))
      best = confusion;
  });
  const top = best!;
  return {
    k: middleOfBestPlateau(
      (k) => allowed(k) && compareFractions(quality(table[k]!, used), quality(top, used)) === 0,
      (k) => sameAsBelow(table, k),
    ),
    reached,
  };
}

/** The single k for all classes with the best macro F1 over the classes with validation positives. */
function searchGlobal(tables: readonly (readonly Confusion[])[]): number {
  const macro = Array.from({ length: NEVER + 1 }, (_, k) =>
    tables.reduce((sum, table) => sum + classMetrics(table[k]!).f1, 0),
  );
  const best = Math.max(...macro);
  return tables.length === 0
    ? 128
    : middleOfBestPlateau(
        (k) => macro[k] === best,
        (k) => tables.every((table) => sameAsBelow(table, k)),
      );
}

/**
 * Searches thresholds on validation codes [n, classes]. Rare classes are pulled toward the global threshold, k =
 * round((n k* + m k_global) / (n + m)) with n their positives, because F1-optimal thresholds of rare labels overfit
 * (Lin & Lin, CIKM 2023). Where that would break a precision or recall goal, the unsmoothed threshold is kept.
 */
export function searchThresholds(
  codes: Uint8Array,
  labels: Int8Array,
  classes: number,
  config: Goal & Pick<ThresholdSearchConfig, 'smoothing'>,
): ThresholdResult {
  const histograms = Array.from({ length: classes }, (_, c) => histogram(codes, labels, classes, c));
  const tables = histograms.map(confusionByK);
  const globalK = searchGlobal(tables.filter((_, c) => histograms[c]!.totalPositives > 0));
  const perClass = tables.map((table, c): ClassThreshold => {
    const positives = histograms[c]!.totalPositives;
    const figures = (k: number): Pick<ClassThreshold, 'valPrecision' | 'valRecall' | 'valF1' | 'valPositives'> => {
      const report = classMetrics(table[k]!);
      return { valPrecision: report.precision, valRecall: report.recall, valF1: report.f1, valPositives: positives };
    };
    if (positives === 0) return { k: globalK, rawK: null, tuned: false, goalReached: false, ...figures(globalK) };
    const { k: rawK, reached } = searchClass(table, config);
    const smoothed = Math.round((positives * rawK + config.smoothing * globalK) / (positives + config.smoothing));
    const k = reached && !satisfies(table[smoothed]!, config) ? rawK : smoothed;
    return { k, rawK, tuned: true, goalReached: reached, ...figures(k) };
  });
  return { globalK, perClass };
}

/** Decisions 0/1 [n, classes] by `q >= k`. */
export function decide(codes: Uint8Array, ks: readonly number[]): Uint8Array {
  return codes.map((q, i) => (q >= ks[i % ks.length]! ? 1 : 0));
}
