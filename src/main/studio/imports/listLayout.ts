import type { Split } from '../../../shared/contract/dataset.ts';
import { splits } from '../../../shared/contract/dataset.ts';
import type { FindingCode } from '../../../shared/findings.ts';
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
 * The lines of the three lists, in the first layout that the product's own reader reads back as the same images and
 * labels. Throws a Problem that names what no layout can express.
 */
export async function writeReadable(project: string, lists: Lists, config: ReadConfig): Promise<ListTexts> {
  requireOneLine(lists);
  requireFewEnough(lists);
  let fault: string | null = null;
  for (const layout of layouts(lists, config)) {
    const texts = textsIn(layout, lists);
    fault = texts === null ? fault : await misread(project, lists, texts, config);
    if (texts !== null && fault === null) return texts;
  }
  const reason = fault ?? 'a label holds every separator';
  throw new Problem(
    'data',
    `The lists cannot be written so that they read back the same: ${reason}. ` +
      'Rename the image or label, or set data.separator to auto.',
  );
}

/** A line of a list is a line: no layout can hold a line break or a NUL character. */
function requireOneLine(lists: Lists): void {
  for (const { path, labels } of splits.flatMap((split) => lists[split])) {
    const bad = [path, ...labels].find((text) => /[\r\n\0]/.test(text));
    if (bad !== undefined)
      throw new Problem('data', `${JSON.stringify(bad)} holds a line break, which no label file can hold: rename it.`);
    if (path.includes('\\'))
      throw new Problem('data', `${path} holds a backslash, which label files read as a slash: rename the file.`);
  }
}

/** Before any layout is tried: of too many labels each would be refused. */
function requireFewEnough(lists: Lists): void {
  const labels = new Set(splits.flatMap((split) => lists[split].flatMap((entry) => entry.labels)));
  if (labels.size > MOST_LABELS)
    throw new Problem(
      'data',
      `The source has ${labels.size} labels; a model can have at most ${MOST_LABELS}. Check what separates them.`,
    );
}

/** Plain layouts first; quoted lists can express any label. */
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
    // The reader takes the character that most lines hold as the separator of quoted lists.
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

/** What the check says of lists that read well but look like those of other tools. */
const opinions: ReadonlySet<FindingCode> = new Set(['yoloList', 'oneHotList', 'boxList', 'listCell']);

/** What reads back otherwise, in words; null if nothing does. */
async function misread(project: string, lists: Lists, texts: ListTexts, config: ReadConfig): Promise<string | null> {
  const read = await readLabelTexts(
    project,
    splits.map((split) => ({ split, lines: readLines(Buffer.from(fileText(texts[split]))).lines })),
    config,
  );
  const error = read.findings.find(({ severity, code }) => severity === 'error' && !opinions.has(code));
  if (error?.code === 'unknownLabel' || error?.code === 'labelsFile')
    throw new Problem('data', `${error.message.text} Add it there, or take data.labels_file out of the settings.`);
  if (error !== undefined) return `${error.file ?? ''}:${error.line ?? 1}: ${error.message.text.replace(/\.$/, '')}`;
  for (const split of splits) {
    const samples = read.dataset.splits[split];
    const at = lists[split].findIndex((entry, i) => {
      const sample = samples[i];
      return sample?.path !== entry.path || !sameLabels(labelsOf(sample, read.dataset.vocabulary), entry.labels);
    });
    if (at >= 0) return `${split}.txt:${at + 1}: ${texts[split][at]!}`;
    if (samples.length !== lists[split].length) return `${split}.txt`;
  }
  return null;
}

export const fileText = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');
