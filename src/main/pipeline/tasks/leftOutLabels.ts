import type { Message } from '../../../shared/message.ts';
import { message } from '../../../shared/message.ts';
import { Problem } from '../../../shared/problem.ts';
import { PRESENT } from '../data/dataset.ts';
import type { Sample, Split } from '../data/dataset.ts';
import { labelFileName } from '../data/dataset.ts';
import { looseLabel } from '../../../shared/hiddenCharacters.ts';

/** A label of the data that the model lacks. */
export interface LeftOutLabel {
  readonly label: string;
  /** Number of images of the split with this label. */
  readonly images: number;
  /** A label of the model that differs only in case, spaces or similar; null when there is none. */
  readonly similar: string | null;
}

/** Sorted by number of images, most first. */
export function leftOutLabels(counts: ReadonlyMap<string, number>, labels: readonly string[]): readonly LeftOutLabel[] {
  return [...counts]
    .map(([label, images]) => ({
      label,
      images,
      similar: labels.find((own) => looseLabel(own) === looseLabel(label)) ?? null,
    }))
    .sort((a, b) => b.images - a.images);
}

/** Throws a Problem when no label is in common, because the figures would count nothing but false alarms. */
export function requireCommonLabel(samples: readonly Sample[], leftOut: readonly LeftOutLabel[], split: Split): void {
  if (leftOut.length === 0 || samples.some(({ labels }) => labels.includes(PRESENT))) return;
  throw new Problem('data.noCommonLabel', { file: labelFileName(split), labels: leftOutList(leftOut) });
}

const MOST_LISTED = 10;

/** 'Red' (12 images; the model has 'red'), ... */
export function leftOutList(leftOut: readonly LeftOutLabel[]): Message[] {
  const listed = leftOut.slice(0, MOST_LISTED).map(({ label, images: count, similar }) => {
    return similar === null
      ? message('leftOut.label', { label, count })
      : message('leftOut.similar', { label, count, similar });
  });
  const more = leftOut.length - listed.length;
  return more === 0 ? listed : [...listed, message('leftOut.more', { count: more })];
}
