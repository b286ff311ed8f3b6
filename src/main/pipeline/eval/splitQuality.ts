import type { LabelGoal } from '../../../shared/metrics/goal.ts';
import type { ModelQuality } from '../../../shared/metrics/quality.ts';
import { labelQuality, modelQuality } from '../../../shared/metrics/quality.ts';
import type { MetricsReport } from './metricsReport.ts';

/** Compares the INT8 model with each label's goal, at the thresholds that ship. */
export function splitQuality(
  { labels, ...metrics }: Pick<MetricsReport, 'labels' | 'val' | 'test'>,
  split: 'val' | 'test',
  goals: readonly LabelGoal[],
): ModelQuality {
  const { perClass } = metrics[split].int8.at.per_class;
  return modelQuality(labels.map((label, c) => labelQuality(label, perClass[c]!.confusion, goals[c]!)));
}

export const notMeasuredIn = (
  { labels, ...metrics }: Pick<MetricsReport, 'labels' | 'val' | 'test'>,
  split: 'val' | 'test',
): string[] => labels.filter((_, c) => metrics[split].int8.perClass[c]!.support === 0);
