import type { Export } from '../../shared/contract/exports.ts';
import type { RunSummary } from '../../shared/contract/runs.ts';
import type { ModelQuality } from '../../shared/metrics/quality.ts';
import { modelQuality } from '../../shared/metrics/quality.ts';
import { fidelityText, qualityText, nextStepText } from '../../shared/metrics/verdictTexts.ts';
import { runName } from '../../shared/runName.ts';
import type { Tone } from '../components/Answer.tsx';
import type { Wording } from '../i18n/words.ts';
import type { ExportWork } from './exportStore.ts';

interface Facts {
  readonly bundle: Export | null;
  /** True once it is known whether the run has a bundle. */
  readonly read: boolean;
  readonly work: ExportWork | null;
  readonly failed: boolean;
  readonly run: Pick<RunSummary, 'name' | 'val' | 'config'>;
}

export interface ExportAnswer {
  readonly tone: Tone;
  readonly headline: string;
  readonly reason: string;
}

/** The comparison of LiteRT with the integer reference comes first; nothing is written unless it passes. */
export const checkCounts = ({ checks }: Pick<Export, 'checks'>): { passed: number; checks: number } => ({
  passed: 1 + checks.filter(({ ok }) => ok).length,
  checks: 1 + checks.length,
});

export const qualityOf = ({ quality }: Pick<Export, 'quality'>): ModelQuality => modelQuality(quality.labels);

const qualityTones = { good: 'ok', weak: 'warn', unusable: 'bad' } as const;

/** Two verdicts, fidelity and quality: whether it is the same model, and whether it is good enough. */
export function exportAnswer(wording: Wording, facts: Facts): ExportAnswer {
  const { t, f, said } = wording;
  const { bundle, run } = facts;
  const waiting = notThereYet(wording, facts);
  if (waiting !== null) return waiting;
  if (bundle === null)
    return {
      tone: 'plain',
      headline: t('export.canExported', { run: said(runName(run.name)) }),
      reason: t('export.int8MapValidation', { int8Ap: f.points(run.val.int8Ap) }),
    };
  if (bundle.checks.length === 0) return { tone: 'plain', headline: t('export.writtenNotCheckedYet'), reason: '' };
  if (bundle.stale)
    return {
      tone: 'warn',
      headline: t('export.thresholdsChangedAfterExport'),
      reason: t('export.exportAgainAppUsesThese'),
    };
  const counts = checkCounts(bundle);
  const fidelity = fidelityText(counts, t);
  if (counts.passed < counts.checks)
    return {
      tone: 'bad',
      headline: fidelity,
      reason: t('export.doNotHandOverEach'),
    };
  const quality = qualityOf(bundle);
  return {
    tone: quality.verdict === null ? 'warn' : qualityTones[quality.verdict],
    headline: `${fidelity} ${qualityText(quality, t)}`,
    reason: nextStepText(quality, run.config.student.weights === null, t),
  };
}

function notThereYet({ t }: Wording, { bundle, read, work, failed }: Facts): ExportAnswer | null {
  if (work === 'check')
    return {
      tone: 'plain',
      headline: t('export.checkingBundle'),
      reason: t('export.checkedAgainstOwnFilesNothing'),
    };
  if (work === 'export')
    return {
      tone: 'plain',
      headline: t('export.writingChecking'),
      reason: t('export.fileRunsEveryImageMeasured'),
    };
  if (failed && bundle === null)
    return {
      tone: 'bad',
      headline: t('export.nothingWritten'),
      reason: t('export.earlierExportsUntouched'),
    };
  return read ? null : { tone: 'plain', headline: t('export.looking'), reason: '' };
}
