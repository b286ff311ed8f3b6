import type { LabelGoal } from '../../shared/metrics/goal.ts';
import type { Confusion } from '../../shared/metrics/metrics.ts';
import type { Wording } from '../i18n/words.ts';
import { f1 } from '../../shared/metrics/ratios.ts';
import { bestK } from './goals.ts';
import type { Threshold } from './scores.ts';

/** What the label's threshold finds and costs, and what it was before. */
export function tuneAnswer(
  { t, f }: Wording,
  {
    name,
    table,
    k,
    before,
    global,
    unreached: goal,
  }: {
    name: string;
    table: readonly Confusion[];
    k: number;
    before: number;
    global: number;
    unreached: LabelGoal | null;
  },
): { headline: string; reason: string; tone: 'plain' | 'warn' } {
  const now = table[k]!;
  const was = table[before]!;
  const positives = now.tp + now.fn;
  if (positives === 0)
    return {
      tone: 'warn',
      headline: t('tune.notMeasuredNoValidationImage2', { name, global: f.score(global / 256) }),
      reason: t('tune.moveSomeImagesOfVal'),
    };
  const least =
    goal?.goal === 'precision'
      ? t('tune.noThresholdReachesPrecisionBest', { minprecision: f.score(goal.min_precision, 2) })
      : goal?.goal === 'recall'
        ? t('tune.noThresholdReachesRecallBest', { minrecall: f.score(goal.min_recall, 2) })
        : null;
  const alarms = t('tune.countFalseAlarms', { count: now.fp, number: f.count(now.fp) });
  const reason =
    k === before
      ? t('tune.f1ValidationThresholdsChosenLittle', { now: f.score(f1(now), 2) })
      : t('tune.beforeOf', {
          before: f.score(before / 256),
          tp: f.count(was.tp),
          positives: f.count(positives),
          fp: f.count(was.fp),
        });
  return {
    tone: least === null ? 'plain' : 'warn',
    headline: t('tune.findsOf', {
      name,
      k: f.score(k / 256),
      tp: f.count(now.tp),
      positives: f.count(positives),
      alarms,
    }),
    reason: least ?? reason,
  };
}

/** The goal of this threshold, when no threshold reaches it. */
export function unreached(table: readonly Confusion[], { k, goal }: Threshold): LabelGoal | null {
  const best = goal === null ? null : bestK(table, goal);
  return best !== null && !best.reached && best.k === k ? goal : null;
}
