import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { Config } from '../../../shared/config.ts';
import { visible } from '../../../shared/hiddenCharacters.ts';
import { Problem } from '../../../shared/problem.ts';
import { insideFolder, leavesFolder } from '../storage/insideFolder.ts';
import type { Dataset, Sample, Split } from './dataset.ts';
import { labelFileName, PRESENT, SPLITS } from './dataset.ts';
import { findForeignLists } from './foreignLists.ts';
import { looksLikeImage } from './imageFormats.ts';
import type { LabelLine } from './labelLine.ts';
import { containsSeparator, separatorNames, splitLine } from './labelLine.ts';
import type { DataProblem } from './problems.ts';
import { finishInterruptedLists } from './replaceLists.ts';
import type { SeparatorReport } from './separator.ts';
import { betterSeparator, detectLayout } from './separator.ts';
import type { TextLine } from './textLines.ts';
import { readLines } from './textLines.ts';
import { buildVocabulary } from './vocabulary.ts';
import { readRegularFile } from '../storage/regularFile.ts';

export type DataConfig = Config['data'];

export interface ReadOptions {
  /** Label files to read; the others stay empty. Default: all three. */
  readonly splits?: readonly Split[];
  /** Classes in the order of a given model. Labels that it lacks are warned about and left out. */
  readonly vocabulary?: readonly string[];
  /** Leaves out images without labels: they are not labeled yet. */
  readonly leaveOutUnlabeled?: boolean;
}

export interface ReadResult {
  readonly dataset: Dataset;
  /** What is wrong with the text of the label files. `checkDataset` looks at the images and at the labels as a whole. */
  readonly problems: readonly DataProblem[];
  readonly separator: SeparatorReport;
  /** Images of each label that is not in the vocabulary. */
  readonly unknownLabels: ReadonlyMap<string, number>;
  /** Lines of each split that name no label, left out or not; all 0 when no line names one, for then nothing is labeled. */
  readonly unlabeled: Readonly<Record<Split, number>>;
}

/** A line of a label file, understood. */
export interface LabelEntry extends LabelLine {
  readonly split: Split;
  readonly line: number;
}

export interface SplitText {
  readonly split: Split;
  readonly lines: readonly TextLine[];
}

/**
 * Reads train.txt, val.txt and test.txt of a project folder. Image paths are relative to that folder (or absolute inside it);
 * backslashes count as slashes. No image is opened: hashes stay empty until `checkDataset`.
 * Lines that cannot be used are reported and left out. Throws a Problem if the folder cannot be read.
 */
export async function readDataset(
  root: string,
  config: Pick<DataConfig, 'separator' | 'labels_file'>,
  options: ReadOptions = {},
): Promise<ReadResult> {
  const folder = path.resolve(root);
  await requireFolder(folder);
  await finishInterruptedLists(folder);
  const problems: DataProblem[] = [];
  const texts: SplitText[] = [];
  for (const split of options.splits ?? SPLITS)
    texts.push({ split, lines: await readLabelFile(folder, split, problems) });
  const read = await readLabelTexts(folder, texts, config, options);
  return { ...read, problems: [...problems, ...read.problems] };
}

/** The lines of label files, on disk or not: an import is read back with this before it is written. */
export async function readLabelTexts(
  folder: string,
  texts: readonly SplitText[],
  config: Pick<DataConfig, 'separator' | 'labels_file'>,
  options: Pick<ReadOptions, 'vocabulary' | 'leaveOutUnlabeled'> = {},
): Promise<ReadResult> {
  const problems: DataProblem[] = [];
  const exists = (name: string): boolean => name !== '' && existsSync(path.resolve(folder, name));
  const separator = detectLayout(
    texts.flatMap(({ lines }) => lines.filter(({ text }) => !text.trim().startsWith('#')).map(({ text }) => text)),
    config.separator,
    exists,
  );
  const entries = texts.flatMap((text) => readEntries(folder, text, separator, problems));
  problems.push(...findForeignLists(folder, entries));
  const vocabulary = await buildVocabulary(
    folder,
    entries,
    { labelsFile: config.labels_file, given: options.vocabulary ?? null },
    problems,
  );
  const splits: Record<Split, Sample[]> = { train: [], val: [], test: [] };
  const index = new Map(vocabulary.map((label, i) => [label, i]));
  const unlabeled: Record<Split, number> = { train: 0, val: 0, test: 0 };
  const anyLabel = entries.some(({ labels }) => labels.length > 0);
  for (const entry of entries) {
    const isUnlabeled = anyLabel && entry.labels.length === 0;
    if (isUnlabeled) unlabeled[entry.split]++;
    if (!isUnlabeled || options.leaveOutUnlabeled !== true) splits[entry.split].push(toSample(folder, entry, index));
  }
  return {
    dataset: { root: folder, vocabulary, splits },
    problems,
    separator,
    unknownLabels: countUnknown(entries, index),
    unlabeled,
  };
}

function countUnknown(entries: readonly LabelEntry[], known: ReadonlyMap<string, number>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { labels } of entries) {
    const own = new Set(labels.map(({ text }) => text.normalize('NFC')));
    for (const label of own) if (!known.has(label)) counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  return counts;
}

