import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Conflict, LineChange, SaveResult, Split } from '../../../shared/contract/dataset.ts';
import { splits } from '../../../shared/contract/dataset.ts';
import { Problem } from '../../../shared/problem.ts';
import { labelFileName } from '../../pipeline/data/dataset.ts';
import type { Layout, SeparatorName } from '../../pipeline/data/labelLine.ts';
import { splitLine } from '../../pipeline/data/labelLine.ts';
import { replaceLists } from '../../pipeline/data/replaceLists.ts';
import { detectLayout, separatorWord } from '../../pipeline/data/separator.ts';
import { backUp } from './backups.ts';
import type { RawFile, RawLine } from './labelFile.ts';
import { lockLabels } from './labelLock.ts';
import { appended, joined, readRawFile, rewritten } from './labelFile.ts';
import { lineWithLabels, sameLabels } from './lineText.ts';

type Separator = SeparatorName | 'auto';

export interface SaveRequest {
  readonly project: string;
  readonly changes: readonly LineChange[];
  readonly separator: Separator;
  /** The files are copied here before they change. */
  readonly backupFolder: string;
}

/**
 * Saves edits into the user's own label files and keeps what somebody else has changed since they were read: lines are
 * found by their path. If both sides changed the same line, nothing is written and the conflicts are returned.
 * All other lines stay the same byte for byte.
 */
export async function saveChanges({ project, changes, separator, backupFolder }: SaveRequest): Promise<SaveResult> {
  const lock = await lockLabels(project, 'saving labels');
  try {
    const files = await readAll(project);
    const layout = layoutOf(project, files, separator);
    const plan = planChanges(files, changes, layout);
    if (plan.conflicts.length > 0) return { state: 'conflicts', conflicts: [...plan.conflicts] };
    const written = [...plan.lines].filter(([split]) => plan.touched.has(split));
    requireSameReading(project, plan.lines, layout, separator);
    const backup = await backUp(
      written.flatMap(([split]) => (files[split].exists ? [files[split].file] : [])),
      backupFolder,
    );
    await replaceLists(project, new Map(written.map(([split, lines]) => [split, joined(lines)])));
    return { state: 'saved', lines: changes.length, backup };
  } finally {
    await lock.release();
  }
}

/** Returns a line of the label file before and after a change, without writing it. */
export async function previewChange(
  project: string,
  change: LineChange,
  separator: Separator,
): Promise<{ before: string; after: string | null }> {
  const files = await readAll(project);
  const layout = layoutOf(project, files, separator);
  const at = findLine(files[change.split], change, layout);
  const before = at === null ? change.path : files[change.split].lines[at]!.text;
  return { before, after: change.after === null ? null : lineWithLabels(before, layout, change.after) };
}

type Files = Readonly<Record<Split, RawFile>>;

async function readAll(project: string): Promise<Files> {
  const [train, val, test] = await Promise.all(splits.map((split) => readRawFile(project, split)));
  return { train: train!, val: val!, test: test! };
}

const existsIn =
  (project: string) =>
  (name: string): boolean =>
    name !== '' && existsSync(path.resolve(project, name));

function layoutOf(project: string, files: Files, separator: Separator): Layout {
  return detectLayout(textsOf(splits.map((split) => files[split].lines)), separator, existsIn(project));
}

const textsOf = (lines: readonly (readonly RawLine[])[]): string[] =>
  lines
    .flat()
    .map(({ text }) => text)
    .filter(isEntry);

const isEntry = (text: string): boolean => text.trim() !== '' && !text.trim().startsWith('#');

const pathIn = (text: string, layout: Layout): string | null =>
  splitLine(text, layout)?.path.replaceAll('\\', '/') ?? null;
const labelsIn = (text: string, layout: Layout): string[] =>
  splitLine(text, layout)?.labels.map((label) => label.text) ?? [];

