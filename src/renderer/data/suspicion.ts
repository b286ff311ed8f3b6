import type { Labeled } from './labelEdits.ts';

/** A finished run's INT8 scores of the validation images, for finding wrong labels. */
export interface ModelOpinion {
  readonly runName: string;
  readonly run: string;
  readonly vocabulary: readonly string[];
  /** [images, classes] codes by path. */
  readonly codes: ReadonlyMap<string, Uint8Array>;
  readonly thresholds: readonly number[];
}

/** A label that the model would add or remove. */
export interface Doubt {
  readonly label: number;
  readonly kind: 'missing' | 'wrong';
  /** 0..1 */
  readonly score: number;
}

/** Minimum distance from the label's threshold, in 256ths, for the model's opinion to count. */
const CLEAR = 51;

/**
 * The labels of one image that the model doubts, most certain first. Scores are the INT8 model's on images it was not
 * trained on.
 */
export function doubts(
  { vocabulary, states }: Labeled,
  opinion: ModelOpinion,
  image: number,
  codes: Uint8Array,
): Doubt[] {
  const { labels } = states[image]!;
  return opinion.vocabulary
    .flatMap((name, c): { doubt: Doubt; margin: number }[] => {
      const label = vocabulary.indexOf(name);
      const margin = codes[c]! - opinion.thresholds[c]!;
      if (label < 0 || Math.abs(margin) < CLEAR) return [];
      const has = labels.includes(label);
      if (has === margin > 0) return [];
      return [{ doubt: { label, kind: has ? 'wrong' : 'missing', score: codes[c]! / 256 }, margin: Math.abs(margin) }];
    })
    .sort((a, b) => b.margin - a.margin)
    .map(({ doubt }) => doubt);
}

export function allDoubts(
  paths: readonly string[],
  labeled: Labeled,
  opinion: ModelOpinion | null,
): Map<number, Doubt[]> {
  const found = new Map<number, Doubt[]>();
  if (opinion === null) return found;
  paths.forEach((path, image) => {
    const codes = opinion.codes.get(path);
    if (codes === undefined || labeled.states[image]!.removed) return;
    const own = doubts(labeled, opinion, image, codes);
    if (own.length > 0) found.set(image, own);
  });
  return found;
}

/** The model's certainty, 0 to 1, from its strongest doubt. */
export const suspicionOf = (found: readonly Doubt[]): number =>
  Math.max(...found.map(({ kind, score }) => (kind === 'missing' ? score : 1 - score)));
