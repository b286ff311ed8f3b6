import type { UnlabeledMeaning } from '../../shared/config.ts';
import { splits } from '../../shared/contract/dataset.ts';
import type { Labeled, LabelCounts } from './labelEdits.ts';

/** Whether these images can train a model, and which labels they can measure. */
export interface Readiness {
  /** Images without labels, and their meaning in this project. */
  readonly unlabeled: number;
  readonly meaning: UnlabeledMeaning;
  /** Images of each split that are used. */
  readonly images: readonly number[];
  readonly labels: number;
  /** For train, val and test: labels without a single image there. */
  readonly missing: readonly (readonly number[])[];
}

/** With unsaved edits (`edited`), a label that no image carries anymore disappears once they are saved. */
export function readinessOf(
  { vocabulary, states }: Labeled,
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

/** Labels that are missing from at least one split, each once. */
export const incomplete = ({ missing }: Readiness): number[] => [...new Set(missing.flat())].sort((a, b) => a - b);

/** True when no training image has a label, so that there is nothing to learn. */
export const nothingToLearn = ({ labels, missing }: Readiness): boolean => missing[0]!.length === labels;
