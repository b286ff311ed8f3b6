import type { LabelGoal } from './goal.ts';
import type { Confusion } from './metrics.ts';
import { precision, recall } from './ratios.ts';
import { isMeasured } from './metrics.ts';

/**
 * How good a model is, label by label against each label's own goal. This is a verdict of its own: a file can repeat a
 * poor model faithfully. docs/bundle.md explains these thresholds.
 */

/** The F1 that a label must reach when its goal is the best F1, or the lowest cost, which sets no minimum of its own. */
export const GOOD_F1 = 0.8;
/** Below this share of its goal a label is unusable. */
export const UNUSABLE_SHARE = 0.5;
/** A model is good when at least this share of its measured labels reach their goal and none is unusable. */
export const GOOD_SHARE = 0.9;

export const verdicts = ['good', 'weak', 'unusable'] as const;
export type Verdict = (typeof verdicts)[number];

export interface LabelQuality {
  readonly label: string;
  /** Null when the split has no image with the label: it is not measured. */
  readonly verdict: Verdict | null;
  readonly measure: Target['measure'];
  readonly minimum: number;
  /** Null when not measured, and for the precision of a label that is never predicted. */
  readonly value: number | null;
}

export interface ModelQuality {
  /** Null when no label is measured. */
  readonly verdict: Verdict | null;
  /** Every label, in the model's order. */
  readonly labels: readonly LabelQuality[];
}

/** What a goal asks of a label: a figure and its minimum. */
export interface Target {
  readonly measure: 'f1' | 'fbeta' | 'precision' | 'recall';
  readonly minimum: number;
  /** How many false alarms one miss is worth; 1 is F1. */
  readonly missCost: number;
}

export function targetOf(goal: LabelGoal): Target {
  switch (goal.goal) {
    case 'precision':
      return { measure: 'precision', minimum: goal.min_precision, missCost: 1 };
    case 'recall':
      return { measure: 'recall', minimum: goal.min_recall, missCost: 1 };
    case 'max_f1':
      return { measure: 'f1', minimum: GOOD_F1, missCost: 1 };
    case 'cost':
      return { measure: 'fbeta', minimum: GOOD_F1, missCost: goal.missCost };
  }
}

/**
 * F-beta with beta squared = missCost (van Rijsbergen 1979) weighs misses against false alarms exactly as the cost does:
 * (1 + c) tp / ((1 + c) tp + c fn + fp).
 */
function figureOf(confusion: Confusion, { measure, missCost: c }: Target): number | null {
  if (measure === 'recall') return recall(confusion);
  const { tp, fp, fn } = confusion;
  if (measure === 'precision') return tp + fp === 0 ? null : precision(confusion);
  return ((1 + c) * tp) / ((1 + c) * tp + c * fn + fp);
}

export function labelQuality(label: string, confusion: Confusion, goal: LabelGoal): LabelQuality {
  const target = targetOf(goal);
  const { measure, minimum } = target;
  if (!isMeasured(confusion)) return { label, verdict: null, measure, minimum, value: null };
  const value = figureOf(confusion, target);
  // A label that is never found is unusable even when its goal is met by saying nothing, or asks for nothing.
  const verdict =
    value === null || confusion.tp === 0 || value < UNUSABLE_SHARE * minimum
      ? 'unusable'
      : value < minimum
        ? 'weak'
        : 'good';
  return { label, verdict, measure, minimum, value };
}

export function modelQuality(labels: readonly LabelQuality[]): ModelQuality {
  const { measured, good, unusable } = countVerdicts(labels);
  const verdict =
    measured === 0
      ? null
      : 2 * unusable >= measured
        ? 'unusable'
        : unusable === 0 && good >= GOOD_SHARE * measured
          ? 'good'
          : 'weak';
  return { verdict, labels };
}

export interface VerdictCounts {
  readonly measured: number;
  readonly notMeasured: number;
  readonly good: number;
  /** Weak or unusable. */
  readonly below: number;
  readonly unusable: number;
}

export function countVerdicts(labels: readonly LabelQuality[]): VerdictCounts {
  const count = (verdict: LabelQuality['verdict']): number =>
    labels.filter((label) => label.verdict === verdict).length;
  const [good, unusable, notMeasured] = [count('good'), count('unusable'), count(null)];
  const measured = labels.length - notMeasured;
  return { measured, notMeasured, good, below: measured - good, unusable };
}

/** Labels below their goal, the one farthest from it first. */
export function belowGoal(labels: readonly LabelQuality[]): LabelQuality[] {
  const reached = ({ value, minimum }: LabelQuality): number => (value ?? 0) / Math.max(minimum, 1e-9);
  return labels
    .filter(({ verdict }) => verdict === 'weak' || verdict === 'unusable')
    .sort((a, b) => reached(a) - reached(b));
}
