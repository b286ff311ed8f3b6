import { splits } from '../../shared/contract/dataset.ts';
import { named } from '../../shared/metrics/verdictWords.ts';
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

function blocked({ w, f }: Wording, { problems, readiness }: Facts): DataAnswer | null {
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  if (errors > 0)
    return {
      tone: 'bad',
      says: w(
        `${f.count(errors)} ${errors === 1 ? 'problem blocks' : 'problems block'} training.`,
        `${f.count(errors)} ${errors === 1 ? 'problema impide' : 'problemas impiden'} entrenar.`,
      ),
      because: w('See Problems for how to fix them.', 'En Problemas se explica cómo resolverlos.'),
    };
  if (readiness.labels === 0 || splits.every((_, split) => readiness.missing[split]!.length === readiness.labels))
    return {
      tone: 'bad',
      says: w('No image has a label yet.', 'Ninguna imagen tiene etiqueta todavía.'),
      because: w('Select images and press L to add one.', 'Elige imágenes y pulsa L para añadir una.'),
    };
  const empty = splits.filter((_, split) => readiness.images[split] === 0);
  if (empty.length > 0)
    return {
      tone: 'bad',
      says: w(
        `${empty.join(' and ')} ${empty.length === 1 ? 'has' : 'have'} no images.`,
        `${empty.join(' y ')} no ${empty.length === 1 ? 'tiene' : 'tienen'} imágenes.`,
      ),
      because: w(
        'Training needs all three splits: move some images there, or make a split.',
        'Entrenar pide las tres particiones: mueve imágenes allí o repártelas.',
      ),
    };
  if (nothingToLearn(readiness))
    return {
      tone: 'bad',
      says: w('Nothing to learn: no image in train has a label.', 'Nada que aprender: en train no hay etiquetas.'),
      because: w(
        'Label images of train, or move labeled images there.',
        'Etiqueta imágenes de train, o mueve allí imágenes etiquetadas.',
      ),
    };
  return null;
}

function question({ w, f }: Wording, { unlabeled, meaning, images }: Readiness): DataAnswer | null {
  if (unlabeled === 0 || meaning !== 'ask') return null;
  const all = images.reduce((a, b) => a + b, 0);
  return {
    tone: 'warn',
    asks: 'unlabeled',
    says: w(
      `${f.count(unlabeled)} of ${f.count(all)} images have no labels.`,
      `${f.count(unlabeled)} de ${f.count(all)} imágenes no tienen etiquetas.`,
    ),
    because: w(
      'Do they show none of these labels, or are they not labeled yet?',
      '¿No muestran ninguna de estas etiquetas, o aún están sin etiquetar?',
    ),
  };
}

function doubted({ w, f }: Wording, doubts: Facts['doubts'], because: string | null): DataAnswer | null {
  if (doubts.size === 0) return null;
  const labels = [...doubts.values()].reduce((sum, found) => sum + found.length, 0);
  return {
    tone: 'plain',
    says: w(
      `${f.count(labels)} ${labels === 1 ? 'label looks' : 'labels look'} missing or wrong, in ${f.count(doubts.size)} ${
        doubts.size === 1 ? 'image' : 'images'
      }.`,
      `${f.count(labels)} ${labels === 1 ? 'etiqueta parece' : 'etiquetas parecen'} faltar o estar mal, en ${f.count(
        doubts.size,
      )} ${doubts.size === 1 ? 'imagen' : 'imágenes'}.`,
    ),
    ...(because !== null && { because }),
  };
}

/** 'val has no image of Apple or Fig.' for each split that lacks some label; null when all are complete. */
function missingWords({ w }: Wording, { readiness, vocabulary }: Facts): string | null {
  const parts = splits.flatMap((split, number) => {
    const labels = readiness.missing[number]!.map((label) => vocabulary[label]!);
    if (labels.length === 0) return [];
    return [w(`No image in ${split}: ${named(labels, w)}.`, `Sin imagen en ${split}: ${named(labels, w)}.`)];
  });
  return parts.length === 0 ? null : parts.join(' ');
}

function partly(wording: Wording, facts: Facts): DataAnswer | null {
  const { w, f } = wording;
  const because = missingWords(wording, facts);
  if (because === null) return null;
  const count = incomplete(facts.readiness).length;
  const all = facts.readiness.labels;
  return {
    tone: 'warn',
    says: w(
      `${f.count(count)} of ${f.count(all)} labels cannot be learned or measured yet.`,
      `${f.count(count)} de ${f.count(all)} etiquetas aún no se pueden aprender o medir.`,
    ),
    because: `${because} ${w('Move images there, or make a split.', 'Mueve imágenes allí, o repártelas.')}`,
  };
}

/** What becomes of the images without labels; '' when there are none. */
export function unlabeledWords({ w, f }: Wording, { unlabeled, meaning }: Readiness): string {
  if (unlabeled === 0) return '';
  const count = f.count(unlabeled);
  const one = unlabeled === 1;
  if (meaning === 'not_labeled_yet')
    return w(
      `${count} unlabeled ${one ? 'image is' : 'images are'} left out.`,
      `${count} ${one ? 'imagen sin etiquetar queda' : 'imágenes sin etiquetar quedan'} fuera.`,
    );
  return w(
    `${count} ${one ? 'image' : 'images'} without labels ${one ? 'counts' : 'count'} as none of these.`,
    `${count} ${one ? 'imagen sin etiquetas cuenta' : 'imágenes sin etiquetas cuentan'} como ninguna de estas.`,
  );
}

function ready(wording: Wording, readiness: Readiness, warnings: number, checked: boolean): DataAnswer {
  const { w, f } = wording;
  const images = readiness.images.reduce((a, b) => a + b, 0);
  const unlabeled = unlabeledWords(wording, readiness);
  if (warnings > 0)
    return {
      tone: 'warn',
      says: w(
        `Ready to train, with ${f.count(warnings)} ${warnings === 1 ? 'warning' : 'warnings'}.`,
        `Listo para entrenar, con ${f.count(warnings)} ${warnings === 1 ? 'aviso' : 'avisos'}.`,
      ),
      ...(unlabeled !== '' && { because: unlabeled }),
    };
  const files = checked
    ? w('No problems found.', 'Sin problemas.')
    : w(
        'The label files are fine. The images have not been checked yet.',
        'Los archivos de etiquetas están bien. Las imágenes aún no se han comprobado.',
      );
  return {
    tone: 'ok',
    says: w(`${f.count(images)} images, ready to train.`, `${f.count(images)} imágenes, listas para entrenar.`),
    because: unlabeled === '' ? files : `${unlabeled} ${files}`,
  };
}
