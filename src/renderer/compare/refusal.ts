import type { RunSummary } from '../../shared/contract/runs.ts';
import type { Words } from '../i18n/words.ts';

/** The split that differs between two runs, so that their figures mean nothing beside each other. */
export type Refusal = 'validation' | 'test';

type Judged = Pick<RunSummary, 'valFingerprint' | 'testFingerprint'>;

export function refusal(before: Judged, after: Judged): Refusal | null {
  if (before.testFingerprint !== after.testFingerprint) return 'test';
  return before.valFingerprint !== after.valFingerprint ? 'validation' : null;
}

export const refusalWords = (why: Refusal, w: Words): string =>
  why === 'test'
    ? w('Their test images or labels differ.', 'Sus imágenes o etiquetas de prueba difieren.')
    : w('Their validation images or labels differ.', 'Sus imágenes o etiquetas de validación difieren.');

/** What the table says of a run beside the baseline: how much its INT8 model gains, or why that cannot be said; null where there is nothing to say. */
export function gainOver(
  baseline: RunSummary | null,
  run: RunSummary,
): { readonly gain: number } | { readonly refused: Refusal } | null {
  if (baseline === null || baseline === run || run.val.int8Ap === null || baseline.val.int8Ap === null) return null;
  const refused = refusal(baseline, run);
  return refused === null ? { gain: run.val.int8Ap - baseline.val.int8Ap } : { refused };
}
