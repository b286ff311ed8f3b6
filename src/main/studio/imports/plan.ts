import { existsSync } from 'node:fs';
import path from 'node:path';
import type { ImportPlan, ImportRequest, Split } from '../../../shared/contract/dataset.ts';
import { splits } from '../../../shared/contract/dataset.ts';
import { Problem } from '../../../shared/problem.ts';
import { compareCodePoints } from '../../pipeline/data/vocabulary.ts';
import { writeLabelFiles } from '../labels/saveChanges.ts';
import { duplicateGroups } from './duplicates.ts';
import type { Entry, ReadConfig, Reading } from './entries.ts';
import type { Lists, ListTexts } from './listLayout.ts';
import { fileText, writeReadable } from './listLayout.ts';
import { readSource } from './sources.ts';
import { askTestSplit, keepsSplits } from './splitQuestions.ts';
import { stratify } from './stratify.ts';

const PREVIEWED = 8;
const NAMED = 5;

interface Arranged {
  readonly lists: Lists;
  readonly texts: ListTexts;
  readonly vocabulary: readonly string[];
  readonly reading: Reading;
  readonly splitBySource: number;
}

/** What an import or a new split would write; nothing is written. `config` is what the project's settings say. */
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
    preview: per((split) => texts[split].slice(0, PREVIEWED)),
    warnings: [...reading.notes, ...emptiness(lists), ...unevenness(vocabulary, positives)],
    dropped: reading.tally.dropped(),
    questions: [...reading.questions.asked],
    splitBySource,
    replaces: splits.map((split) => `${split}.txt`).filter((name) => existsSync(path.join(project, name))),
  };
}

/** Writes train.txt, val.txt and test.txt; files that are there are kept as a backup. */
export async function writeImport(
  project: string,
  request: ImportRequest,
  backupFolder: string,
  config: ReadConfig = { separator: 'auto', labels_file: null },
): Promise<void> {
  const { texts, reading } = await arrange(project, request, config);
  const open = reading.questions.asked.find(({ answer }) => answer === null);
  if (open !== undefined)
    throw new Problem('data', `Nothing was written: an answer is missing. ${open.text}`, JSON.stringify(open));
  const files = Object.fromEntries(splits.map((split) => [split, fileText(texts[split])])) as Record<Split, string>;
  await writeLabelFiles(project, files, backupFolder);
}

async function arrange(project: string, request: ImportRequest, config: ReadConfig): Promise<Arranged> {
  const { entries, reading } = await readSource(project, request.source, config);
  if (entries.length === 0)
    throw new Problem('data', 'No images were found to import.', JSON.stringify(reading.tally.dropped(), null, 1));
  const kept = keepsSplits(entries, reading.questions);
  const given = kept ? entries : entries.map((entry) => ({ ...entry, split: null }));
  const bySplit: Record<Split, Entry[]> = { train: [], val: [], test: [] };
  for (const entry of given) if (entry.split !== null) bySplit[entry.split].push(entry);
  const splitBySource = given.filter(({ split }) => split !== null).length;
  if (splitBySource > 0)
    reading.notes.push(
      splitBySource === 1
        ? '1 image keeps the split that the source names.'
        : `${splitBySource} images keep the split that the source names.`,
    );
  await assignShares(
    project,
    given.filter(({ split }) => split === null),
    request,
    bySplit,
    reading,
  );
  await askTestSplit(bySplit, reading.questions, async (donor, receiver, part) => {
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
  countLosses(vocabulary, reading);
  return { lists: bySplit, texts: await writeReadable(project, bySplit, config), vocabulary, reading, splitBySource };
}

/** Spreads images over the splits by the shares; images with the same bytes stay together. */
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
  if (together > 0)
    reading.notes.push(
      together === 1
        ? '1 group of identical images was kept together.'
        : `${together} groups of identical images were kept together.`,
    );
}

/** A class whose every record was dropped is gone: an error. Errors are written only once the user accepts them. */
function countLosses(vocabulary: readonly string[], { tally, questions }: Reading): void {
  const known = new Set(vocabulary);
  for (const label of tally.labels)
    if (!known.has(label.trim().normalize('NFC')))
      tally.drop('error', 'Class that disappears: none of its images is in the lists', label);
  const errors = tally.dropped().filter(({ severity }) => severity === 'error');
  if (errors.length === 0) return;
  const count = errors.reduce((sum, error) => sum + error.count, 0);
  questions.ask({
    id: 'accept',
    text:
      count === 1
        ? '1 record of the source cannot be used. Import without it?'
        : `${count} records of the source cannot be used. Import without them?`,
    choices: [{ value: 'leaveOut', text: 'Import without them' }],
    assumed: null,
  });
}

function countLabels(entries: readonly Entry[], vocabulary: readonly string[]): number[] {
  const counts = new Map<string, number>();
  for (const { labels } of entries) for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  return vocabulary.map((label) => counts.get(label) ?? 0);
}

const emptiness = (lists: Lists): string[] =>
  splits.filter((split) => lists[split].length === 0).map((split) => `${split} has no images.`);

function unevenness(vocabulary: readonly string[], positives: Readonly<Record<Split, readonly number[]>>): string[] {
  return splits.flatMap((split) => {
    const missing = vocabulary.filter((_, i) => positives[split][i] === 0);
    if (missing.length === 0) return [];
    if (missing.length === 1) return [`1 label has no image in ${split}: ${missing[0]!}.`];
    const named = `${missing.slice(0, NAMED).join(', ')}${missing.length > NAMED ? ', ...' : ''}`;
    return [`${missing.length} labels have no image in ${split}: ${named}.`];
  });
}
