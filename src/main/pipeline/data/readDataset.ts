import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { Config } from '../../../shared/config.ts';
import type { Finding, FindingCode } from '../../../shared/findings.ts';
import { visible } from '../../../shared/hiddenCharacters.ts';
import type { Message } from '../../../shared/message.ts';
import { message } from '../../../shared/message.ts';
import { Problem } from '../../../shared/problem.ts';
import { insideFolder, leavesFolder } from '../storage/insideFolder.ts';
import { readRegularFile } from '../storage/regularFile.ts';
import type { Dataset, Sample, Split } from './dataset.ts';
import { labelFileName, PRESENT, SPLITS } from './dataset.ts';
import { finding } from './findings.ts';
import { findForeignLists } from './foreignLists.ts';
import { looksLikeImage } from './imageFormats.ts';
import type { LabelEntry, LabelLine, Layout } from './labelLine.ts';
import { containsSeparator, separatorNames, splitLine } from './labelLine.ts';
import { finishInterruptedLists } from './replaceLists.ts';
import type { DetectedLayout } from './separator.ts';
import { betterSeparator, detectLayout, separatorWord } from './separator.ts';
import type { TextLine } from './textLines.ts';
import { readLines } from './textLines.ts';
import { buildVocabulary } from './vocabulary.ts';

export type DataConfig = Config['data'];

export interface ReadOptions {
  /** Label files to read; the others stay empty. Default: all three. */
  readonly splits?: readonly Split[];
  /** Classes in the order of a given model. Labels that it lacks are ignored, with a warning. */
  readonly vocabulary?: readonly string[];
  /** Leaves out images without labels, because they are not labeled yet. */
  readonly leaveOutUnlabeled?: boolean;
}

export interface ReadResult {
  readonly dataset: Dataset;
  /** About the text of the label files. `checkDataset` checks the images and the labels as a whole. */
  readonly findings: readonly Finding[];
  readonly layout: DetectedLayout;
  /** Number of images per label that is not in the vocabulary. */
  readonly unknownLabels: ReadonlyMap<string, number>;
  /**
   * Number of lines per split without labels, left out or not. All 0 when no line has labels: then nothing has been
   * labeled, and a finding of its own says so.
   */
  readonly unlabeled: Readonly<Record<Split, number>>;
}

export interface SplitText {
  readonly split: Split;
  readonly lines: readonly TextLine[];
}

