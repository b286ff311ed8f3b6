import { visible } from '../../../shared/hiddenCharacters.ts';
import { Problem } from '../../../shared/problem.ts';
import { insideFolder } from '../storage/insideFolder.ts';
import { labelFileName } from './dataset.ts';
import type { DataProblem } from './problems.ts';
import type { LabelEntry } from './readDataset.ts';
import { readLines } from './textLines.ts';
import { readRegularFile } from '../storage/regularFile.ts';

/** Order of Unicode code points, the same on every machine (JavaScript's own order is that of UTF-16 units). */
export function compareCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  let at = 0;
  while (at < length && a.charCodeAt(at) === b.charCodeAt(at)) at++;
  if (at === length) return a.length - b.length;
  // The units that differ may be second halves of one code point each.
  const before = at === 0 ? 0 : a.codePointAt(at - 1)! - b.codePointAt(at - 1)!;
  return before || a.codePointAt(at)! - b.codePointAt(at)!;
}

/**
 * Labels of a model. Every image has a byte per label in memory and every label a few hundred bytes in the bundle:
 * 100,000 images take a gigabyte then. More labels than this are numbers or sentences that were taken for labels.
 */
export const MOST_LABELS = 10_000;

/** Where the classes come from: a model's own list, a file in the project, or else the labels that occur. */
export interface VocabularySource {
  readonly labelsFile: string | null;
  readonly given: readonly string[] | null;
}

/** Class names in Unicode's composed form (NFC), so that a label looks and compares the same. Labels that are no class are reported once each. */
export async function buildVocabulary(
  folder: string,
  entries: readonly LabelEntry[],
  source: VocabularySource,
  problems: DataProblem[],
): Promise<string[]> {
  const used = firstUses(entries);
  if (source.given === null && source.labelsFile === null) {
    reportSurplus(used, problems);
    return [...used.keys()].sort(compareCodePoints).slice(0, MOST_LABELS);
  }
  const vocabulary =
    source.given === null ? await readClasses(folder, source.labelsFile!, problems) : [...source.given];
  const known = new Set(vocabulary);
  for (const [label, entry] of used) {
    if (known.has(label)) continue;
    problems.push({
      code: 'unknownLabel',
      severity: source.given === null ? 'error' : 'warning',
      split: entry.split,
      file: labelFileName(entry.split),
      line: entry.line,
      path: entry.path,
      label,
      message:
        source.given === null
          ? `label '${visible(label)}' is not in ${source.labelsFile}.`
          : `label '${visible(label)}' is not a class of the model and is left out.`,
    });
  }
  return source.given === null ? vocabulary.slice(0, MOST_LABELS) : vocabulary;
}

const tooMany = (count: number): string => `there are ${count} labels; a model can have at most ${MOST_LABELS}.`;

/** Names the line of the first label that is one too many. */
function reportSurplus(used: ReadonlyMap<string, LabelEntry>, problems: DataProblem[]): void {
  const surplus = [...used][MOST_LABELS];
  if (surplus === undefined) return;
  const [label, { split, line, path }] = surplus;
  problems.push({
    code: 'tooManyLabels',
    severity: 'error',
    split,
    file: labelFileName(split),
    line,
    path,
    label,
    message: tooMany(used.size),
  });
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

/** The file that data.labels_file names may come with somebody else's project: nothing outside the folder is read. */
async function readInside(folder: string, name: string): Promise<Uint8Array | Error> {
  try {
    return await readRegularFile(insideFolder(folder, name));
  } catch (error) {
    return error as Error;
  }
}

/** One class per line, in order; blank lines are skipped. A '#' has no meaning here: it may start a name. */
async function readClasses(folder: string, name: string, problems: DataProblem[]): Promise<string[]> {
  const problem = (line: number | null, message: string): void => {
    problems.push({ code: 'labelsFile', severity: 'error', split: null, file: name, line, message });
  };
  const bytes = await readInside(folder, name);
  if (bytes instanceof Error) {
    problem(
      null,
      bytes instanceof Problem ? `${name} is outside the project folder.` : `${name} cannot be read: ${bytes.message}.`,
    );
    return [];
  }
  const { lines, faults } = readLines(bytes);
  for (const { number, message } of faults) problem(number, message);
  const classes = new Map<string, number>();
  for (const { number, text } of lines) {
    const label = text.trim().normalize('NFC');
    if (label === '') continue;
    const earlier = classes.get(label);
    if (earlier === undefined) classes.set(label, number);
    else problem(number, `class '${label}' is already in line ${earlier}.`);
  }
  if (classes.size === 0) problem(null, `${name} holds no class.`);
  const surplus = [...classes][MOST_LABELS];
  if (surplus !== undefined)
    problems.push({
      code: 'tooManyLabels',
      severity: 'error',
      split: null,
      file: name,
      line: surplus[1],
      message: tooMany(classes.size),
    });
  return [...classes.keys()];
}
