import type { DatasetIndex, LineChange, Split } from '../../shared/contract/dataset.ts';
import { splits } from '../../shared/contract/dataset.ts';

/** The labels on the Data screen and the unsaved edits, as immutable values. */

export interface ImageState {
  /** Numbers in the vocabulary. */
  readonly labels: readonly number[];
  /** 0 train, 1 val, 2 test. */
  readonly split: number;
  readonly removed: boolean;
}

/** One step of undo. */
export interface Edit {
  readonly images: readonly number[];
  readonly before: readonly ImageState[];
  readonly after: readonly ImageState[];
}

export interface Labeled {
  /** Class names; labels added by an edit come last. */
  readonly vocabulary: readonly string[];
  readonly states: readonly ImageState[];
}

export const labeledFrom = (index: DatasetIndex): Labeled => ({
  vocabulary: index.vocabulary,
  states: index.paths.map((_, i) => ({ labels: index.labels[i]!, split: index.split[i]!, removed: false })),
});

export const withLabel = (state: ImageState, label: number): ImageState =>
  state.labels.includes(label) ? state : { ...state, labels: [...state.labels, label] };
export const withoutLabel = (state: ImageState, label: number): ImageState =>
  state.labels.includes(label) ? { ...state, labels: state.labels.filter((own) => own !== label) } : state;

/** The edit that `change` makes to some images; null when it changes nothing. */
export function editOf(
  { states }: Labeled,
  images: readonly number[],
  change: (state: ImageState, image: number) => ImageState,
): Edit | null {
  const changed = images.filter((i) => !sameState(states[i]!, change(states[i]!, i)));
  return changed.length === 0
    ? null
    : { images: changed, before: changed.map((i) => states[i]!), after: changed.map((i) => change(states[i]!, i)) };
}

export function applied(labeled: Labeled, { images }: Edit, side: readonly ImageState[]): Labeled {
  const states = [...labeled.states];
  images.forEach((image, at) => {
    states[image] = side[at]!;
  });
  return { ...labeled, states };
}

export function sameState(a: ImageState, b: ImageState): boolean {
  return (
    a.removed === b.removed &&
    a.split === b.split &&
    a.labels.length === b.labels.length &&
    a.labels.every((label) => b.labels.includes(label))
  );
}

const splitName = (split: number): Split => splits[split]!;

export function changedImages(index: DatasetIndex, { states }: Labeled): number[] {
  return states.flatMap((state, i) =>
    sameState(state, { labels: index.labels[i]!, split: index.split[i]!, removed: false }) ? [] : [i],
  );
}

/** The change of one line from `before` (by default its text in the file) to its current state. */
export function lineChange(
  index: DatasetIndex,
  { vocabulary, states }: Labeled,
  image: number,
  was: Pick<ImageState, 'labels' | 'split'> = { labels: index.labels[image]!, split: index.split[image]! },
): LineChange {
  const state = states[image]!;
  const names = (labels: readonly number[]): string[] => labels.map((label) => vocabulary[label]!);
  return {
    split: splitName(was.split),
    line: index.line[image]!,
    path: index.paths[image]!,
    before: names(was.labels),
    after: state.removed ? null : names(state.labels),
    to: splitName(state.split),
  };
}

export const lineChanges = (index: DatasetIndex, labeled: Labeled): LineChange[] =>
  changedImages(index, labeled).map((image) => lineChange(index, labeled, image));

/** Edits made after `saved` was sent, which the files do not contain yet. */
export const changesSince = (index: DatasetIndex, saved: Labeled, now: Labeled): LineChange[] =>
  now.states.flatMap((state, image) => {
    const was = saved.states[image]!;
    return sameState(state, was) ? [] : [lineChange(index, now, image, was)];
  });

/**
 * Applies edits of an earlier session, or from before the files changed on disk, to the current files. A change whose
 * line no longer reads as it did is left out and returned, for the user to decide.
 */
export function withChanges(
  index: DatasetIndex,
  changes: readonly LineChange[],
): { labeled: Labeled; lost: LineChange[] } {
  const vocabulary = [...index.vocabulary];
  const states = [...labeledFrom(index).states];
  const places = new Map(index.paths.map((path, i) => [`${index.split[i]!}\t${path}`, i]));
  const lost: LineChange[] = [];
  const numberOf = (name: string): number => {
    const found = vocabulary.indexOf(name);
    return found >= 0 ? found : vocabulary.push(name) - 1;
  };
  for (const change of changes) {
    const at = places.get(`${splits.indexOf(change.split)}\t${change.path}`);
    const stands =
      at !== undefined &&
      sameNames(
        index.labels[at]!.map((label) => index.vocabulary[label]!),
        change.before,
      );
    if (!stands) {
      lost.push(change);
      continue;
    }
    states[at] = {
      labels: change.after === null ? states[at]!.labels : change.after.map(numberOf),
      split: splits.indexOf(change.to),
      removed: change.after === null,
    };
  }
  return { labeled: { vocabulary, states }, lost };
}

const sameNames = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((name) => b.includes(name));

export interface LabelCounts {
  readonly all: readonly number[];
  /** [split][label] */
  readonly bySplit: readonly (readonly number[])[];
  /** Images of each split. */
  readonly images: readonly number[];
}

export function countLabels({ vocabulary, states }: Labeled): LabelCounts {
  const bySplit = splits.map(() => new Array<number>(vocabulary.length).fill(0));
  const images = splits.map(() => 0);
  for (const { labels, split, removed } of states) {
    if (removed) continue;
    images[split]!++;
    for (const label of labels) bySplit[split]![label]!++;
  }
  return {
    bySplit,
    images,
    all: vocabulary.map((_, label) => bySplit.reduce((sum, counts) => sum + counts[label]!, 0)),
  };
}

/** [labels, labels] counts of images that have both, for the given labels. */
export function cooccurrence({ states }: Labeled, rows: readonly number[], columns: readonly number[]): number[][] {
  const counts = rows.map(() => columns.map(() => 0));
  const rowOf = new Map(rows.map((label, at) => [label, at]));
  const columnOf = new Map(columns.map((label, at) => [label, at]));
  for (const { labels, removed } of states) {
    if (removed) continue;
    for (const a of labels) {
      const row = rowOf.get(a);
      if (row === undefined) continue;
      for (const b of labels) {
        const column = columnOf.get(b);
        if (column !== undefined && a !== b) counts[row]![column]!++;
      }
    }
  }
  return counts;
}
