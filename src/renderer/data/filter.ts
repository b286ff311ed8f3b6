import type { LabelProblem } from '../../shared/contract/dataset.ts';
import type { Labelled } from './labelEdits.ts';

export const views = ['all', 'review', 'unlabelled', 'edited'] as const;
export type View = (typeof views)[number];
export const orders = ['file', 'name', 'suspicious', 'fewest', 'most'] as const;
export type Order = (typeof orders)[number];

/** What the grid shows: an image passes every part. */
export interface Filter {
  readonly view: View;
  /** At least one of these labels. */
  readonly any: readonly number[];
  /** All of these. */
  readonly all: readonly number[];
  /** None of these. */
  readonly not: readonly number[];
  /** 0 train, 1 val, 2 test; empty: every split. */
  readonly splits: readonly number[];
  /** Part of the path. */
  readonly text: string;
  /** Images of one kind of problem. */
  readonly problem: string | null;
}

export const noFilter: Filter = { view: 'all', any: [], all: [], not: [], splits: [], text: '', problem: null };

export interface Shown {
  readonly paths: readonly string[];
  readonly labelled: Labelled;
  readonly edited: ReadonlySet<number>;
  /** By image: how sure a model is that a label is missing or wrong; absent where nothing is doubted. */
  readonly suspicion: ReadonlyMap<number, number>;
  /** Paths of the images of each kind of problem. */
  readonly problemPaths: ReadonlyMap<string, ReadonlySet<string>>;
}

/** Image numbers that pass, in order. */
export function filtered(
  filter: Filter,
  order: Order,
  { paths, labelled, edited, suspicion, problemPaths }: Shown,
): number[] {
  const text = filter.text.trim().toLowerCase();
  const problem = filter.problem === null ? null : (problemPaths.get(filter.problem) ?? new Set<string>());
  const { states } = labelled;
  const found: number[] = [];
  for (let i = 0; i < paths.length; i++) {
    const { labels, split, removed } = states[i]!;
    if (removed && filter.view !== 'edited') continue;
    if (filter.view === 'unlabelled' && labels.length > 0) continue;
    if (filter.view === 'edited' && !edited.has(i)) continue;
    if (filter.view === 'review' && !suspicion.has(i)) continue;
    if (filter.splits.length > 0 && !filter.splits.includes(split)) continue;
    if (filter.any.length > 0 && !filter.any.some((label) => labels.includes(label))) continue;
    if (filter.all.length > 0 && !filter.all.every((label) => labels.includes(label))) continue;
    if (filter.not.length > 0 && filter.not.some((label) => labels.includes(label))) continue;
    if (problem?.has(paths[i]!) === false) continue;
    if (text !== '' && !paths[i]!.toLowerCase().includes(text)) continue;
    found.push(i);
  }
  switch (order) {
    case 'file':
      return found;
    case 'name':
      return found.sort((a, b) => (paths[a]! < paths[b]! ? -1 : 1));
    case 'suspicious':
      return found.sort((a, b) => (suspicion.get(b) ?? -1) - (suspicion.get(a) ?? -1));
    case 'fewest':
      return found.sort((a, b) => states[a]!.labels.length - states[b]!.labels.length);
    case 'most':
      return found.sort((a, b) => states[b]!.labels.length - states[a]!.labels.length);
  }
}

export function pathsByProblem(problems: readonly LabelProblem[]): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const { code, path, others } of problems) {
    const paths = found.get(code) ?? new Set<string>();
    for (const named of [path, ...others.map((other) => other.path)]) if (named !== null) paths.add(named);
    found.set(code, paths);
  }
  return found;
}

/** A click on a label: takes it up or out; Alt excludes, Shift asks for it too. */
export function toggled(filter: Filter, label: number, how: 'any' | 'all' | 'not'): Filter {
  const without = (labels: readonly number[]): number[] => labels.filter((own) => own !== label);
  const had = [...filter.any, ...filter.all, ...filter.not].includes(label);
  const cleared = { ...filter, any: without(filter.any), all: without(filter.all), not: without(filter.not) };
  return had ? cleared : { ...cleared, [how]: [...cleared[how], label] };
}
