import type { Finding } from '../../../shared/findings.ts';
import { visible } from '../../../shared/hiddenCharacters.ts';
import type { Message } from '../../../shared/message.ts';
import { message } from '../../../shared/message.ts';
import { Problem } from '../../../shared/problem.ts';
import { insideFolder } from '../storage/insideFolder.ts';
import { readRegularFile } from '../storage/regularFile.ts';
import { labelFileName } from './dataset.ts';
import { finding } from './findings.ts';
import type { LabelEntry } from './labelLine.ts';
import { readLines } from './textLines.ts';

/** Compares by code point. JavaScript compares by UTF-16 unit, and `localeCompare` depends on the machine. */
export function compareCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  let at = 0;
  while (at < length && a.charCodeAt(at) === b.charCodeAt(at)) at++;
  if (at === length) return a.length - b.length;
  // The units that differ may be the second halves of two surrogate pairs.
  const before = at === 0 ? 0 : a.codePointAt(at - 1)! - b.codePointAt(at - 1)!;
  return before || a.codePointAt(at)! - b.codePointAt(at)!;
}

/**
 * Every image needs a byte per label in memory, and every label a few hundred bytes in the bundle: with this many,
 * 100,000 images take a gigabyte. More labels than this are numbers or sentences that were mistaken for labels.
 */
export const MOST_LABELS = 10_000;

/** The classes come from a given model, else from a file in the project, else from the labels that occur. */
export interface VocabularySource {
  readonly labelsFile: string | null;
  readonly given: readonly string[] | null;
}

/**
 * Returns the class names in Unicode's composed form (NFC), so that labels that look the same compare as equal. Reports
 * each label that is not a class once, and of more than 10,000 such labels only the first 10,000.
 */
export async function buildVocabulary(
  folder: string,
  entries: readonly LabelEntry[],
  source: VocabularySource,
  findings: Finding[],
): Promise<string[]> {
  const used = firstUses(entries);
  const { given, labelsFile } = source;
  if (given === null && labelsFile === null) {
    reportSurplus(used, findings);
    return [...used.keys()].sort(compareCodePoints).slice(0, MOST_LABELS);
  }
  const vocabulary = given === null ? await readClasses(folder, labelsFile!, findings) : [...given];
  const known = new Set(vocabulary);
  const unknown = new Map([...used].filter(([label]) => !known.has(label)));
  for (const [label, entry] of [...unknown].slice(0, MOST_LABELS)) {
    const text =
      given === null
        ? message('findings.unknownLabel.notListed', { label: visible(label), file: labelsFile! })
        : message('findings.unknownLabel.notInModel', { label: visible(label) });
    const { split, line, path } = entry;
    const where = { split, file: labelFileName(split), line, path, label };
    findings.push(finding('unknownLabel', given === null ? 'error' : 'warning', text, where));
  }
  reportSurplus(unknown, findings);
  return given === null ? vocabulary.slice(0, MOST_LABELS) : vocabulary;
}

const tooMany = (count: number): Message => message('findings.tooManyLabels.labels', { count, limit: MOST_LABELS });

/** Reports the line of the first label beyond the limit. */
function reportSurplus(used: ReadonlyMap<string, LabelEntry>, findings: Finding[]): void {
  const surplus = [...used][MOST_LABELS];
  if (surplus === undefined) return;
  const [label, { split, line, path }] = surplus;
  const where = { split, file: labelFileName(split), line, path, label };
  findings.push(finding('tooManyLabels', 'error', tooMany(used.size), where));
}

function firstUses(entries: readonly LabelEntry[]): Map<string, LabelEntry> {
  const used = new Map<string, LabelEntry>();
  for (const entry of entries) {
    for (const { text } of entry.labels) {
      const label = text.normalize('NFC');
      if (!used.has(label)) used.set(label, entry);
    }
  }
  return used;
}

/** Reads nothing outside the folder, because data.labels_file may come with somebody else's project. */
async function readInside(folder: string, name: string): Promise<Uint8Array | Error> {
  try {
    return await readRegularFile(insideFolder(folder, name));
  } catch (error) {
    return error as Error;
  }
}

/** Reads one class per line, in order, and skips blank lines. A '#' has no meaning here because it may start a name. */
async function readClasses(folder: string, file: string, findings: Finding[]): Promise<string[]> {
  const add = (text: Message, where: { line?: number; detail?: string } = {}): void => {
    findings.push(finding('labelsFile', 'error', text, { file, ...where }));
  };
  const bytes = await readInside(folder, file);
  if (bytes instanceof Error) {
    if (bytes instanceof Problem && bytes.code === 'file.outsideFolder')
      add(message('findings.labelsFile.outside', { file }));
    else add(message('findings.labelsFile.unreadable', { file }), { detail: bytes.message });
    return [];
  }
  const { lines, faults } = readLines(bytes);
  for (const { number, message: text } of faults) add(text, { line: number });
  const classes = new Map<string, number>();
  for (const { number, text } of lines) {
    const label = text.trim().normalize('NFC');
    if (label === '') continue;
    const earlier = classes.get(label);
    if (earlier === undefined) classes.set(label, number);
    else add(message('findings.labelsFile.repeated', { label, line: earlier }), { line: number });
  }
  if (classes.size === 0) add(message('findings.labelsFile.empty', { file }));
  const surplus = [...classes][MOST_LABELS];
  if (surplus !== undefined)
    findings.push(finding('tooManyLabels', 'error', tooMany(classes.size), { file, line: surplus[1] }));
  return [...classes.keys()];
}
