import type { Confusion } from '../../shared/metrics/metrics.ts';
import type { LabelGoal } from '../../shared/metrics/goal.ts';
import { searchClass } from '../../shared/metrics/thresholds.ts';

/** The best k for a goal on validation; null when the label has no positive there. */
export function bestK(table: readonly Confusion[], goal: LabelGoal): { k: number; reached: boolean } | null {
  const { tp, fn } = table[0]!;
  if (tp + fn === 0) return null;
  if (goal.goal !== 'cost') return searchClass(table, goal);
  const cost = ({ fp, fn: missed }: Confusion): number => fp + goal.missCost * missed;
  const least = Math.min(...table.map(cost));
  const best = table.flatMap((confusion, k) => (cost(confusion) === least ? [k] : []));
  return { k: best[Math.floor(best.length / 2)]!, reached: true };
}
