import { existsSync } from 'node:fs';
import path from 'node:path';
import type { ImportPlan, ImportRequest, Split } from '../../../shared/contract/dataset.ts';
import { splits } from '../../../shared/contract/dataset.ts';
import { Problem } from '../../../shared/problem.ts';
import type { Layout } from '../../pipeline/data/labelLine.ts';
import type { DataConfig } from '../../pipeline/data/readDataset.ts';
import { compareCodePoints } from '../../pipeline/data/vocabulary.ts';
import { newLine } from '../labels/lineText.ts';
import { writeLabelFiles } from '../labels/saveChanges.ts';
import type { Entry } from './entries.ts';
import { duplicateGroups } from './entries.ts';
import { readSource } from './sources.ts';
import { stratify } from './stratify.ts';

const PREVIEWED = 8;

type Separator = DataConfig['separator'];

/** Files are written so that the project's own settings read them. */
const layoutOfNewFiles = (separator: Separator): Layout => ({
  separator: separator === 'auto' ? 'tab' : separator,
  labelSeparator: 'comma',
  quotedLists: false,
});

/** What an import or a new split would write; nothing is written. `separator` is what the project's settings say. */
export async function planImport(
  project: string,
  request: ImportRequest,
  separator: Separator = 'auto',
): Promise<ImportPlan> {
  const { bySplit, warnings } = await arrange(project, request, separator);
  const vocabulary = [
    ...new Set(
      Object.values(bySplit)
        .flat()
        .flatMap(({ labels }) => labels),
    ),
  ].sort(compareCodePoints);
  const per = <T>(work: (entries: readonly Entry[]) => T): Record<Split, T> => ({
    train: work(bySplit.train),
    val: work(bySplit.val),
    test: work(bySplit.test),
  });
  const layout = layoutOfNewFiles(separator);
  const positives = per((entries) =>
    vocabulary.map((label) => entries.filter(({ labels }) => labels.includes(label)).length),
  );
  return {
    images: Object.values(bySplit).flat().length,
    vocabulary,
    counts: per((entries) => entries.length),
    positives,
    preview: per((entries) => entries.slice(0, PREVIEWED).map((entry) => newLine(entry.path, layout, entry.labels))),
    warnings: [...warnings, ...unevenness(vocabulary, positives)],
    replaces: splits.map((split) => `${split}.txt`).filter((name) => existsSync(path.join(project, name))),
  };
}

/** Writes train.txt, val.txt and test.txt; files that are there are kept as a backup. */
export async function writeImport(
  project: string,
  request: ImportRequest,
  backupFolder: string,
  separator: Separator = 'auto',
): Promise<void> {
  const { bySplit } = await arrange(project, request, separator);
  await writeLabelFiles(project, bySplit, layoutOfNewFiles(separator), backupFolder);
}

async function arrange(
  project: string,
  { source, shares, seed }: ImportRequest,
  separator: Separator,
): Promise<{ bySplit: Record<Split, Entry[]>; warnings: readonly string[] }> {
  const { entries, warnings } = await readSource(project, source, separator);
  if (entries.length === 0) throw new Problem('data', 'No images were found to import.');
  const bySplit: Record<Split, Entry[]> = { train: [], val: [], test: [] };
  const given = entries.filter(({ split }) => split !== null);
  for (const entry of given) bySplit[entry.split!].push(entry);
  const loose = entries.filter(({ split }) => split === null);
  const byPath = new Map(loose.map((entry) => [entry.path, entry]));
  const groups = (
    await duplicateGroups(
      project,
      loose.map((entry) => entry.path),
    )
  ).map((group) => group.map((name) => byPath.get(name)!));
  const assigned = stratify(
    groups.map((group) => ({ size: group.length, labels: [...new Set(group.flatMap(({ labels }) => labels))] })),
    splits.map((split) => shares[split]),
    seed,
  );
  groups.forEach((group, i) => bySplit[splits[assigned[i]!]!].push(...group));
  for (const split of splits) bySplit[split].sort((a, b) => compareCodePoints(a.path, b.path));
  const together = groups.filter((group) => group.length > 1).length;
  const kept = [
    ...(given.length === 0
      ? []
      : [
          given.length === 1
            ? '1 image keeps the split that the source names.'
            : `${given.length} images keep the split that the source names.`,
        ]),
    ...(together === 0
      ? []
      : [
          together === 1
            ? '1 group of identical images was kept together.'
            : `${together} groups of identical images were kept together.`,
        ]),
  ];
  return { bySplit, warnings: [...warnings, ...kept] };
}

function unevenness(vocabulary: readonly string[], positives: Readonly<Record<Split, readonly number[]>>): string[] {
  return splits.flatMap((split) => {
    const missing = vocabulary.filter((_, i) => positives[split][i] === 0);
    return missing.length === 0
      ? []
      : [
          missing.length === 1
            ? `1 label has no image in ${split}: ${missing[0]!}.`
            : `${missing.length} labels have no image in ${split}: ${missing.slice(0, 5).join(', ')}${missing.length > 5 ? ', ...' : ''}.`,
        ];
  });
}
