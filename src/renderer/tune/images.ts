import type { Counted } from './scores.ts';

/** One label's column of a row-major [images, classes] matrix. */
export function column<T extends Uint8Array | Int8Array>(matrix: T, classes: number, c: number): T {
  return matrix.filter((_, i) => i % classes === c) as T;
}

export interface Scored {
  readonly path: string;
  readonly image: number;
  readonly q: number;
  readonly has: boolean;
  readonly teacher: number | null;
  readonly student: number | null;
}

/** All images of a split with a label's scores, without those whose label is unknown. */
export function scored({ paths, bytes }: Counted, classes: number, label: number): Scored[] {
  return paths.flatMap((path, image) => {
    const at = image * classes + label;
    const truth = bytes.labels[at]!;
    return truth < 0
      ? []
      : [
          {
            path,
            image,
            q: bytes.codes[at]!,
            has: truth === 1,
            teacher: bytes.teacher?.[at] ?? null,
            student: bytes.student?.[at] ?? null,
          },
        ];
  });
}

/** False alarms and misses at k, most confident first. */
export function mistakes(images: readonly Scored[], k: number): { falseAlarms: Scored[]; missed: Scored[] } {
  return {
    falseAlarms: images.filter(({ has, q }) => !has && q >= k).sort((a, b) => b.q - a.q),
    missed: images.filter(({ has, q }) => has && q < k).sort((a, b) => a.q - b.q),
  };
}

/**
 * The images of the error gallery: at most `most` of each kind. The selected image stays first, even when the threshold
 * no longer makes it an error or others come before it: a key never reaches an image that is out of sight.
 */
export function galleryOf(
  images: readonly Scored[],
  k: number,
  chosen: string | null,
  most: number,
): { falseAlarms: readonly Scored[]; missed: readonly Scored[]; chosen: Scored | null; isError: boolean } {
  const { falseAlarms, missed } = mistakes(images, k);
  const one = images.find(({ path }) => path === chosen) ?? null;
  const withChosen = (found: readonly Scored[], own: boolean): readonly Scored[] => {
    const first = found.slice(0, most);
    return one === null || !own || first.includes(one) ? first : [one, ...first.slice(0, most - 1)];
  };
  return {
    falseAlarms: withChosen(falseAlarms, one?.has === false),
    missed: withChosen(missed, one?.has === true),
    chosen: one,
    isError: one !== null && (falseAlarms.includes(one) || missed.includes(one)),
  };
}

/** The images whose decision differs between two thresholds. */
export function flips(
  images: readonly Scored[],
  from: number,
  to: number,
): { found: Scored[]; lost: Scored[]; alarms: Scored[]; cleared: Scored[] } {
  const between = images.filter(({ q }) => q >= from !== q >= to).sort((a, b) => b.q - a.q);
  const rises = (one: Scored): boolean => one.q >= to;
  return {
    found: between.filter((one) => one.has && rises(one)),
    lost: between.filter((one) => one.has && !rises(one)),
    alarms: between.filter((one) => !one.has && rises(one)),
    cleared: between.filter((one) => !one.has && !rises(one)),
  };
}

/** The true labels of a label's false alarms, by count. */
export function takenFor(
  { bytes }: Counted,
  classes: number,
  falseAlarms: readonly Scored[],
): { label: number; count: number }[] {
  const counts = new Map<number, number>();
  for (const { image } of falseAlarms)
    for (let c = 0; c < classes; c++)
      if (bytes.labels[image * classes + c] === 1) counts.set(c, (counts.get(c) ?? 0) + 1);
  return [...counts].map(([label, count]) => ({ label, count })).sort((a, b) => b.count - a.count);
}

/**
 * How often two labels occur together: in the labels and in the predictions. Images in which either is unknown are left
 * out.
 */
export function togetherCounts(
  { bytes }: Counted,
  classes: number,
  thresholds: readonly number[],
): { readonly truth: number[][]; readonly said: number[][] } {
  const empty = (): number[][] => Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  const [truth, said] = [empty(), empty()];
  for (let at = 0; at < bytes.labels.length; at += classes) {
    for (let a = 0; a < classes; a++) {
      if (bytes.labels[at + a]! < 0) continue;
      const [hasA, saysA] = [bytes.labels[at + a] === 1, bytes.codes[at + a]! >= thresholds[a]!];
      if (!hasA && !saysA) continue;
      for (let b = 0; b < classes; b++) {
        if (a === b || bytes.labels[at + b]! < 0) continue;
        if (hasA && bytes.labels[at + b] === 1) truth[a]![b]!++;
        if (saysA && bytes.codes[at + b]! >= thresholds[b]!) said[a]![b]!++;
      }
    }
  }
  return { truth, said };
}

/**
 * Confusions between labels. Several labels may be right at once, so there is no single confusion matrix: a cell counts
 * the images in which the row's label is a false alarm and the column's label is present; the diagonal counts a label's
 * misses.
 */
export function confusionsBetween({ bytes }: Counted, classes: number, thresholds: readonly number[]): number[][] {
  const counts = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (let at = 0; at < bytes.labels.length; at += classes) {
    for (let a = 0; a < classes; a++) {
      const said = bytes.codes[at + a]! >= thresholds[a]!;
      if (bytes.labels[at + a] === 1 && !said) counts[a]![a]!++;
      if (bytes.labels[at + a] !== 0 || !said) continue;
      for (let b = 0; b < classes; b++) if (bytes.labels[at + b] === 1) counts[a]![b]!++;
    }
  }
  return counts;
}
