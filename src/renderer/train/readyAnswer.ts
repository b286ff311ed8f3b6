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
  readonly headline: string;
  readonly reason?: string;
  /** The run cannot start. */
  readonly blocked: boolean;
}

/** True when a split that training needs is empty, or nothing in train is labeled. */
const empty = (readiness: Readiness): boolean =>
  readiness.labels === 0 || readiness.images.includes(0) || nothingToLearn(readiness);

/** The state of the next run in one line. Green only when every label can be learned and measured. */
export function readyAnswer(wording: Wording, facts: Facts): ReadyAnswer {
  const { t, said } = wording;
  const { readiness, wrongSetting, problem, busy } = facts;
  if (readiness !== null && empty(readiness))
    return {
      tone: 'bad',
      blocked: true,
      headline: t('train.notEnoughTrainTrainVal'),
    };
  if (wrongSetting !== null) return { tone: 'bad', blocked: true, headline: wrongSetting };
  const waits = t('train.startsWhenRunBeforeEnded');
  if (problem !== null)
    return {
      tone: 'bad',
      blocked: false,
      headline: t('train.theseSettingsDoNotRun'),
      reason: busy ? waits : said(problem),
    };
  const doubts = readiness === null ? [] : doubtsOf(wording, readiness);
  const reason = [...doubts, ...(busy ? [waits] : [])].join(' ');
  return {
    tone: doubts.length === 0 && facts.errors === 0 ? 'ok' : 'warn',
    blocked: false,
    headline: startWords(wording, facts),
    ...(reason !== '' && { reason }),
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
