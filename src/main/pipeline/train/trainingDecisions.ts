import { decisionMetricsOf } from '../../../shared/metrics/metrics.ts';
import type { TrainingBatch } from './batches.ts';

/** [3 * classes]: true positives, false positives and false negatives of each class over an epoch's steps so far. */
export type DecisionCounts = readonly number[];

/**
 * Adds a batch's decisions at 0.5, made during training on augmented images and with dropout. A mixed label counts as
 * present from 0.5 on.
 */
export function countDecisions(
  counts: DecisionCounts,
  { labels, weights }: Pick<TrainingBatch, 'labels' | 'weights'>,
  logits: Float32Array,
  classes: number,
): DecisionCounts {
  const sums = counts.length === 0 ? Array<number>(3 * classes).fill(0) : [...counts];
  for (let i = 0; i < logits.length; i++) {
    if (weights[i] === 0) continue;
    const [present, predicted] = [labels[i]! >= 0.5, logits[i]! >= 0];
    if (!present && !predicted) continue;
    sums[3 * (i % classes) + (present && predicted ? 0 : predicted ? 1 : 2)]!++;
  }
  return sums;
}

/** Macro and micro F1 of the counted decisions; null before the first step. */
export function countedF1(counts: DecisionCounts): { train_macro_f1: number | null; train_micro_f1: number | null } {
  if (counts.length === 0) return { train_macro_f1: null, train_micro_f1: null };
  const perClass = Array.from({ length: counts.length / 3 }, (_, c) => ({
    tn: 0,
    tp: counts[3 * c]!,
    fp: counts[3 * c + 1]!,
    fn: counts[3 * c + 2]!,
  }));
  const { macroF1, microF1 } = decisionMetricsOf(perClass);
  return { train_macro_f1: macroF1, train_micro_f1: microF1 };
}