async function requireFolder(folder: string): Promise<void> {
  const found = await stat(folder).catch(() => null);
  if (found === null) throw new Problem('data', `The project folder ${folder} does not exist.`);
  if (!found.isDirectory())
    throw new Problem('data', `${folder} is a file: name the folder that holds train.txt, val.txt and test.txt.`);
}

async function readLabelFile(folder: string, split: Split, problems: DataProblem[]): Promise<readonly TextLine[]> {
  const file = labelFileName(split);
  const problem = (code: DataProblem['code'], line: number | null, message: string): void => {
    problems.push({ code, severity: 'error', split, file, line, message });
  };
  const place = inside(folder, file);
  if (place instanceof Problem) {
    problem('outside', null, `${file} is a link that leaves the project folder.`);
    return [];
  }
  const bytes = await readRegularFile(place).catch((error: NodeJS.ErrnoException) => error);
  if (bytes instanceof Error) {
    const above = existsSync(path.join(folder, '..', file))
      ? ` There is one in ${path.dirname(folder)}: is that the project folder?`
      : '';
    problem(
      'missingLabelFile',
      null,
      bytes.code === 'ENOENT'
        ? `${file} is missing in ${folder}.${above}`
        : `${file} cannot be read: ${bytes.message}.`,
    );
    return [];
  }
  const { lines, faults } = readLines(bytes);
  for (const { kind, number, message } of faults) problem(kind, number, message);
  return lines;
}

function inside(folder: string, file: string): string | Problem {
  try {
    return insideFolder(folder, file);
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
}

/** Plain names below the folder, as nearly all are: of 100,000 lines only the others are looked at one by one. */
const staysInside = /^[\w-]+(\/[\w-]+)*(\.\w+)?$/;

const headerWords = /^(image|img|file|file[ _-]?name|image[ _-]?(path|name|id|file)|path|file[ _-]?path|name|id)s?$/i;

function readEntries(
  folder: string,
  { split, lines }: SplitText,
  layout: SeparatorReport,
  problems: DataProblem[],
): LabelEntry[] {
  const file = labelFileName(split);
  const entries: LabelEntry[] = [];
  let first = true;
  for (const { number: line, text } of lines) {
    if (text.trim() === '') continue;
    const parsed = splitLine(text, layout);
    const problem = (code: DataProblem['code'], message: string, severity: DataProblem['severity'] = 'error'): void => {
      problems.push({ code, severity, split, file, line, message, ...(parsed === null ? {} : { path: parsed.path }) });
    };
    const named = parsed === null ? '' : parsed.path.replaceAll('\\', '/');
    const plausible = named !== '' && namesAFile(folder, named);
    // A line that starts with # is a comment, unless a file has that name ('#1.jpg').
    if (text.trim().startsWith('#') && !plausible) continue;
    const isFirst = first;
    first = false;
    if (parsed === null) problem('malformedLine', 'a quotation mark is not closed.');
    else if (named === '') problem('malformedLine', 'the path is empty.');
    else if (!plausible && isFirst && headerWords.test(named))
      problem('headerLine', `'${text.trim()}' looks like a header.`);
    else if (!staysInside.test(named) && leavesFolder(folder, path.resolve(folder, named)))
      problem('outside', `${parsed.path} is outside the project folder.`);
    else {
      const better = plausible ? null : betterSeparator(text, layout.separator);
      if (better === null) entries.push({ split, line, path: named, labels: parsed.labels });
      else problem('otherSeparator', `here it seems to be ${better}, elsewhere it is ${layout.separator}.`);
      reportSeparators(parsed, problem);
    }
  }
  return entries;
}

/** The first label of a line stands for all: a line that was read wrongly has thousands of them. */
function reportSeparators(
  parsed: LabelLine,
  problem: (code: DataProblem['code'], message: string, severity: DataProblem['severity']) => void,
): void {
  for (const label of parsed.labels) {
    const name = label.quoted
      ? undefined
      : separatorNames.find((candidate) => candidate !== 'space' && containsSeparator(label.text, candidate));
    if (name === undefined) continue;
    problem(
      'separatorInLabel',
      `label '${visible(label.text)}' contains a ${name}; it is taken as one label.`,
      'warning',
    );
    return;
  }
}

/** Has the ending of an image, or is there. Only doubtful names are looked up on disk: the check opens every file anyway. */
const namesAFile = (folder: string, named: string): boolean =>
  (looksLikeImage(named) && !named.startsWith('#')) || existsSync(path.resolve(folder, named));

function toSample(folder: string, entry: LabelEntry, index: ReadonlyMap<string, number>): Sample {
  const labels = new Int8Array(index.size);
  for (const { text } of entry.labels) {
    const at = index.get(text.normalize('NFC'));
    if (at !== undefined) labels[at] = PRESENT;
  }
  return { path: entry.path, file: fileOf(folder, entry.path), labels, hash: '', line: entry.line };
}

/** Some systems store accented names composed, others decomposed: the form that exists is taken. */
function fileOf(folder: string, named: string): string {
  if (staysInside.test(named))
    return `${folder}${path.sep}${path.sep === '/' ? named : named.replaceAll('/', path.sep)}`;
  const file = path.resolve(folder, named);
  if (/^[\0-\x7f]*$/.test(named) || existsSync(file)) return file;
  const forms = [named.normalize('NFC'), named.normalize('NFD')].map((form) => path.resolve(folder, form));
  return forms.find((form) => existsSync(form)) ?? file;
}
