import { splits } from '../../shared/contract/dataset.ts';
import { shortLabels } from '../../shared/metrics/verdictTexts.ts';
import type { Tone } from '../components/Answer.tsx';
import type { Wording } from '../i18n/words.ts';
import type { Readiness } from './readiness.ts';
import { incomplete, nothingToLearn } from './readiness.ts';

export interface Facts {
  readonly problems: readonly { readonly severity: string; readonly code: string }[];
  readonly doubts: ReadonlyMap<number, readonly unknown[]>;
  readonly checked: boolean;
  readonly readiness: Readiness;
  readonly vocabulary: readonly string[];
}

export interface DataAnswer {
  readonly headline: string;
  readonly reason?: string;
  readonly tone: Tone;
  /** `unlabeled`: the answer is a question with two buttons as replies. */
  readonly asks?: 'unlabeled';
}

/** The answer itself states these problems with their counts. */
const toldByReadiness = new Set(['unlabeledImages', 'notMeasured', 'notInTrain']);

/** The Data screen in one line: whether these images can train and measure a model. */
export function dataAnswer(wording: Wording, facts: Facts): DataAnswer {
  const { problems, doubts, checked, readiness } = facts;
  return (
    blocked(wording, facts) ??
    question(wording, readiness) ??
    doubted(wording, doubts, missingWords(wording, facts)) ??
    partly(wording, facts) ??
    ready(wording, readiness, problems.filter(({ code }) => !toldByReadiness.has(code)).length, checked)
  );
}

function blocked({ t, f }: Wording, { problems, readiness }: Facts): DataAnswer | null {
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  if (errors > 0)
    return {
      tone: 'bad',
      headline: t('data.problemsBlockTraining', { count: errors, number: f.count(errors) }),
      reason: t('data.seeProblemsHowFixThem'),
    };
  if (readiness.labels === 0 || splits.every((_, split) => readiness.missing[split]!.length === readiness.labels))
    return {
      tone: 'bad',
      headline: t('data.noImageLabelYet'),
      reason: t('data.selectImagesPressLAdd'),
    };
  const empty = splits.filter((_, split) => readiness.images[split] === 0);
  if (empty.length > 0)
    return {
      tone: 'bad',
      headline: t('data.splitsWithoutImages', { splits: empty.join(', ') }),
      reason: t('data.trainingNeedsAllThreeSplits'),
    };
  if (nothingToLearn(readiness))
    return {
      tone: 'bad',
      headline: t('data.nothingLearnNoImageTrain'),
      reason: t('data.labelImagesOfTrainMove'),
    };
  return null;
}

function question({ t, f }: Wording, { unlabeled, meaning, images }: Readiness): DataAnswer | null {
  if (unlabeled === 0 || meaning !== 'ask') return null;
  const all = images.reduce((a, b) => a + b, 0);
  return {
    tone: 'warn',
    asks: 'unlabeled',
    headline: t('data.ofImagesNoLabels', { unlabeled: f.count(unlabeled), all: f.count(all) }),
    reason: t('data.doShowNoneOfThese'),
  };
}

function doubted({ t, f }: Wording, doubts: Facts['doubts'], reason: string | null): DataAnswer | null {
  if (doubts.size === 0) return null;
  const labels = [...doubts.values()].reduce((sum, found) => sum + found.length, 0);
  return {
    tone: 'plain',
    headline: t('data.labelsLookWrong', {
      count: labels,
      number: f.count(labels),
      images: t('data.countImages', { count: doubts.size, number: f.count(doubts.size) }),
    }),
    ...(reason !== null && { reason }),
  };
}

/** Says 'val has no image of Apple or Fig.' for each split that lacks labels; null when all are complete. */
function missingWords({ t }: Wording, { readiness, vocabulary }: Facts): string | null {
  const parts = splits.flatMap((split, number) => {
    const labels = readiness.missing[number]!.map((label) => vocabulary[label]!);
    if (labels.length === 0) return [];
    return [t('data.noImage', { split, labels: shortLabels(labels, t) })];
  });
  return parts.length === 0 ? null : parts.join(' ');
}

function partly(wording: Wording, facts: Facts): DataAnswer | null {
  const { t, f } = wording;
  const reason = missingWords(wording, facts);
  if (reason === null) return null;
  const count = incomplete(facts.readiness).length;
  const all = facts.readiness.labels;
  return {
    tone: 'warn',
    headline: t('data.ofLabelsCannotLearnedMeasured', { number: f.count(count), all: f.count(all) }),
    reason: `${reason} ${t('data.moveImagesThereMakeSplit')}`,
  };
}

/** How images without labels are treated; '' when there are none. */
export function unlabeledWords({ t, f }: Wording, { unlabeled, meaning }: Readiness): string {
  if (unlabeled === 0) return '';
  const counts = { count: unlabeled, number: f.count(unlabeled) };
  return meaning === 'not_labeled_yet' ? t('data.unlabeledLeftOut', counts) : t('data.unlabeledCountAsNone', counts);
}

function ready(wording: Wording, readiness: Readiness, warnings: number, checked: boolean): DataAnswer {
  const { t, f } = wording;
  const images = readiness.images.reduce((a, b) => a + b, 0);
  const unlabeled = unlabeledWords(wording, readiness);
  if (warnings > 0)
    return {
      tone: 'warn',
      headline: t('data.readyWithWarnings', { count: warnings, number: f.count(warnings) }),
      ...(unlabeled !== '' && { reason: unlabeled }),
    };
  const files = checked ? t('data.noProblemsFound') : t('data.labelFilesFineImagesNot');
  return {
    tone: 'ok',
    headline: t('data.imagesReadyTrain', { images: f.count(images) }),
    reason: unlabeled === '' ? files : `${unlabeled} ${files}`,
  };
}
