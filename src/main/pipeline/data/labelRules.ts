import { hasHiddenCharacters, visible, withoutHiddenCharacters } from '../../../shared/hiddenCharacters.ts';
import type { Dataset, Split } from './dataset.ts';
import { labelFileName, PRESENT } from './dataset.ts';
import type { DataProblem } from './problems.ts';
import { positivesOf } from './statistics.ts';

/** What the labels as a whole show: empty splits, look-alikes, classes that cannot be learned or judged. */
export function checkLabels(dataset: Dataset, splits: readonly Split[], minPositives: number): DataProblem[] {
  const filled = splits.filter((split) => dataset.splits[split].length > 0);
  const problems: DataProblem[] = splits
    .filter((split) => !filled.includes(split))
    .map((split) => ({
      code: 'emptySplit',
      severity: 'error',
      split,
      file: labelFileName(split),
      line: null,
      message: `${labelFileName(split)} lists no image.`,
    }));
  const positives = new Map(
    filled.map((split) => [split, positivesOf(dataset.splits[split], dataset.vocabulary.length)]),
  );
  const total = [...positives.values()].reduce((sum, counts) => sum + counts.reduce((a, b) => a + b, 0), 0);
  if (total === 0 && filled.length > 0) {
    problems.push({
      code: 'noLabels',
      severity: 'error',
      split: null,
      file: null,
      line: null,
      message: 'no image has a label.',
    });
    return problems;
  }
  const inTrain = positives.get('train');
  if (inTrain?.every((count) => count === 0) === true)
    problems.push({
      code: 'nothingToLearn',
      severity: 'error',
      split: 'train',
      file: labelFileName('train'),
      line: null,
      message: `no image in ${labelFileName('train')} has a label.`,
    });
  problems.push(...hiddenInLabels(dataset), ...similarLabels(dataset));
  dataset.vocabulary.forEach((label, index) =>
    problems.push(...judgeClass(dataset, label, index, positives, minPositives)),
  );
  return problems;
}

function judgeClass(
  dataset: Dataset,
  label: string,
  index: number,
  positives: ReadonlyMap<Split, Uint32Array>,
  minPositives: number,
): DataProblem[] {
  const problems: DataProblem[] = [];
  const onlyElsewhere = positives.has('train') && positives.get('train')![index] === 0;
  if (onlyElsewhere) {
    const elsewhere = [...positives].filter(([, counts]) => counts[index]! > 0).map(([split]) => split);
    const where = elsewhere.length === 0 ? 'no split has it' : `it is only in ${elsewhere.join(', ')}`;
    problems.push({
      code: 'notInTrain',
      severity: 'warning',
      split: 'train',
      file: labelFileName('train'),
      line: null,
      label,
      message: `label '${visible(label)}' has no training image: ${where}.`,
    });
  }
  for (const [split, counts] of positives) {
    const count = counts[index]!;
    if (split === 'train' && onlyElsewhere) continue;
    if (count === 0) {
      problems.push({
        code: 'notMeasured',
        severity: 'warning',
        split,
        file: labelFileName(split),
        line: null,
        label,
        message: `label '${visible(label)}' has no image in ${split}: it is not measured there.`,
      });
      continue;
    }
    if (count >= minPositives) continue;
    const images = count === 1 ? 'only 1 image' : `only ${count} images`;
    problems.push({
      code: 'fewPositives',
      severity: 'warning',
      split,
      file: labelFileName(split),
      line: null,
      label,
      message: `class '${visible(label)}' has ${images} in ${split} (${dataset.splits[split].length} images).`,
    });
  }
  return problems;
}

/** Labels with characters that nobody sees: they are two classes on the disk and one on the screen. */
function hiddenInLabels(dataset: Dataset): DataProblem[] {
  return dataset.vocabulary.flatMap((label, index) => {
    if (!hasHiddenCharacters(label)) return [];
    const use = firstUse(dataset, index);
    return [
      {
        code: 'hiddenCharacters',
        severity: 'warning',
        split: use?.split ?? null,
        file: use?.file ?? null,
        line: use?.line ?? null,
        label,
        message: `label '${visible(label)}' contains characters that cannot be seen.`,
      } as const,
    ];
  });
}

/**
 * Labels that look alike are equal without hidden characters, case, spaces, dashes and underscores, in Unicode's
 * compatibility form.
 */
export const looseLabel = (label: string): string =>
  withoutHiddenCharacters(label)
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\s_-]+/g, '');

function similarLabels(dataset: Dataset): DataProblem[] {
  const groups = Map.groupBy(
    dataset.vocabulary.map((label, index) => ({ label, index })),
    ({ label }) => looseLabel(label),
  );
  return [...groups.values()]
    .filter((group) => group.length > 1)
    .map((group) => {
      const [first, ...others] = group.map(({ label, index }) => ({ label, use: firstUse(dataset, index) }));
      const at = first!.use;
      return {
        code: 'similarLabels',
        severity: 'warning',
        split: at?.split ?? null,
        file: at?.file ?? null,
        line: at?.line ?? null,
        label: first!.label,
        message: `${group.map(({ label }) => `'${visible(label)}'`).join(', ')} differ only in case, spaces or the like.`,
        others: others.flatMap(({ use }) => (use === null ? [] : [{ file: use.file, line: use.line, path: use.path }])),
      };
    });
}

function firstUse(dataset: Dataset, index: number): { split: Split; file: string; line: number; path: string } | null {
  for (const [split, samples] of Object.entries(dataset.splits) as [Split, Dataset['splits'][Split]][]) {
    const sample = samples.find(({ labels }) => labels[index] === PRESENT);
    if (sample !== undefined) return { split, file: labelFileName(split), line: sample.line, path: sample.path };
  }
  return null;
}
