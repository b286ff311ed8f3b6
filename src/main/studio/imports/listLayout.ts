import type { Split } from '../../../shared/contract/dataset.ts';
import { splits } from '../../../shared/contract/dataset.ts';
import type { FindingCode } from '../../../shared/findings.ts';
import type { Message } from '../../../shared/message.ts';
import { message, quoted } from '../../../shared/message.ts';
import { Problem } from '../../../shared/problem.ts';
import { labelsOf } from '../../pipeline/data/dataset.ts';
import type { Layout, SeparatorName } from '../../pipeline/data/labelLine.ts';
import { containsSeparator } from '../../pipeline/data/labelLine.ts';
import { readLabelTexts } from '../../pipeline/data/readDataset.ts';
import { readLines } from '../../pipeline/data/textLines.ts';
import { MOST_LABELS } from '../../pipeline/data/vocabulary.ts';
import { newLine, sameLabels } from '../labels/lineText.ts';
import type { Entry, ReadConfig } from './entries.ts';

export type Lists = Readonly<Record<Split, readonly Entry[]>>;
export type ListTexts = Readonly<Record<Split, readonly string[]>>;

/**
 * Writes the lines of the three lists in the first layout that our own reader reads back as the same images and labels.
 * Throws a Problem that names what no layout can express.
 */
export async function writeReadable(project: string, lists: Lists, config: ReadConfig): Promise<ListTexts> {
  requireOneLine(lists);
  requireFewEnough(lists);
  let fault: Message | null = null;
  for (const layout of layouts(lists, config)) {
    const texts = textsIn(layout, lists);
    fault = texts === null ? fault : await misread(project, lists, texts, config);
    if (texts !== null && fault === null) return texts;
  }
  throw new Problem('data.listsNotReadable', { reason: fault ?? message('import.allSeparatorsInLabel') });
}

/** Refuses what no layout can express: line breaks, NUL characters, and backslashes in paths. */
function requireOneLine(lists: Lists): void {
  for (const { path, labels } of splits.flatMap((split) => lists[split])) {
    const bad = [path, ...labels].find((text) => /[\r\n\0]/.test(text));
    if (bad !== undefined) throw new Problem('data.lineBreakInName', { name: JSON.stringify(bad) });
    if (path.includes('\\')) throw new Problem('data.backslashInPath', { path });
  }
}

/** Checked before any layout is tried, because each of them would be refused for too many labels. */
function requireFewEnough(lists: Lists): void {
  const labels = new Set(splits.flatMap((split) => lists[split].flatMap((entry) => entry.labels)));
  if (labels.size > MOST_LABELS)
    throw new Problem('data.importTooManyLabels', { count: labels.size, most: MOST_LABELS });
}

/** Plain layouts come first, because people read them easily. Quoted lists can express any label. */
function layouts(lists: Lists, { separator }: ReadConfig): Layout[] {
  const labels = new Set(splits.flatMap((split) => lists[split].flatMap((entry) => entry.labels)));
  const holding = (name: SeparatorName): number => [...labels].filter((label) => containsSeparator(label, name)).length;
  const between = (['comma', 'semicolon', 'pipe', 'tab'] as const).map((name) => ({ name, held: holding(name) }));
  const outer: readonly SeparatorName[] = separator === 'auto' ? ['tab', 'comma', 'semicolon', 'pipe'] : [separator];
  const rarest = between.toSorted((a, b) => a.held - b.held);
  const commonest = between.toSorted((a, b) => b.held - a.held);
  return outer.flatMap((name) => [
    ...rarest.map((inner): Layout => ({ separator: name, labelSeparator: inner.name, quotedLists: false })),
    { separator: name, labelSeparator: name, quotedLists: false },
    // For quoted lists the reader takes the character that most lines contain, so the commonest comes first.
    ...commonest.map((inner): Layout => ({ separator: name, labelSeparator: inner.name, quotedLists: true })),
    { separator: name, labelSeparator: name, quotedLists: true },
  ]);
}

function textsIn(layout: Layout, lists: Lists): ListTexts | null {
  try {
    const of = (split: Split): string[] => lists[split].map((entry) => newLine(entry.path, layout, entry.labels));
    return { train: of('train'), val: of('val'), test: of('test') };
  } catch (error) {
    if (error instanceof Problem) return null;
    throw error;
  }
}

/** Findings about lists that read well but look like those of other tools. */
const lookalikes: ReadonlySet<FindingCode> = new Set(['yoloList', 'oneHotList', 'boxList', 'listCell']);

/** Describes the first difference between the lists and what the reader reads; null if there is none. */
async function misread(project: string, lists: Lists, texts: ListTexts, config: ReadConfig): Promise<Message | null> {
  const read = await readLabelTexts(
    project,
    splits.map((split) => ({ split, lines: readLines(Buffer.from(fileText(texts[split]))).lines })),
    config,
  );
  const error = read.findings.find(({ severity, code }) => severity === 'error' && !lookalikes.has(code));
  if (error?.code === 'unknownLabel' || error?.code === 'labelsFile')
    throw new Problem('data.importUnknownClass', { problem: error.message });
  if (error !== undefined)
    return message('import.problemAt', { place: `${error.file ?? ''}:${error.line ?? 1}`, problem: error.message });
  for (const split of splits) {
    const samples = read.dataset.splits[split];
    const at = lists[split].findIndex((entry, i) => {
      const sample = samples[i];
      return sample?.path !== entry.path || !sameLabels(labelsOf(sample, read.dataset.vocabulary), entry.labels);
    });
    if (at >= 0) return quoted(`${split}.txt:${at + 1}: ${texts[split][at]!}`);
  }
  return null;
}

export const fileText = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');
