import type { RunSummary } from '../../shared/contract/runs.ts';
import type { Translate } from '../i18n/words.ts';

/** The split that differs between two runs and makes their figures incomparable. */
export type Refusal = 'validation' | 'test';

type Judged = Pick<RunSummary, 'valFingerprint' | 'testFingerprint'>;

export function refusal(before: Judged, after: Judged): Refusal | null {
  if (before.testFingerprint !== after.testFingerprint) return 'test';
  return before.valFingerprint !== after.valFingerprint ? 'validation' : null;
}

export const refusalWords = (why: Refusal, t: Translate): string =>
  why === 'test' ? t('compare.testImagesLabelsDiffer') : t('compare.validationImagesLabelsDiffer');

/** A run's INT8 gain over the baseline, or why the two are not comparable; null when neither applies. */
export function gainOver(
  baseline: RunSummary | null,
  run: RunSummary,
): { readonly gain: number } | { readonly refused: Refusal } | null {
  if (baseline === null || baseline === run || run.val.int8Ap === null || baseline.val.int8Ap === null) return null;
  const refused = refusal(baseline, run);
  return refused === null ? { gain: run.val.int8Ap - baseline.val.int8Ap } : { refused };
}
