import type { Counted, Threshold } from './tuneStore.ts';
import { f1, precision, recall } from './counts.ts';

/** What counts as good enough where the goal is the best F1. */
const GOOD_F1 = 0.8;

export type GroupKind = 'below' | 'meets' | 'untuned';

export interface Group {
  readonly kind: GroupKind;
  readonly labels: readonly number[];
}

type Scores = Pick<Counted, 'histograms' | 'tables'>;

/** Whether a label meets its goal at its threshold; one without a positive image cannot be tuned. */
export function groupOf(val: Scores, c: number, { k, goal }: Pick<Threshold, 'k' | 'goal'>): GroupKind {
  if (val.histograms[c]!.totalPositives === 0) return 'untuned';
  const counts = val.tables[c]![k]!;
  const meets =
    goal?.goal === 'precision'
      ? precision(counts) >= goal.min_precision
      : goal?.goal === 'recall'
        ? recall(counts) >= goal.min_recall
        : f1(counts) >= GOOD_F1;
  return meets ? 'meets' : 'below';
}

/** Below its goal, meets its goal, cannot be tuned; the weakest first. */
export function tuneOrder(val: Scores, thresholds: readonly Pick<Threshold, 'k' | 'goal'>[]): Group[] {
  const value = (c: number): number => f1(val.tables[c]![thresholds[c]!.k]!);
  const labels = Map.groupBy(thresholds.keys(), (c) => groupOf(val, c, thresholds[c]!));
  const byValue = (kind: GroupKind): number[] => (labels.get(kind) ?? []).sort((a, b) => value(a) - value(b));
  return [
    { kind: 'below', labels: byValue('below') },
    { kind: 'meets', labels: byValue('meets') },
    { kind: 'untuned', labels: labels.get('untuned') ?? [] },
  ];
}