/** Finds a line by its number if it still has this path, otherwise by its path if only one line has it. */
function findLine(file: RawFile, { line, path: named }: LineChange, layout: Layout): number | null {
  const at = file.lines[line - 1];
  if (at !== undefined && pathIn(at.text, layout) === named) return line - 1;
  const found = file.lines.flatMap(({ text }, index) => (pathIn(text, layout) === named ? [index] : []));
  return found.length === 1 ? found[0]! : null;
}

interface Plan {
  readonly lines: ReadonlyMap<Split, readonly RawLine[]>;
  readonly touched: ReadonlySet<Split>;
  readonly conflicts: readonly Conflict[];
}

function planChanges(files: Files, changes: readonly LineChange[], layout: Layout): Plan {
  const lines = new Map<Split, (RawLine | null)[]>(splits.map((split) => [split, [...files[split].lines]]));
  const added = new Map<Split, string[]>(splits.map((split) => [split, []]));
  const touched = new Set<Split>();
  const conflicts: Conflict[] = [];
  for (const change of changes) {
    const at = findLine(files[change.split], change, layout);
    const current = at === null ? null : labelsIn(files[change.split].lines[at]!.text, layout);
    const outcome = outcomeOf(change, current);
    if (outcome === 'conflict')
      conflicts.push({ split: change.split, line: change.line, path: change.path, yours: change.after, disk: current });
    if (outcome !== 'apply' || at === null) continue;
    const own = lines.get(change.split)!;
    const text = own[at]!.text;
    touched.add(change.split);
    if (change.after === null) own[at] = null;
    else if (change.to === change.split) own[at] = rewritten(own[at]!, lineWithLabels(text, layout, change.after));
    else {
      own[at] = null;
      added.get(change.to)!.push(lineWithLabels(text, layout, change.after));
      touched.add(change.to);
    }
  }
  const whole = (split: Split): readonly RawLine[] =>
    appended(
      lines.get(split)!.filter((line) => line !== null),
      added.get(split)!,
      files[split].ending,
    );
  return { lines: new Map(splits.map((split) => [split, whole(split)])), touched, conflicts };
}

/** Three-way comparison of what was read, what the user changed, and what the file contains now. */
function outcomeOf(
  { before, after, split, to }: LineChange,
  current: readonly string[] | null,
): 'apply' | 'done' | 'conflict' {
  if (current === null) return after === null ? 'done' : 'conflict';
  if (sameLabels(current, before)) return 'apply';
  return after !== null && split === to && sameLabels(current, after) ? 'done' : 'conflict';
}

/** Refuses labels that would change how other lines are read, because the layout is detected from all lines. */
function requireSameReading(
  project: string,
  lines: ReadonlyMap<Split, readonly RawLine[]>,
  layout: Layout,
  separator: Separator,
): void {
  const texts = textsOf([...lines.values()]);
  if (texts.length === 0) return;
  const found = detectLayout(texts, separator, existsIn(project));
  const reads = (text: string, by: Layout): string => JSON.stringify([pathIn(text, by), labelsIn(text, by)]);
  const isOther = ({ text }: RawLine): boolean => isEntry(text) && reads(text, found) !== reads(text, layout);
  const split = splits.find((name) => lines.get(name)!.some(isOther));
  if (split === undefined) return;
  const at = lines.get(split)!.findIndex(isOther);
  throw new Problem('data.otherLinesAffected', {
    place: `${labelFileName(split)}:${at + 1}`,
    line: lines.get(split)![at]!.text,
    separator: separatorWord(layout.separator),
  });
}

/** Writes whole label files for an import or a new split, after a backup of those that exist. */
export async function writeLabelFiles(
  project: string,
  texts: Readonly<Record<Split, string>>,
  backupFolder: string,
): Promise<void> {
  const lock = await lockLabels(project, 'writing label files');
  try {
    const files = await readAll(project);
    await backUp(
      splits.flatMap((split) => (files[split].exists ? [files[split].file] : [])),
      backupFolder,
    );
    await replaceLists(project, new Map(splits.map((split) => [split, texts[split]])));
  } finally {
    await lock.release();
  }
}
