import type { ModelQuality } from './quality.ts';
import { belowGoal, countVerdicts } from './quality.ts';

/** The two verdicts in words, the same in the studio, on the command line, in report.html and in MODEL_CARD.md. */
export type Words = (en: string, es: string) => string;

export function fidelityWords({ passed, checks }: { passed: number; checks: number }, w: Words): string {
  const failed = checks - passed;
  if (failed === 0)
    return w(`The file is faithful (${passed} of ${checks}).`, `El archivo es fiel (${passed} de ${checks}).`);
  return w(
    `The file is not faithful: ${failed} of ${checks} checks failed.`,
    failed === 1
      ? `El archivo no es fiel: falla 1 de ${checks} comprobaciones.`
      : `El archivo no es fiel: fallan ${failed} de ${checks} comprobaciones.`,
  );
}

export function qualityWords(quality: ModelQuality, w: Words): string {
  const counts = countVerdicts(quality.labels);
  return [verdictWords(quality, w), notMeasuredWords(counts.notMeasured, w)].filter((text) => text !== '').join(' ');
}

function verdictWords({ verdict, labels }: ModelQuality, w: Words): string {
  const { measured, good, below, unusable } = countVerdicts(labels);
  switch (verdict) {
    case null:
      return w('The quality is unknown.', 'La calidad se desconoce.');
    case 'good':
      if (below > 0)
        return w(
          `The model is good: ${good} of ${measured} labels reach their goal.`,
          `El modelo es bueno: ${good} de ${measured} etiquetas alcanzan su objetivo.`,
        );
      return measured === 1
        ? w('The model is good: its label reaches its goal.', 'El modelo es bueno: su etiqueta alcanza su objetivo.')
        : w(
            `The model is good: all ${measured} labels reach their goal.`,
            `El modelo es bueno: las ${measured} etiquetas alcanzan su objetivo.`,
          );
    case 'weak':
      return below === 1
        ? w(
            `The model is weak: 1 of ${measured} ${measured === 1 ? 'label' : 'labels'} is below its goal.`,
            `El modelo es flojo: 1 de ${measured} ${measured === 1 ? 'etiqueta' : 'etiquetas'} no alcanza su objetivo.`,
          )
        : w(
            `The model is weak: ${below} of ${measured} labels are below their goal.`,
            `El modelo es flojo: ${below} de ${measured} etiquetas no alcanzan su objetivo.`,
          );
    case 'unusable':
      return unusable === 1
        ? w(
            `The model is unusable: 1 of ${measured} ${measured === 1 ? 'label' : 'labels'} is below half of its goal.`,
            `El modelo no sirve: 1 de ${measured} ${
              measured === 1 ? 'etiqueta' : 'etiquetas'
            } no llega a la mitad de su objetivo.`,
          )
        : w(
            `The model is unusable: ${unusable} of ${measured} labels are below half of their goal.`,
            `El modelo no sirve: ${unusable} de ${measured} etiquetas no llegan a la mitad de su objetivo.`,
          );
  }
}

export function notMeasuredWords(labels: number, w: Words): string {
  if (labels === 0) return '';
  return labels === 1
    ? w('1 label is not measured.', '1 etiqueta no está medida.')
    : w(`${labels} labels are not measured.`, `${labels} etiquetas no están medidas.`);
}

const MOST_NAMED = 3;

export function named(labels: readonly string[], w: Words, most = MOST_NAMED): string {
  const rest = labels.length - most;
  const shown = labels.slice(0, most).join(', ');
  return rest > 0 ? `${shown} ${w(`and ${rest} more`, `y ${rest} más`)}` : shown;
}

/** What to do next. `scratch`: the student did not start from pretrained weights, which is the first thing to change. */
export function wayOnWords(quality: ModelQuality, scratch: boolean, w: Words): string {
  const below = belowGoal(quality.labels).map(({ label }) => label);
  const notMeasured = quality.labels.flatMap(({ label, verdict }) => (verdict === null ? [label] : []));
  if (below.length > 0 && quality.verdict !== 'good' && scratch)
    return w(
      'Train again from pretrained weights: this one started from scratch.',
      'Entrena de nuevo con pesos preentrenados: este empezó desde cero.',
    );
  if (below.length > 0)
    return w(
      `Review and add images of ${named(below, w)}, or change the goal in Tune.`,
      `Revisa y añade imágenes de ${named(below, w)}, o cambia el objetivo en Umbrales.`,
    );
  if (notMeasured.length > 0)
    return w(
      `To measure the rest, add images of ${named(notMeasured, w)}.`,
      `Para medir el resto, añade imágenes de ${named(notMeasured, w)}.`,
    );
  return w('It is ready to hand over.', 'Está listo para entregar.');
}
