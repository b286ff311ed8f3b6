import type { Export } from '../../shared/contract/exports.ts';
import type { RunSummary } from '../../shared/contract/runs.ts';
import type { ModelQuality } from '../../shared/metrics/quality.ts';
import { modelQuality } from '../../shared/metrics/quality.ts';
import { fidelityWords, qualityWords, wayOnWords } from '../../shared/metrics/verdictWords.ts';
import { runName } from '../../shared/runName.ts';
import type { Tone } from '../components/Answer.tsx';
import type { Wording } from '../i18n/words.ts';
import type { ExportWork } from './exportStore.ts';

interface Facts {
  readonly bundle: Export | null;
  /** Whether it is known if the run has a bundle. */
  readonly read: boolean;
  readonly work: ExportWork | null;
  readonly failed: boolean;
  readonly run: Pick<RunSummary, 'name' | 'val' | 'config'>;
}

export interface ExportAnswer {
  readonly tone: Tone;
  readonly says: string;
  readonly because: string;
}

/** The comparison of LiteRT with the studio's own integers comes first: without it nothing is written. */
export const checkCounts = ({ checks }: Pick<Export, 'checks'>): { passed: number; checks: number } => ({
  passed: 1 + checks.filter(({ ok }) => ok).length,
  checks: 1 + checks.length,
});

export const qualityOf = ({ quality }: Pick<Export, 'quality'>): ModelQuality => modelQuality(quality.labels);

const qualityTones = { good: 'ok', weak: 'warn', unusable: 'bad' } as const;

/** Fidelity and quality: is it the same model, and is it good enough? */
export function exportAnswer(wording: Wording, facts: Facts): ExportAnswer {
  const { t, f, said } = wording;
  const { bundle, run } = facts;
  const waiting = notThereYet(wording, facts);
  if (waiting !== null) return waiting;
  if (bundle === null)
    return {
      tone: 'plain',
      says: t('export.canExported', { run: said(runName(run.name)) }),
      because: t('export.int8MapValidation', { int8Ap: f.points(run.val.int8Ap) }),
    };
  if (bundle.checks.length === 0) return { tone: 'plain', says: t('export.writtenNotCheckedYet'), because: '' };
  if (bundle.stale)
    return {
      tone: 'warn',
      says: t('export.thresholdsChangedAfterExport'),
      because: t('export.exportAgainAppUsesThese'),
    };
  const counts = checkCounts(bundle);
  const fidelity = fidelityWords(counts, t);
  if (counts.passed < counts.checks)
    return {
      tone: 'bad',
      says: fidelity,
      because: t('export.doNotHandOverEach'),
    };
  const quality = qualityOf(bundle);
  return {
    tone: quality.verdict === null ? 'warn' : qualityTones[quality.verdict],
    says: `${fidelity} ${qualityWords(quality, t)}`,
    because: wayOnWords(quality, run.config.student.weights === null, t),
  };
}

function notThereYet({ t }: Wording, { bundle, read, work, failed }: Facts): ExportAnswer | null {
  if (work === 'check')
    return {
      tone: 'plain',
      says: t('export.checkingBundle'),
      because: t('export.checkedAgainstOwnFilesNothing'),
    };
  if (work === 'export')
    return {
      tone: 'plain',
      says: t('export.writingChecking'),
      because: t('export.fileRunsEveryImageMeasured'),
    };
  if (failed && bundle === null)
    return {
      tone: 'bad',
      says: t('export.nothingWritten'),
      because: t('export.earlierExportsUntouched'),
    };
  return read ? null : { tone: 'plain', says: t('export.looking'), because: '' };
}
