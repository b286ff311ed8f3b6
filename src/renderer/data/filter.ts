import type { Finding, FindingCode } from '../../shared/findings.ts';
import type { Labeled } from './labelEdits.ts';

export const views = ['all', 'review', 'unlabeled', 'edited'] as const;
export type View = (typeof views)[number];
export const orders = ['file', 'name', 'suspicious', 'fewest', 'most'] as const;
export type Order = (typeof orders)[number];

/** The filter of the grid: an image must match every part. */
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
  /** Shows only images with this kind of finding. */
  readonly problem: FindingCode | null;
}

export const noFilter: Filter = { view: 'all', any: [], all: [], not: [], splits: [], text: '', problem: null };

export interface Shown {
  readonly paths: readonly string[];
  readonly labeled: Labeled;
  readonly edited: ReadonlySet<number>;
  /** By image: the model's certainty that a label is missing or wrong; absent without a doubt. */
  readonly suspicion: ReadonlyMap<number, number>;
  /** Paths of the images per kind of finding. */
  readonly problemPaths: ReadonlyMap<FindingCode, ReadonlySet<string>>;
}

/** Numbers of the matching images, in order. */
export function filtered(filter: Filter, order: Order, facts: Shown): number[] {
  const passes = passing(filter, facts);
  return facts.paths.flatMap((_, image) => (passes(image) ? [image] : [])).sort(comparing(order, facts));
}

function passing(
  filter: Filter,
  { paths, labeled, edited, suspicion, problemPaths }: Shown,
): (image: number) => boolean {
  const text = filter.text.trim().toLowerCase();
  const problem = filter.problem === null ? null : (problemPaths.get(filter.problem) ?? new Set<string>());
  return (image) => {
    const { labels, split, removed } = labeled.states[image]!;
    const path = paths[image]!;
    if (removed && filter.view !== 'edited') return false;
    if (filter.view === 'unlabeled' && labels.length > 0) return false;
    if (filter.view === 'edited' && !edited.has(image)) return false;
    if (filter.view === 'review' && !suspicion.has(image)) return false;
    if (filter.splits.length > 0 && !filter.splits.includes(split)) return false;
    if (filter.any.length > 0 && !filter.any.some((label) => labels.includes(label))) return false;
    if (!filter.all.every((label) => labels.includes(label))) return false;
    if (filter.not.some((label) => labels.includes(label))) return false;
    if (problem?.has(path) === false) return false;
    return text === '' || path.toLowerCase().includes(text);
  };
}

/** Compares two images by `order`; ties keep the order of the files. */
export function comparing(
  order: Order,
  { paths, labeled, suspicion }: Pick<Shown, 'paths' | 'labeled' | 'suspicion'>,
): (a: number, b: number) => number {
  const count = (image: number): number => labeled.states[image]!.labels.length;
  const doubt = (image: number): number => suspicion.get(image) ?? -1;
  switch (order) {
    case 'file':
      return (a, b) => a - b;
    case 'name':
      return (a, b) => (paths[a] === paths[b] ? a - b : paths[a]! < paths[b]! ? -1 : 1);
    case 'suspicious':
      return (a, b) => doubt(b) - doubt(a) || a - b;
    case 'fewest':
      return (a, b) => count(a) - count(b) || a - b;
    case 'most':
      return (a, b) => count(b) - count(a) || a - b;
  }
}

export function pathsByFinding(findings: readonly Finding[]): Map<FindingCode, Set<string>> {
  const found = new Map<FindingCode, Set<string>>();
  for (const { code, path, others } of findings) {
    const paths = found.get(code) ?? new Set<string>();
    for (const named of [path, ...others.map((other) => other.path)]) if (named !== null) paths.add(named);
    found.set(code, paths);
  }
  return found;
}

/** The same filter in another vocabulary, without labels that are gone. */
export function filterIn(filter: Filter, numberOf: (label: number) => number | null): Filter {
  const mapped = (labels: readonly number[]): number[] => labels.flatMap((label) => numberOf(label) ?? []);
  return { ...filter, any: mapped(filter.any), all: mapped(filter.all), not: mapped(filter.not) };
}

/**
 * A click adds a label to the filter or removes it; with Alt it excludes the label, with Shift it requires the label.
 */
export function toggled(filter: Filter, label: number, how: 'any' | 'all' | 'not'): Filter {
  const without = (labels: readonly number[]): number[] => labels.filter((own) => own !== label);
  const had = [...filter.any, ...filter.all, ...filter.not].includes(label);
  const cleared = { ...filter, any: without(filter.any), all: without(filter.all), not: without(filter.not) };
  return had ? cleared : { ...cleared, [how]: [...cleared[how], label] };
}
