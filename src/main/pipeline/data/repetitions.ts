import path from 'node:path';
import type { Dataset, Sample, Split } from './dataset.ts';
import { labelFileName, labelsOf, SPLITS } from './dataset.ts';
import type { DataProblem, Place } from './problems.ts';

/** One line of a label file. */
interface Listed {
  readonly split: Split;
  readonly sample: Sample;
}

/**
 * Images that are listed more than once, by path or by content (sha256), within a split or in several, and what their labels say.
 * One problem a group of equal images and kind; it stands at the last line concerned and names the others.
 */
export function checkRepetitions(dataset: Dataset, acrossSplits: 'error' | 'warning'): DataProblem[] {
  const groups = new Map<string, Listed[]>();
  for (const split of SPLITS) {
    for (const sample of dataset.splits[split]) {
      const key = sample.hash === '' ? sample.file : sample.hash;
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [{ split, sample }]);
      else group.push({ split, sample });
    }
  }
  return [...groups.values()]
    .filter((group) => group.length > 1)
    .flatMap((group) => judge(group, dataset.vocabulary, acrossSplits));
}

function judge(
  group: readonly Listed[],
  vocabulary: readonly string[],
  acrossSplits: 'error' | 'warning',
): DataProblem[] {
  const problems: DataProblem[] = [];
  if (new Set(group.map(({ split }) => split)).size > 1) {
    const firsts = SPLITS.flatMap((split) => group.find((listed) => listed.split === split) ?? []);
    problems.push(
      report(
        'inTwoSplits',
        acrossSplits,
        firsts,
        (last, others) => `${last.sample.path} is the same image as ${others}.`,
      ),
    );
  }
  for (const split of SPLITS) {
    const inSplit = group.filter((listed) => listed.split === split);
    const byFile = Map.groupBy(inSplit, ({ sample }) => sample.file);
    for (const same of byFile.values()) {
      if (same.length > 1)
        problems.push(report('pathTwice', 'error', same, (last, others) => `${last.sample.path} is also ${others}.`));
    }
    const files = [...byFile.values()].map((same) => same[0]!);
    if (files.length > 1)
      problems.push(
        report(
          'contentTwice',
          'warning',
          files,
          (last, others) => `${last.sample.path} is the same image as ${others}.`,
        ),
      );
  }
  const byLabels = [...Map.groupBy(group, ({ sample }) => sample.labels.join()).values()].map((same) => same[0]!);
  if (byLabels.length > 1) {
    problems.push(
      report(
        'twoLabelSets',
        'error',
        byLabels,
        (last, others) =>
          `${last.sample.path} has labels ${words(last, vocabulary)} here, ${words(byLabels[0]!, vocabulary)} as ${others}.`,
      ),
    );
  }
  return problems;
}

const words = ({ sample }: Listed, vocabulary: readonly string[]): string => {
  const labels = labelsOf(sample, vocabulary);
  return labels.length === 0 ? 'none' : labels.map((label) => `'${label}'`).join(', ');
};

function report(
  code: DataProblem['code'],
  severity: DataProblem['severity'],
  group: readonly Listed[],
  message: (last: Listed, others: string) => string,
): DataProblem {
  const last = group.at(-1)!;
  const others = group.slice(0, -1);
  const shown = others
    .slice(0, 3)
    .map(
      ({ split, sample }) =>
        `${labelFileName(split)}:${sample.line}${samePath(sample, last.sample) ? '' : ` (${sample.path})`}`,
    );
  const more = others.length > shown.length ? ` and ${others.length - shown.length} more` : '';
  return {
    code,
    severity,
    split: last.split,
    file: labelFileName(last.split),
    line: last.sample.line,
    path: last.sample.path,
    message: message(last, shown.join(', ') + more),
    others: others.map(({ split, sample }): Place => ({
      file: labelFileName(split),
      line: sample.line,
      path: sample.path,
    })),
  };
}

const samePath = (a: Sample, b: Sample): boolean => path.normalize(a.path) === path.normalize(b.path);
