import { existsSync } from 'node:fs';
import path from 'node:path';
import type { ImportPlan, ImportRequest, Split } from '../../../shared/contract/dataset.ts';
import { splits } from '../../../shared/contract/dataset.ts';
import type { Message } from '../../../shared/message.ts';
import { message } from '../../../shared/message.ts';
import { Problem } from '../../../shared/problem.ts';
import { compareCodePoints } from '../../pipeline/data/vocabulary.ts';
import { writeLabelFiles } from '../labels/saveChanges.ts';
import { duplicateGroups } from './duplicates.ts';
import type { Entry, ReadConfig, Reading } from './entries.ts';
import type { Lists, ListTexts } from './listLayout.ts';
import { fileText, writeReadable } from './listLayout.ts';
import { firstItems } from './firstItems.ts';
import { readSource } from './sources.ts';
import { askEmptySplits, keepsSplits } from './splitQuestions.ts';
import { stratify } from './stratify.ts';

const LINES_PREVIEWED = 8;
const MOST_LABELS_NAMED = 5;

interface Arranged {
  readonly lists: Lists;
  readonly texts: ListTexts;
  readonly vocabulary: readonly string[];
  readonly reading: Reading;
  readonly splitBySource: number;
}

/** Plans what an import or a new split would write, without writing it. `config` are the project's settings. */
export async function planImport(
  project: string,
  request: ImportRequest,
  config: ReadConfig = { separator: 'auto', labels_file: null },
): Promise<ImportPlan> {
  const { lists, texts, vocabulary, reading, splitBySource } = await arrange(project, request, config);
  const per = <T>(work: (split: Split) => T): Record<Split, T> => ({
    train: work('train'),
    val: work('val'),
    test: work('test'),
  });
  const positives = per((split) => countLabels(lists[split], vocabulary));
  return {
    images: splits.reduce((sum, split) => sum + lists[split].length, 0),
    vocabulary: [...vocabulary],
    counts: per((split) => lists[split].length),
    positives,
    preview: per((split) => texts[split].slice(0, LINES_PREVIEWED)),
    notes: [...reading.notes, ...emptySplitNotes(lists), ...missingLabelNotes(vocabulary, positives)],
    dropped: reading.tally.dropped(),
    questions: [...reading.questions.asked],
    splitBySource,
    replaces: splits.map((split) => `${split}.txt`).filter((name) => existsSync(path.join(project, name))),
  };
}

/** Writes train.txt, val.txt and test.txt, after a backup of those that exist. */
export async function writeImport(
  project: string,
  request: ImportRequest,
  backupFolder: string,
  config: ReadConfig = { separator: 'auto', labels_file: null },
): Promise<void> {
  const { texts, reading } = await arrange(project, request, config);
  const open = reading.questions.asked.find(({ answer }) => answer === null);
  if (open !== undefined) throw new Problem('data.importUnanswered', { question: open.text }, JSON.stringify(open));
  const files = Object.fromEntries(splits.map((split) => [split, fileText(texts[split])])) as Record<Split, string>;
  await writeLabelFiles(project, files, backupFolder);
}

async function arrange(project: string, request: ImportRequest, config: ReadConfig): Promise<Arranged> {
  const { entries, reading } = await readSource(project, request.source, config);
  if (entries.length === 0)
    throw new Problem('data.noImagesToImport', {}, JSON.stringify(reading.tally.dropped(), null, 1));
  const kept = keepsSplits(entries, reading.questions);
  const given = kept ? entries : entries.map((entry) => ({ ...entry, split: null }));
  const bySplit: Record<Split, Entry[]> = { train: [], val: [], test: [] };
  for (const entry of given) if (entry.split !== null) bySplit[entry.split].push(entry);
  const splitBySource = given.filter(({ split }) => split !== null).length;
  if (splitBySource > 0) reading.notes.push(message('import.splitKept', { count: splitBySource }));
  await assignShares(
    project,
    given.filter(({ split }) => split === null),
    request,
    bySplit,
    reading,
  );
  await askEmptySplits(bySplit, reading.questions, async (donor, receiver, part) => {
    const moving = bySplit[donor];
    bySplit[donor] = [];
    const lists: Record<Split, Entry[]> = { train: [], val: [], test: [] };
    const shares = { train: 0, val: 0, test: 0, [donor]: 1 - part, [receiver]: part };
    await assignShares(project, moving, { ...request, shares }, lists, reading);
    for (const split of splits) bySplit[split].push(...lists[split]);
  });
  for (const split of splits) bySplit[split].sort((a, b) => compareCodePoints(a.path, b.path));
  const vocabulary = [...new Set(splits.flatMap((split) => bySplit[split].flatMap(({ labels }) => labels)))].sort(
    compareCodePoints,
  );
  askToAcceptLosses(vocabulary, reading);
  return { lists: bySplit, texts: await writeReadable(project, bySplit, config), vocabulary, reading, splitBySource };
}

/** Distributes images over the splits by the shares. Images with the same bytes stay together. */
async function assignShares(
  project: string,
  entries: readonly Entry[],
  { shares, seed }: Pick<ImportRequest, 'shares' | 'seed'>,
  lists: Record<Split, Entry[]>,
  reading: Reading,
): Promise<void> {
  const byPath = new Map(entries.map((entry) => [entry.path, entry]));
  const groups = (await duplicateGroups(project, [...byPath.keys()])).map((names) =>
    names.map((name) => byPath.get(name)!),
  );
  const assigned = stratify(
    groups.map((group) => ({ size: group.length, labels: [...new Set(group.flatMap(({ labels }) => labels))] })),
    splits.map((split) => shares[split]),
    seed,
  );
  for (const [i, group] of groups.entries()) lists[splits[assigned[i]!]!].push(...group);
  const together = groups.filter((group) => group.length > 1).length;
  if (together > 0) reading.notes.push(message('import.duplicatesTogether', { count: together }));
}

/** Counts classes that lost all their records. If anything is lost, asks the user to accept that before writing. */
function askToAcceptLosses(vocabulary: readonly string[], { tally, questions }: Reading): void {
  const known = new Set(vocabulary);
  for (const label of tally.labels)
    if (!known.has(label.trim().normalize('NFC'))) tally.drop('error', 'dropped.classLost', label);
  const errors = tally.dropped().filter(({ severity }) => severity === 'error');
  if (errors.length === 0) return;
  const count = errors.reduce((sum, error) => sum + error.count, 0);
  questions.ask({
    id: 'accept',
    text: message('importQuestion.accept', { count }),
    choices: [{ value: 'leaveOut', text: message('importQuestion.leaveOut', { count }) }],
    assumed: null,
  });
}

function countLabels(entries: readonly Entry[], vocabulary: readonly string[]): number[] {
  const counts = new Map<string, number>();
  for (const { labels } of entries) for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  return vocabulary.map((label) => counts.get(label) ?? 0);
}

const emptySplitNotes = (lists: Lists): Message[] =>
  splits.filter((split) => lists[split].length === 0).map((split) => message('import.emptySplit', { split }));

function missingLabelNotes(
  vocabulary: readonly string[],
  positives: Readonly<Record<Split, readonly number[]>>,
): Message[] {
  return splits.flatMap((split) => {
    const missing = vocabulary.filter((_, i) => positives[split][i] === 0);
    if (missing.length === 0) return [];
    const labels = firstItems(missing, MOST_LABELS_NAMED);
    return [message('import.labelsMissing', { count: missing.length, split, labels })];
  });
}
