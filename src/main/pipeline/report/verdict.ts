import { modelQuality } from '../../../shared/metrics/quality.ts';
import type { LabelQuality, ModelQuality } from '../../../shared/metrics/quality.ts';
import { nextStepText, notMeasuredText, qualityText } from '../../../shared/metrics/verdictTexts.ts';
import type { Html } from './html.ts';
import { escape, labelHtml } from './html.ts';
import type { Report } from './schema.ts';
import { NONE } from './words.ts';
import type { Wording } from './words.ts';

/** The quality verdict of a report: on test, because nothing was chosen there. */
export const reportQuality = ({ classes }: Pick<Report, 'classes'>): ModelQuality =>
  modelQuality(classes.map(({ label, quality }) => ({ label, ...quality })));

const looks = { good: 'ok', weak: 'warn', unusable: 'bad' } as const;

/** The top of the page: whether the model is good enough, and the next step. */
export function verdictNote(report: Report, { t }: Wording): Html {
  const quality = reportQuality(report);
  const look = quality.verdict === null ? 'warn' : looks[quality.verdict];
  const nextStep = nextStepText(quality, !report.run.pretrained.student, t);
  return `<p class="verdict ${look}"><strong>${escape(qualityText(quality, t))}</strong> ${escape(nextStep)}</p>`;
}

export function goalText({ measure, minimum }: LabelQuality, { decimal, t }: Wording): string {
  const names = {
    f1: 'F1',
    fbeta: t('report.fBeta'),
    precision: t('common.precisionInline'),
    recall: t('common.recall'),
  };
  return `${names[measure]} ≥ ${decimal(minimum, 2)}`;
}

export function verdictName(verdict: LabelQuality['verdict'], { t }: Wording): string {
  if (verdict === null) return t('common.notMeasured');
  return { good: t('report.good'), weak: t('report.weak'), unusable: t('common.unusable') }[verdict];
}

export const verdictCell = (quality: LabelQuality, words: Wording): Html =>
  `${verdictName(quality.verdict, words)} <small>${quality.verdict === null ? NONE : goalText(quality, words)}</small>`;

/** Lists the labels that are not measured on validation and on test; empty when there are none. */
export function notMeasuredNote({ classes }: Report, { t }: Wording): Html {
  const lines = (['val', 'test'] as const).flatMap((split) => {
    const labels = classes.filter(({ images }) => images[split] === 0);
    if (labels.length === 0) return [];
    const name = split === 'val' ? t('common.validation') : t('common.test');
    const names = labels.slice(0, 50).map(({ label }) => labelHtml(label, 40));
    const rest = labels.length > 50 ? ` ${t('report.more', { labelCount: labels.length - 50 })}` : '';
    return [`${name}: ${notMeasuredText(labels.length, t)} ${names.join(', ')}${rest}`];
  });
  if (lines.length === 0) return '';
  return `<p class="note">${t('report.labelWithoutImageSplitLeft')}<br>${lines.join('<br>')}</p>`;
}
