import { Problem } from '../../../shared/problem.ts';
import { PRESENT } from '../data/dataset.ts';
import type { Sample, Split } from '../data/dataset.ts';
import { labelFileName } from '../data/dataset.ts';
import { looseLabel } from '../../../shared/hiddenCharacters.ts';

/** A label of the data that the model does not know. */
export interface LeftOutLabel {
  readonly label: string;
  /** Images of the split that have it. */
  readonly images: number;
  /** A label of the model that differs in case, spaces or the like only. */
  readonly similar: string | null;
}

/** The most frequent first. */
export function leftOutLabels(counts: ReadonlyMap<string, number>, labels: readonly string[]): readonly LeftOutLabel[] {
  return [...counts]
    .map(([label, images]) => ({
      label,
      images,
      similar: labels.find((own) => looseLabel(own) === looseLabel(label)) ?? null,
    }))
    .sort((a, b) => b.images - a.images);
}

/** Figures without one label in common would say nothing but false alarms. */
export function requireCommonLabel(samples: readonly Sample[], leftOut: readonly LeftOutLabel[], split: Split): void {
  if (leftOut.length === 0 || samples.some(({ labels }) => labels.includes(PRESENT))) return;
  const file = labelFileName(split);
  const labels = leftOutText(leftOut);
  throw new Problem(
    'data',
    `The model has none of the labels in ${file}: ${labels}. Spell the labels as the model does.`,
  );
}

const NAMED = 10;

/** 'Red' (12 images; the model has 'red'), ... */
export function leftOutText(leftOut: readonly LeftOutLabel[]): string {
  const named = leftOut.slice(0, NAMED).map(({ label, images, similar }) => {
    const meant = similar === null ? '' : `; the model has '${similar}'`;
    return `'${label}' (${images === 1 ? '1 image' : `${images} images`}${meant})`;
  });
  return `${named.join(', ')}${leftOut.length > NAMED ? ` and ${leftOut.length - NAMED} more` : ''}`;
}
