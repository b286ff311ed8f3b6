import type { LabelGoal } from '../../shared/metrics/goal.ts';
import { labelQuality } from '../../shared/metrics/quality.ts';
import { f1 } from '../../shared/metrics/ratios.ts';
import type { Counted, Threshold } from './tuneStore.ts';

export type GroupKind = 'below' | 'meets' | 'untuned';

export interface Group {
  readonly kind: GroupKind;
  readonly labels: readonly number[];
}

type Scores = Pick<Counted, 'tables'>;

/** Whether a label meets its goal at its threshold; one without a positive image is not measured and cannot be tuned. */
export function groupOf(
  val: Scores,
  c: number,
  { k, goal }: Pick<Threshold, 'k' | 'goal'>,
  runGoal: LabelGoal,
): GroupKind {
  const { verdict } = labelQuality('', val.tables[c]![k]!, goal ?? runGoal);
  return verdict === null ? 'untuned' : verdict === 'good' ? 'meets' : 'below';
}

/** Below its goal, meets its goal, not measured; the weakest first. A label without a goal of its own has the run's. */
export function tuneOrder(
  val: Scores,
  thresholds: readonly Pick<Threshold, 'k' | 'goal'>[],
  runGoal: LabelGoal,
): Group[] {
  const value = (c: number): number => f1(val.tables[c]![thresholds[c]!.k]!, 0);
  const labels = Map.groupBy(thresholds.keys(), (c) => groupOf(val, c, thresholds[c]!, runGoal));
  const byValue = (kind: GroupKind): number[] => (labels.get(kind) ?? []).sort((a, b) => value(a) - value(b));
  return [
    { kind: 'below', labels: byValue('below') },
    { kind: 'meets', labels: byValue('meets') },
    { kind: 'untuned', labels: labels.get('untuned') ?? [] },
  ];
}
