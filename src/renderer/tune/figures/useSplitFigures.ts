import { useMemo } from 'react';
import { averagePrecision, isMeasured } from '../../../shared/metrics/metrics.ts';
import { wilson } from '../../../shared/metrics/wilson.ts';
import { f1, precision, recall } from '../../../shared/metrics/ratios.ts';
import { column } from '../images.ts';
import type { Counted } from '../scores.ts';
import { useIntervals } from '../useIntervals.ts';

export interface Figure {
  readonly value: number | null;
  /** The 95 % interval; null while it is computed. */
  readonly range: readonly [low: number, high: number] | null;
}

export interface SplitFigures {
  /** Without a positive image nothing of the label is measured, not even precision. */
  readonly measured: boolean;
  readonly precision: Figure;
  readonly recall: Figure;
  readonly f1: Figure;
  readonly averagePrecision: Figure;
}

/** A label's figures on a split at the threshold k; `tuned` when k was chosen on the same split. */
export function useSplitFigures(
  split: Counted | null,
  { classes, label, k, tuned }: { classes: number; label: number; k: number; tuned: boolean },
): SplitFigures | null {
  const intervals = useIntervals(split, label, k, tuned);
  const ap = useMemo(
    () =>
      split === null
        ? null
        : averagePrecision(column(split.bytes.labels, classes, label), column(split.bytes.codes, classes, label)),
    [split, classes, label],
  );
  if (split === null) return null;
  const confusion = split.tables[label]![k]!;
  const { tp, fp, fn } = confusion;
  return {
    measured: isMeasured(confusion),
    precision: { value: precision(confusion), range: wilsonRange(tp, tp + fp) },
    recall: { value: recall(confusion), range: wilsonRange(tp, tp + fn) },
    f1: { value: f1(confusion), range: intervals?.f1 ?? null },
    averagePrecision: { value: ap, range: intervals?.ap ?? null },
  };
}

function wilsonRange(hits: number, trials: number): [low: number, high: number] {
  const { low, high } = wilson(hits, trials);
  return [low, high];
}
