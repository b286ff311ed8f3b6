import type { Sayable } from '../../shared/message.ts';
import type { Tone } from '../components/Answer.tsx';
import { unlabeledWords } from '../data/dataAnswer.ts';
import type { Readiness } from '../data/readiness.ts';
import { incomplete, nothingToLearn } from '../data/readiness.ts';
import type { Wording } from '../i18n/words.ts';

export interface Facts {
  /** Null until the label files are read. */
  readonly readiness: Readiness | null;
  readonly errors: number;
  /** What is wrong with the first invalid setting. */
  readonly wrongSetting: string | null;
  /** Why these settings do not run on this machine. */
  readonly problem: Sayable | null;
  /** Another run is in the queue. */
  readonly busy: boolean;
  readonly seconds: number | null;
  readonly now: Date;
}

export interface ReadyAnswer {
  readonly tone: Tone;
  readonly says: string;
  readonly because?: string;
  /** The run cannot start. */
  readonly blocked: boolean;
}

/** True if a split that training needs is empty, or no training image is labeled. */
const empty = (readiness: Readiness): boolean =>
  readiness.labels === 0 || readiness.images.includes(0) || nothingToLearn(readiness);

/** The state of the next run in one line. It is only green if every label can be learned and evaluated. */
export function readyAnswer(wording: Wording, facts: Facts): ReadyAnswer {
  const { t, said } = wording;
  const { readiness, wrongSetting, problem, busy } = facts;
  if (readiness !== null && empty(readiness))
    return {
      tone: 'bad',
      blocked: true,
      says: t('train.notEnoughTrainTrainVal'),
    };
  if (wrongSetting !== null) return { tone: 'bad', blocked: true, says: wrongSetting };
  const waits = t('train.startsWhenRunBeforeEnded');
  if (problem !== null)
    return {
      tone: 'bad',
      blocked: false,
      says: t('train.theseSettingsDoNotRun'),
      because: busy ? waits : said(problem),
    };
  const doubts = readiness === null ? [] : doubtsOf(wording, readiness);
  const because = [...doubts, ...(busy ? [waits] : [])].join(' ');
  return {
    tone: doubts.length === 0 && facts.errors === 0 ? 'ok' : 'warn',
    blocked: false,
    says: startWords(wording, facts),
    ...(because !== '' && { because }),
  };
}

function doubtsOf(wording: Wording, readiness: Readiness): string[] {
  const { t, f } = wording;
  const labels = incomplete(readiness).length;
  return [
    ...(readiness.unlabeled > 0 && readiness.meaning === 'ask' ? [unlabeledWords(wording, readiness)] : []),
    ...(labels === 0
      ? []
      : [t('train.ofLabelsCannotLearnedMeasured', { labels: f.count(labels), labels2: f.count(readiness.labels) })]),
  ];
}

function startWords({ t, f }: Wording, { seconds, busy, now }: Facts): string {
  if (seconds === null) return busy ? t('train.readyQueue') : t('train.readyStartMeasuringHowLong');
  const ends = f.clock(new Date(now.getTime() + seconds * 1000));
  return t('train.readyStartTakesAboutEnds', { seconds: f.duration(seconds), ends });
}
