import type { Tone } from '../components/Answer.tsx';
import { unlabeledWords } from '../data/dataAnswer.ts';
import type { Readiness } from '../data/readiness.ts';
import { incomplete, nothingToLearn } from '../data/readiness.ts';
import type { Wording } from '../i18n/words.ts';

export interface Facts {
  /** Null until the label files are read. */
  readonly readiness: Readiness | null;
  readonly errors: number;
  readonly wrongSettings: boolean;
  /** Why these settings do not run on this machine. */
  readonly problem: string | null;
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

/** Too little to start with: a split that training needs is empty, or nothing in train is labeled. */
const empty = (readiness: Readiness): boolean =>
  readiness.labels === 0 || readiness.images.includes(0) || nothingToLearn(readiness);

/** The next run in one line. Green only when every label can be learned and measured. */
export function readyAnswer(wording: Wording, facts: Facts): ReadyAnswer {
  const { w, said } = wording;
  const { readiness, wrongSettings, problem, busy } = facts;
  if (readiness !== null && empty(readiness))
    return {
      tone: 'bad',
      blocked: true,
      says: w(
        'Not enough to train: train, val and test need images, and train needs labels.',
        'No basta para entrenar: train, val y test necesitan imágenes, y train, etiquetas.',
      ),
    };
  if (wrongSettings)
    return { tone: 'bad', blocked: true, says: w('A setting is not valid.', 'Un ajuste no es válido.') };
  const waits = w('It starts when the run before it has ended.', 'Empieza cuando acabe el anterior.');
  if (problem !== null)
    return {
      tone: 'bad',
      blocked: false,
      says: w('These settings do not run on this machine.', 'Estos ajustes no funcionan en este equipo.'),
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
  const { w, f } = wording;
  const labels = incomplete(readiness).length;
  return [
    ...(readiness.unlabeled > 0 && readiness.meaning === 'ask' ? [unlabeledWords(wording, readiness)] : []),
    ...(labels === 0
      ? []
      : [
          w(
            `${f.count(labels)} of ${f.count(readiness.labels)} labels cannot be learned or measured.`,
            `${f.count(labels)} de ${f.count(readiness.labels)} etiquetas no se pueden aprender o medir.`,
          ),
        ]),
  ];
}

function startWords({ w, f }: Wording, { seconds, busy, now }: Facts): string {
  if (seconds === null)
    return busy
      ? w('Ready to queue.', 'Listo para la cola.')
      : w('Ready to start. Measuring how long it takes…', 'Todo listo. Midiendo cuánto tarda…');
  const ends = f.clock(new Date(now.getTime() + seconds * 1000));
  return w(
    `Ready to start. Takes about ${f.duration(seconds)}, ends near ${ends}.`,
    `Todo listo. Tarda alrededor de ${f.duration(seconds)}; acaba hacia las ${ends}.`,
  );
}
