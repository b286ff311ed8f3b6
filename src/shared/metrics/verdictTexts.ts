import type { Translate } from '../locales/translate.ts';
import { say } from '../message.ts';
import { cutList } from '../shortList.ts';
import type { ModelQuality } from './quality.ts';
import { belowGoal, countVerdicts } from './quality.ts';

/* The texts of both verdicts, shared by the studio, the command line, report.html and MODEL_CARD.md. */

export function fidelityText({ passed, checks }: { passed: number; checks: number }, t: Translate): string {
  const failed = checks - passed;
  if (failed === 0) return t('verdict.fileFaithfulOf', { passed, checks });
  return t('verdict.notFaithful', { count: failed, checks });
}

export function qualityText(quality: ModelQuality, t: Translate): string {
  const counts = countVerdicts(quality.labels);
  return [verdictText(quality, t), notMeasuredText(counts.notMeasured, t)].filter((text) => text !== '').join(' ');
}

function verdictText({ verdict, labels }: ModelQuality, t: Translate): string {
  const { measured, good, below, unusable } = countVerdicts(labels);
  switch (verdict) {
    case null:
      return t('verdict.qualityUnknown');
    case 'good':
      if (below > 0) return t('verdict.modelGoodOfLabelsReach', { good, measured });
      return measured === 1
        ? t('verdict.modelGoodLabelReachesGoal')
        : t('verdict.modelGoodAllLabelsReach', { measured });
    case 'weak':
      return t('verdict.modelWeak', { count: below, measured });
    case 'unusable':
      return t('verdict.modelUnusable', { count: unusable, measured });
  }
}

export function notMeasuredText(labels: number, t: Translate): string {
  if (labels === 0) return '';
  return t('verdict.labelsNotMeasured', { count: labels });
}

const MOST_LISTED = 3;

/** The first labels, and how many more there are. */
export function shortLabels(labels: readonly string[], t: Translate, most = MOST_LISTED): string {
  return say(t, cutList(labels, most));
}

/**
 * The next step. `scratch` means that the student started without pretrained weights, which is the first thing to
 * change.
 */
export function nextStepText(quality: ModelQuality, scratch: boolean, t: Translate): string {
  const below = belowGoal(quality.labels).map(({ label }) => label);
  const notMeasured = quality.labels.flatMap(({ label, verdict }) => (verdict === null ? [label] : []));
  if (below.length > 0 && quality.verdict !== 'good' && scratch) return t('verdict.trainAgainPretrainedWeightsOne');
  if (below.length > 0) return t('verdict.reviewAddImagesOfChange', { below: shortLabels(below, t) });
  if (notMeasured.length > 0) return t('verdict.measureRestAddImagesOf', { notMeasured: shortLabels(notMeasured, t) });
  return t('verdict.readyHandOver');
}
