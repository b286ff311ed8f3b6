import type { Conflict, DatasetIndex, LineChange } from '../../shared/contract/dataset.ts';
import { splits } from '../../shared/contract/dataset.ts';

/** A line that the user and somebody else changed, with the user's own change, which is kept until the user decides. */
export interface OpenConflict extends Conflict {
  readonly change: LineChange;
}

const lineOf = ({ split, path }: { readonly split: string; readonly path: string }): string => `${split}\t${path}`;

/** Changes without those of the lines in conflict: each line has one answer, the user's. */
export function apartFrom(changes: readonly LineChange[], conflicts: readonly OpenConflict[]): LineChange[] {
  const open = new Set(conflicts.map(lineOf));
  return changes.filter((change) => !open.has(lineOf(change)));
}

/** Conflicts that a save found, each with the change that was to be saved. */
export const conflictsOf = (found: readonly Conflict[], sent: readonly LineChange[]): OpenConflict[] =>
  found.flatMap((conflict) => {
    const change = sent.find((own) => lineOf(own) === lineOf(conflict));
    return change === undefined ? [] : [{ ...conflict, change }];
  });

/**
 * All open conflicts over the files as they are now: those of before and the changes that no longer fit. One whose line
 * now reads as the user wanted is solved.
 */
export function openConflicts(
  index: DatasetIndex,
  before: readonly OpenConflict[],
  lost: readonly LineChange[],
): OpenConflict[] {
  const newest = new Map([...before.map(({ change }) => change), ...lost].map((change) => [lineOf(change), change]));
  return [...newest.values()].flatMap((change) => {
    const { split, line, path, after } = change;
    const disk = diskLabels(index, change);
    return disk !== null && after !== null && change.to === split && sameNames(disk, after)
      ? []
      : [{ split, line, path, yours: after, disk, change }];
  });
}

/** The labels of the line as the file has them, in the same split when the path is listed twice; null without a line. */
function diskLabels(index: DatasetIndex, { split, path }: LineChange): string[] | null {
  const own = splits.indexOf(split);
  const same = index.paths.findIndex((one, image) => one === path && index.split[image] === own);
  const image = same >= 0 ? same : index.paths.indexOf(path);
  return image < 0 ? null : index.labels[image]!.map((label) => index.vocabulary[label]!);
}

const sameNames = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((name) => b.includes(name));
