import { splits } from '../../shared/contract/dataset.ts';
import { shortList } from '../../shared/metrics/verdictTexts.ts';
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
  readonly says: string;
  readonly because?: string;
  readonly tone: Tone;
  /** 'unlabeled': the answer is a question, with two replies as buttons. */
  readonly asks?: 'unlabeled';
}

/** These problems are told by the answer itself, with their count. */
const toldByReadiness = new Set(['unlabeledImages', 'notMeasured', 'notInTrain']);

/** The Data screen in one line: can these images train a model, and can it be measured? */
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
      says: t('data.problemsBlockTraining', { count: errors, number: f.count(errors) }),
      because: t('data.seeProblemsHowFixThem'),
    };
  if (readiness.labels === 0 || splits.every((_, split) => readiness.missing[split]!.length === readiness.labels))
    return {
      tone: 'bad',
      says: t('data.noImageLabelYet'),
      because: t('data.selectImagesPressLAdd'),
    };
  const empty = splits.filter((_, split) => readiness.images[split] === 0);
  if (empty.length > 0)
    return {
      tone: 'bad',
      says: t('data.splitsWithoutImages', { splits: empty.join(', ') }),
      because: t('data.trainingNeedsAllThreeSplits'),
    };
  if (nothingToLearn(readiness))
    return {
      tone: 'bad',
      says: t('data.nothingLearnNoImageTrain'),
      because: t('data.labelImagesOfTrainMove'),
    };
  return null;
}

function question({ t, f }: Wording, { unlabeled, meaning, images }: Readiness): DataAnswer | null {
  if (unlabeled === 0 || meaning !== 'ask') return null;
  const all = images.reduce((a, b) => a + b, 0);
  return {
    tone: 'warn',
    asks: 'unlabeled',
    says: t('data.ofImagesNoLabels', { unlabeled: f.count(unlabeled), all: f.count(all) }),
    because: t('data.doShowNoneOfThese'),
  };
}

function doubted({ t, f }: Wording, doubts: Facts['doubts'], because: string | null): DataAnswer | null {
  if (doubts.size === 0) return null;
  const labels = [...doubts.values()].reduce((sum, found) => sum + found.length, 0);
  return {
    tone: 'plain',
    says: t('data.labelsLookWrong', {
      count: labels,
      number: f.count(labels),
      images: t('data.countImages', { count: doubts.size, number: f.count(doubts.size) }),
    }),
    ...(because !== null && { because }),
  };
}

/** 'val has no image of Apple or Fig.' for each split that lacks some label; null when all are complete. */
function missingWords({ t }: Wording, { readiness, vocabulary }: Facts): string | null {
  const parts = splits.flatMap((split, number) => {
    const labels = readiness.missing[number]!.map((label) => vocabulary[label]!);
    if (labels.length === 0) return [];
    return [t('data.noImage', { split, labels: shortList(labels, t) })];
  });
  return parts.length === 0 ? null : parts.join(' ');
}

function partly(wording: Wording, facts: Facts): DataAnswer | null {
  const { t, f } = wording;
  const because = missingWords(wording, facts);
  if (because === null) return null;
  const count = incomplete(facts.readiness).length;
  const all = facts.readiness.labels;
  return {
    tone: 'warn',
    says: t('data.ofLabelsCannotLearnedMeasured', { number: f.count(count), all: f.count(all) }),
    because: `${because} ${t('data.moveImagesThereMakeSplit')}`,
  };
}

/** What becomes of the images without labels; '' when there are none. */
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
      says: t('data.readyWithWarnings', { count: warnings, number: f.count(warnings) }),
      ...(unlabeled !== '' && { because: unlabeled }),
    };
  const files = checked ? t('data.noProblemsFound') : t('data.labelFilesFineImagesNot');
  return {
    tone: 'ok',
    says: t('data.imagesReadyTrain', { images: f.count(images) }),
    because: unlabeled === '' ? files : `${unlabeled} ${files}`,
  };
}