/**
 * Reads train.txt, val.txt and test.txt of a project folder. Image paths are relative to that folder (or absolute
 * inside it); backslashes count as slashes. No image is opened, so hashes stay empty until `checkDataset`.
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
  const findings: Finding[] = [];
  const texts: SplitText[] = [];
  for (const split of options.splits ?? SPLITS)
    texts.push({ split, lines: await readLabelFile(folder, split, findings) });
  const read = await readLabelTexts(folder, texts, config, options);
  return { ...read, findings: [...findings, ...read.findings] };
}

/** Parses the lines of label files that may not be on disk: an import reads its lists back before it writes them. */
export async function readLabelTexts(
  folder: string,
  texts: readonly SplitText[],
  config: Pick<DataConfig, 'separator' | 'labels_file'>,
  options: Pick<ReadOptions, 'vocabulary' | 'leaveOutUnlabeled'> = {},
): Promise<ReadResult> {
  const findings: Finding[] = [];
  const exists = (name: string): boolean => name !== '' && existsSync(path.resolve(folder, name));
  const layout = detectLayout(
    texts.flatMap(({ lines }) => lines.filter(({ text }) => !text.trim().startsWith('#')).map(({ text }) => text)),
    config.separator,
    exists,
  );
  const entries = texts.flatMap((text) => readEntries(folder, text, layout, findings));
  findings.push(...findForeignLists(folder, entries));
  const vocabulary = await buildVocabulary(
    folder,
    entries,
    { labelsFile: config.labels_file, given: options.vocabulary ?? null },
    findings,
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
    findings,
    layout,
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
  if (found === null) throw new Problem('data.folderMissing', { folder });
  if (!found.isDirectory()) throw new Problem('data.folderIsFile', { folder });
}

async function readLabelFile(folder: string, split: Split, findings: Finding[]): Promise<readonly TextLine[]> {
  const file = labelFileName(split);
  const add = (code: FindingCode, text: Message, where: { line?: number; detail?: string } = {}): void => {
    findings.push(finding(code, 'error', text, { split, file, ...where }));
  };
  const place = inside(folder, file);
  if (place instanceof Problem) {
    add('outside', message('findings.outside.labelFile', { file }));
    return [];
  }
  const bytes = await readRegularFile(place).catch((error: unknown) => error as NodeJS.ErrnoException);
  if (bytes instanceof Error) {
    if (bytes.code === 'ENOENT') add('missingLabelFile', missingLabelFile(folder, file));
    else add('missingLabelFile', message('findings.missingLabelFile.unreadable', { file }), { detail: bytes.message });
    return [];
  }
  const { lines, faults } = readLines(bytes);
  for (const { kind, number, message: text } of faults) add(kind, text, { line: number });
  return lines;
}

/** People often open a folder of images inside the project: then the label file is one folder up. */
function missingLabelFile(folder: string, file: string): Message {
  const parent = path.dirname(folder);
  return existsSync(path.join(parent, file))
    ? message('findings.missingLabelFile.inParent', { file, folder, parent })
    : message('findings.missingLabelFile.absent', { file, folder });
}

function inside(folder: string, file: string): string | Problem {
  try {
    return insideFolder(folder, file);
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
}

/**
 * Matches plain names below the folder. Nearly all of 100,000 lines are, and the slower checks are skipped for them.
 */
const staysInside = /^[\w-]+(\/[\w-]+)*(\.\w+)?$/;

const headerWords = /^(image|img|file|file[ _-]?name|image[ _-]?(path|name|id|file)|path|file[ _-]?path|name|id)s?$/i;

type Report = (code: FindingCode, text: Message, severity?: Finding['severity']) => void;

function readEntries(folder: string, { split, lines }: SplitText, layout: Layout, findings: Finding[]): LabelEntry[] {
  const file = labelFileName(split);
  const entries: LabelEntry[] = [];
  let first = true;
  for (const { number: line, text } of lines) {
    if (text.trim() === '') continue;
    const parsed = splitLine(text, layout);
    const named = parsed === null ? '' : parsed.path.replaceAll('\\', '/');
    const plausible = named !== '' && namesAFile(folder, named);
    // A line that starts with # is a comment, unless a file has that name ('#1.jpg').
    if (text.trim().startsWith('#') && !plausible) continue;
    const isFirst = first;
    first = false;
    const add: Report = (code, about, severity = 'error') => {
      findings.push(finding(code, severity, about, { split, file, line, path: parsed?.path ?? null }));
    };
    if (parsed === null) add('malformedLine', message('findings.malformedLine.openQuote'));
    else if (named === '') add('malformedLine', message('findings.malformedLine.noPath'));
    else if (!plausible && isFirst && headerWords.test(named))
      add('headerLine', message('findings.headerLine.line', { line: text.trim() }));
    else if (!staysInside.test(named) && leavesFolder(folder, path.resolve(folder, named)))
      add('outside', message('findings.outside.path', { path: parsed.path }));
    else {
      const better = plausible ? null : betterSeparator(text, layout.separator);
      if (better === null) entries.push({ split, line, path: named, labels: parsed.labels });
      else
        add(
          'otherSeparator',
          message('findings.otherSeparator.line', {
            found: separatorWord(better),
            expected: separatorWord(layout.separator),
          }),
        );
      reportSeparators(parsed, add);
    }
  }
  return entries;
}

/** Reports only the first such label of a line, because a line that is split wrongly has thousands of them. */
function reportSeparators(parsed: LabelLine, add: Report): void {
  for (const { text, quoted } of parsed.labels) {
    const name = quoted
      ? undefined
      : separatorNames.find((candidate) => candidate !== 'space' && containsSeparator(text, candidate));
    if (name === undefined) continue;
    const about = { label: visible(text), separator: separatorWord(name) };
    add('separatorInLabel', message('findings.separatorInLabel.label', about), 'warning');
    return;
  }
}

/** Looks on disk only for names without an image extension: the check opens every file anyway. */
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

/** Tries both Unicode forms of accented names, because some systems store them composed and others decomposed. */
function fileOf(folder: string, named: string): string {
  if (staysInside.test(named))
    return `${folder}${path.sep}${path.sep === '/' ? named : named.replaceAll('/', path.sep)}`;
  const file = path.resolve(folder, named);
  if (/^[\0-\x7f]*$/.test(named) || existsSync(file)) return file;
  const forms = [named.normalize('NFC'), named.normalize('NFD')].map((form) => path.resolve(folder, form));
  return forms.find((form) => existsSync(form)) ?? file;
}
