import type { Conflict, DatasetIndex, LineChange } from '../../shared/contract/dataset.ts';
import { splits } from '../../shared/contract/dataset.ts';

/** A line that both the user and someone else changed. The user's change is kept until they decide. */
export interface OpenConflict extends Conflict {
  readonly change: LineChange;
}

const lineOf = ({ split, path }: { readonly split: string; readonly path: string }): string => `${split}\t${path}`;

/** Changes without those of lines in conflict, which wait for the user's decision. */
export function apartFrom(changes: readonly LineChange[], conflicts: readonly OpenConflict[]): LineChange[] {
  const open = new Set(conflicts.map(lineOf));
  return changes.filter((change) => !open.has(lineOf(change)));
}

/** Conflicts found by a save, each with the change that was not saved. */
export const conflictsOf = (found: readonly Conflict[], sent: readonly LineChange[]): OpenConflict[] =>
  found.flatMap((conflict) => {
    const change = sent.find((own) => lineOf(own) === lineOf(conflict));
    return change === undefined ? [] : [{ ...conflict, change }];
  });

/**
 * All open conflicts against the current files: earlier ones and changes that no longer apply. A conflict whose line
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

/**
 * The labels of the line in the file, in the same split when the path is listed twice; null when there is no such line.
 */
function diskLabels(index: DatasetIndex, { split, path }: LineChange): string[] | null {
  const own = splits.indexOf(split);
  const same = index.paths.findIndex((one, image) => one === path && index.split[image] === own);
  const image = same >= 0 ? same : index.paths.indexOf(path);
  return image < 0 ? null : index.labels[image]!.map((label) => index.vocabulary[label]!);
}

const sameNames = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((name) => b.includes(name));
