import { useDataset } from '../stores/dataset.ts';

/** As many as there are digit keys. */
export const DIGITS = 9;

/** The labels on the digit keys while a photo is looked at: its own, then `more`, then the most frequent. Asked once a photo: a digit stays on its label while labels are switched on and off. */
export function digitLabels(image: number, more: readonly number[]): readonly number[] {
  const { labelled, counts } = useDataset.getState();
  const byCount = labelled.vocabulary
    .map((_, label) => label)
    .sort((a, b) => (counts?.all[b] ?? 0) - (counts?.all[a] ?? 0));
  return [...new Set([...(labelled.states[image]?.labels ?? []), ...more, ...byCount])]
    .filter((label) => label >= 0)
    .slice(0, DIGITS);
}
