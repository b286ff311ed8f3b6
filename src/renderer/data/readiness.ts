import type { UnlabeledMeaning } from '../../shared/config.ts';
import { splits } from '../../shared/contract/dataset.ts';
import type { Labelled, LabelCounts } from './labelEdits.ts';

/** What these images can train, and what can be measured on them. */
export interface Readiness {
  /** Images without labels, and what the project says they mean. */
  readonly unlabeled: number;
  readonly meaning: UnlabeledMeaning;
  /** Images of each split that take part. */
  readonly images: readonly number[];
  readonly labels: number;
  /** For train, val and test: labels without a single image there. */
  readonly missing: readonly (readonly number[])[];
}

/** `edited`: with unsaved edits, a label that no image has any more is gone as soon as they are saved. */
export function readinessOf(
  { vocabulary, states }: Labelled,
  counts: LabelCounts,
  { meaning, edited }: { meaning: UnlabeledMeaning; edited: boolean },
): Readiness {
  const labels = vocabulary.flatMap((_, label) => (counts.all[label]! > 0 || !edited ? [label] : []));
  const anyLabel = counts.all.some((all) => all > 0);
  const without = splits.map(() => 0);
  if (anyLabel) for (const state of states) if (!state.removed && state.labels.length === 0) without[state.split]!++;
  const leftOut = meaning === 'not_labeled_yet';
  return {
    unlabeled: without.reduce((a, b) => a + b, 0),
    meaning,
    images: counts.images.map((images, split) => images - (leftOut ? without[split]! : 0)),
    labels: labels.length,
    missing: splits.map((_, split) => labels.filter((label) => counts.bySplit[split]![label] === 0)),
  };
}

/** Labels that some split has no image of, each once. */
export const incomplete = ({ missing }: Readiness): number[] => [...new Set(missing.flat())].sort((a, b) => a - b);

/** No image in train has a label: there is nothing to learn from. */
export const nothingToLearn = ({ labels, missing }: Readiness): boolean => missing[0]!.length === labels;
