import type { Finding } from '../../../shared/findings.ts';
import { hasHiddenCharacters, looseLabel, visible } from '../../../shared/hiddenCharacters.ts';
import { message } from '../../../shared/message.ts';
import type { Dataset, Split } from './dataset.ts';
import { labelFileName, PRESENT } from './dataset.ts';
import { finding } from './findings.ts';
import { positivesOf } from './statistics.ts';

/** Checks the labels as a whole: empty splits, similar labels, classes that cannot be learned or measured. */
export function checkLabels(dataset: Dataset, splits: readonly Split[], minPositives: number): Finding[] {
  const filled = splits.filter((split) => dataset.splits[split].length > 0);
  const findings = splits.filter((split) => !filled.includes(split)).map(emptySplit);
  const positives = new Map(
    filled.map((split) => [split, positivesOf(dataset.splits[split], dataset.vocabulary.length)]),
  );
  const isEmpty = (counts: Uint32Array): boolean => counts.every((count) => count === 0);
  if (filled.length > 0 && [...positives.values()].every(isEmpty))
    return [...findings, finding('noLabels', 'error', message('findings.noLabels.project'), {})];
  const inTrain = positives.get('train');
  if (inTrain !== undefined && isEmpty(inTrain)) {
    const file = labelFileName('train');
    const text = message('findings.nothingToLearn.split', { file });
    findings.push(finding('nothingToLearn', 'error', text, { split: 'train', file }));
  }
  return [
    ...findings,
    ...hiddenInLabels(dataset),
    ...similarLabels(dataset),
    ...dataset.vocabulary.flatMap((label, index) => checkClass(dataset, label, index, positives, minPositives)),
  ];
}

function emptySplit(split: Split): Finding {
  const file = labelFileName(split);
  return finding('emptySplit', 'error', message('findings.emptySplit.file', { file }), { split, file });
}

function checkClass(
  dataset: Dataset,
  name: string,
  index: number,
  positives: ReadonlyMap<Split, Uint32Array>,
  minPositives: number,
): Finding[] {
  const label = visible(name);
  const counts = [...positives].map(([split, perClass]) => ({ split, count: perClass[index]! }));
  return counts.flatMap(({ split, count }) => {
    const where = { split, file: labelFileName(split), label: name };
    if (split === 'train' && count === 0) {
      const splits = counts.filter((other) => other.count > 0).map((other) => other.split);
      const text =
        splits.length === 0
          ? message('findings.notInTrain.nowhere', { label })
          : message('findings.notInTrain.elsewhere', { label, splits });
      return [finding('notInTrain', 'warning', text, where)];
    }
    if (count === 0)
      return [finding('notMeasured', 'warning', message('findings.notMeasured.label', { label, split }), where)];
    if (count >= minPositives) return [];
    const images = dataset.splits[split].length;
    return [
      finding(
        'fewPositives',
        'warning',
        message('findings.fewPositives.label', { label, count, split, images }),
        where,
      ),
    ];
  });
}

/** Reports labels with invisible characters: they are two classes in the file but look like one on screen. */
function hiddenInLabels(dataset: Dataset): Finding[] {
  return dataset.vocabulary.flatMap((label, index) => {
    if (!hasHiddenCharacters(label)) return [];
    const text = message('findings.hiddenCharacters.label', { label: visible(label) });
    const { split = null, file = null, line = null } = firstUse(dataset, index) ?? {};
    return [finding('hiddenCharacters', 'warning', text, { split, file, line, label })];
  });
}

function similarLabels(dataset: Dataset): Finding[] {
  const groups = Map.groupBy(
    dataset.vocabulary.map((label, index) => ({ label, index })),
    ({ label }) => looseLabel(label),
  );
  return [...groups.values()]
    .filter((group) => group.length > 1)
    .map((group) => {
      const [first, ...others] = group.map(({ label, index }) => ({ label, use: firstUse(dataset, index) }));
      const { split = null, file = null, line = null } = first!.use ?? {};
      const labels = group.map(({ label }) => `'${visible(label)}'`);
      return finding('similarLabels', 'warning', message('findings.similarLabels.labels', { labels }), {
        split,
        file,
        line,
        label: first!.label,
        others: others.flatMap(({ use }) => (use === null ? [] : [{ file: use.file, line: use.line, path: use.path }])),
      });
    });
}

function firstUse(dataset: Dataset, index: number): { split: Split; file: string; line: number; path: string } | null {
  for (const [split, samples] of Object.entries(dataset.splits) as [Split, Dataset['splits'][Split]][]) {
    const sample = samples.find(({ labels }) => labels[index] === PRESENT);
    if (sample !== undefined) return { split, file: labelFileName(split), line: sample.line, path: sample.path };
  }
  return null;
}
