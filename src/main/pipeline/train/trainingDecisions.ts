import { decisionMetricsOf } from '../../../shared/metrics/metrics.ts';
import type { TrainingBatch } from './batches.ts';

/** Counts of each class over an epoch's steps so far: true positives, false positives, false negatives; [3 * classes]. */
export type DecisionCounts = readonly number[];

/** Adds a batch's decisions at 0.5, as the network said them while it learned: augmented pictures, dropout on. Mixed labels count from one half on. */
export function countDecisions(
  counts: DecisionCounts,
  { labels, weights }: Pick<TrainingBatch, 'labels' | 'weights'>,
  logits: Float32Array,
  classes: number,
): DecisionCounts {
  const sums = counts.length === 0 ? Array<number>(3 * classes).fill(0) : [...counts];
  for (let i = 0; i < logits.length; i++) {
    if (weights[i] === 0) continue;
    const [there, said] = [labels[i]! >= 0.5, logits[i]! >= 0];
    if (!there && !said) continue;
    sums[3 * (i % classes) + (there && said ? 0 : said ? 1 : 2)]!++;
  }
  return sums;
}

/** Macro and micro F1 of what was counted. */
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
