import type { Export } from '../../shared/contract/exports.ts';
import type { RunSummary } from '../../shared/contract/runs.ts';
import type { ModelQuality } from '../../shared/metrics/quality.ts';
import { modelQuality } from '../../shared/metrics/quality.ts';
import { fidelityWords, qualityWords, wayOnWords } from '../../shared/metrics/verdictWords.ts';
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
  const { w, f, said } = wording;
  const { bundle, run } = facts;
  const waiting = notThereYet(wording, facts);
  if (waiting !== null) return waiting;
  if (bundle === null)
    return {
      tone: 'plain',
      says: w(`${said(run.name)} can be exported.`, `${said(run.name)} se puede exportar.`),
      because: w(
        `INT8 mAP ${f.points(run.val.int8Ap)} on validation.`,
        `mAP INT8 ${f.points(run.val.int8Ap)} en validación.`,
      ),
    };
  if (bundle.checks.length === 0)
    return { tone: 'plain', says: w('Written, not checked yet.', 'Escrito, aún sin comprobar.'), because: '' };
  if (bundle.stale)
    return {
      tone: 'warn',
      says: w('Thresholds were changed after this export.', 'Los umbrales cambiaron tras esta exportación.'),
      because: w(
        'Export again so that the app uses these thresholds.',
        'Exporta de nuevo para que la app use estos umbrales.',
      ),
    };
  const counts = checkCounts(bundle);
  const fidelity = fidelityWords(counts, w);
  if (counts.passed < counts.checks)
    return {
      tone: 'bad',
      says: fidelity,
      because: w(
        'Do not hand it over. Each failed check says what to do.',
        'No lo entregues. Cada comprobación fallida dice qué hacer.',
      ),
    };
  const quality = qualityOf(bundle);
  return {
    tone: quality.verdict === null ? 'warn' : qualityTones[quality.verdict],
    says: `${fidelity} ${qualityWords(quality, w)}`,
    because: wayOnWords(quality, run.config.student.weights === null, w),
  };
}

function notThereYet({ w }: Wording, { bundle, read, work, failed }: Facts): ExportAnswer | null {
  if (work === 'check')
    return {
      tone: 'plain',
      says: w('Checking the bundle…', 'Comprobando el paquete…'),
      because: w(
        'Checked against its own files; nothing is rewritten.',
        'Se comprueba con sus propios archivos; no se reescribe nada.',
      ),
    };
  if (work === 'export')
    return {
      tone: 'plain',
      says: w('Writing and checking…', 'Escribiendo y comprobando…'),
      because: w(
        'The file runs on every image that it is measured on.',
        'El archivo se ejecuta en cada imagen con la que se mide.',
      ),
    };
  if (failed && bundle === null)
    return {
      tone: 'bad',
      says: w('Nothing was written.', 'No se ha escrito nada.'),
      because: w('Earlier exports are untouched.', 'Las exportaciones anteriores siguen intactas.'),
    };
  return read ? null : { tone: 'plain', says: w('Looking…', 'Mirando…'), because: '' };
}
