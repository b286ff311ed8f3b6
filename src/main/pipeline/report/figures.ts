import type { Histogram } from '../../../shared/metrics/thresholds.ts';
import { confusionByK } from '../../../shared/metrics/thresholds.ts';
import { precision } from '../../../shared/metrics/ratios.ts';

/**
 * Figures of a report beyond averages, all from the INT8 model's codes q (score q / 256) and the labels: [n, classes], row-major,
 * labels 1 present, 0 absent, -1 unknown (counted nowhere).
 */
export interface Judged {
  readonly codes: Uint8Array;
  readonly labels: Int8Array;
  readonly classes: number;
}

export interface OperatingPoint {
  /** Present when q >= k. */
  readonly k: number;
  readonly precision: number;
  /** True positive rate. */
  readonly recall: number;
  readonly falsePositiveRate: number;
}

/**
 * Every decision a threshold can lead to, from the strictest to the loosest: the points of scikit-learn's precision_recall_curve and
 * roc_curve (drop_intermediate=False). The strictest says nothing; its precision counts 1, as there. Empty without both kinds of image.
 */
export function operatingPoints(counts: Histogram): OperatingPoint[] {
  if (counts.totalPositives === 0 || counts.totalNegatives === 0) return [];
  const table = confusionByK(counts);
  const points: OperatingPoint[] = [];
  for (let k = table.length - 1; k >= 0; k--) {
    const { tp, fp } = table[k]!;
    const stricter = table[k + 1];
    if (stricter !== undefined && stricter.tp === tp && stricter.fp === fp) continue;
    points.push({
      k,
      precision: precision({ tp, fp }, 1),
      recall: tp / counts.totalPositives,
      falsePositiveRate: fp / counts.totalNegatives,
    });
  }
  return points;
}

export interface CalibrationBin {
  readonly count: number;
  readonly meanScore: number;
  readonly observed: number;
}
export interface Calibration {
  /** The bins that hold anything, of ten equally wide ones over scores 0..1; edges belong to the lower bin (scikit-learn's calibration_curve). */
  readonly bins: readonly CalibrationBin[];
  /** Expected calibration error: mean distance of score and frequency, weighed by count (Guo et al. 2017, arXiv 1706.04599). NaN without labels. */
  readonly ece: number;
}

const BINS = 10;

/** How often a score of s is right; over the classes whose index is in `of`. */
export function calibration({ codes, labels, classes }: Judged, of: ReadonlySet<number>): Calibration {
  const bins = Array.from({ length: BINS }, () => ({ count: 0, scores: 0, positives: 0 }));
  let total = 0;
  for (let i = 0; i < codes.length; i++) {
    if (labels[i]! < 0 || !of.has(i % classes)) continue;
    const score = codes[i]! / 256;
    const bin = bins[Math.max(0, Math.ceil(score * BINS) - 1)]!;
    bin.count++;
    bin.scores += score;
    bin.positives += labels[i]!;
    total++;
  }
  const filled = bins
    .filter(({ count }) => count > 0)
    .map(({ count, scores, positives }) => ({ count, meanScore: scores / count, observed: positives / count }));
  return {
    bins: filled,
    ece:
      total === 0
        ? NaN
        : filled.reduce((sum, { count, meanScore, observed }) => sum + count * Math.abs(meanScore - observed), 0) /
          total,
  };
}

/** Counts of class pairs; only those that are not zero. */
export type PairCounts = ReadonlyMap<number, number>;
const pair = (a: number, b: number, classes: number): number => a * classes + b;

/**
 * "What was there, what was said": at (i, j), i another class than j, the images that have i in which j was said and is absent; at
 * (i, i) those in which i was found. Keys are i * classes + j.
 */
export function confusionPairs({ labels, classes }: Judged, said: Uint8Array): PairCounts {
  const counts = new Map<number, number>();
  forEachImage(labels.length / classes, classes, (row) => {
    const there = present(labels, row, classes);
    const wrong = [...Array(classes).keys()].filter((c) => said[row + c] === 1 && labels[row + c] === 0);
    for (const i of there) {
      if (said[row + i] === 1) add(counts, pair(i, i, classes));
      for (const j of wrong) add(counts, pair(i, j, classes));
    }
  });
  return counts;
}

/** Images that have both classes of a pair (i < j); keys are i * classes + j. */
export function cooccurrencePairs(matrix: ArrayLike<number>, classes: number): PairCounts {
  const counts = new Map<number, number>();
  forEachImage(matrix.length / classes, classes, (row) => {
    const there = present(matrix, row, classes);
    there.forEach((i, at) => {
      for (const j of there.slice(at + 1)) add(counts, pair(i, j, classes));
    });
  });
  return counts;
}

function forEachImage(images: number, classes: number, visit: (row: number) => void): void {
  for (let image = 0; image < images; image++) visit(image * classes);
}

function present(matrix: ArrayLike<number>, row: number, classes: number): number[] {
  const found: number[] = [];
  for (let c = 0; c < classes; c++) if (matrix[row + c] === 1) found.push(c);
  return found;
}

function add(counts: Map<number, number>, key: number): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

/** Decisions 0/1 with all thresholds moved by `shift` codes, kept within 0..256. */
export function decideShifted({ codes, classes }: Judged, ks: readonly number[], shift: number): Uint8Array {
  const moved = ks.map((k) => Math.min(256, Math.max(0, k + shift)));
  return codes.map((q, i) => (q >= moved[i % classes]! ? 1 : 0));
}
