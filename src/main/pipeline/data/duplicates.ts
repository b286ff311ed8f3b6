import path from 'node:path';
import type { Finding, FindingCode, Place } from '../../../shared/findings.ts';
import type { Message } from '../../../shared/message.ts';
import { message } from '../../../shared/message.ts';
import { cutList } from '../../../shared/shortList.ts';
import type { Dataset, Sample, Split } from './dataset.ts';
import { labelFileName, labelsOf, SPLITS } from './dataset.ts';
import { finding } from './findings.ts';

/** One line of a label file. */
interface Listed {
  readonly split: Split;
  readonly sample: Sample;
}

/**
 * Finds images that are listed more than once, by path or by content (sha256), within a split or across splits, and
 * images whose labels contradict each other. There is one finding per group of equal images and kind; it is placed at
 * the last line of the group and names the others.
 */
export function findDuplicates(dataset: Dataset, acrossSplits: Finding['severity']): Finding[] {
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
    .flatMap((group) => [
      ...acrossSplitsIn(group, acrossSplits),
      ...SPLITS.flatMap((split) => withinSplit(group.filter((listed) => listed.split === split))),
      ...contradictingLabels(group, dataset.vocabulary),
    ]);
}

function acrossSplitsIn(group: readonly Listed[], severity: Finding['severity']): Finding[] {
  if (new Set(group.map(({ split }) => split)).size < 2) return [];
  const firsts = SPLITS.flatMap((split) => group.find((listed) => listed.split === split) ?? []);
  return [atLast('inTwoSplits', severity, firsts, sameImage)];
}

/** Finds repeated paths and contents in a group whose lines are all in one split. */
function withinSplit(group: readonly Listed[]): Finding[] {
  const byFile = [...Map.groupBy(group, ({ sample }) => sample.file).values()];
  const repeatedPaths = byFile
    .filter((same) => same.length > 1)
    .map((same) =>
      atLast('pathTwice', 'error', same, ({ sample }, others) =>
        message('findings.pathTwice.image', { path: sample.path, others }),
      ),
    );
  const files = byFile.map((same) => same[0]!);
  return files.length > 1 ? [...repeatedPaths, atLast('contentTwice', 'warning', files, sameImage)] : repeatedPaths;
}

function contradictingLabels(group: readonly Listed[], vocabulary: readonly string[]): Finding[] {
  const byLabels = [...Map.groupBy(group, ({ sample }) => sample.labels.join()).values()].map((same) => same[0]!);
  if (byLabels.length < 2) return [];
  return [
    atLast('twoLabelSets', 'error', byLabels, (last, others) =>
      message('findings.twoLabelSets.image', {
        path: last.sample.path,
        labels: labelNames(last, vocabulary),
        otherLabels: labelNames(byLabels[0]!, vocabulary),
        others,
      }),
    ),
  ];
}

function labelNames({ sample }: Listed, vocabulary: readonly string[]): string | Message {
  const labels = labelsOf(sample, vocabulary);
  return labels.length === 0
    ? message('findings.twoLabelSets.noLabels')
    : labels.map((label) => `'${label}'`).join(', ');
}

/** Makes the text of a finding about the last line; `others` are named by file and line. */
type Wording = (last: Listed, others: string | Message) => Message;

const sameImage: Wording = ({ sample }, others) => message('findings.sameImage', { path: sample.path, others });

const MOST_NAMED = 3;

function atLast(code: FindingCode, severity: Finding['severity'], group: readonly Listed[], text: Wording): Finding {
  const last = group.at(-1)!;
  const others = group.slice(0, -1);
  const places = others.map(({ split, sample }) => {
    const place = `${labelFileName(split)}:${sample.line}`;
    return samePath(sample, last.sample) ? place : `${place} (${sample.path})`;
  });
  return finding(code, severity, text(last, cutList(places, MOST_NAMED)), {
    split: last.split,
    file: labelFileName(last.split),
    line: last.sample.line,
    path: last.sample.path,
    others: others.map(({ split, sample }): Place => ({
      file: labelFileName(split),
      line: sample.line,
      path: sample.path,
    })),
  });
}

const samePath = (a: Sample, b: Sample): boolean => path.normalize(a.path) === path.normalize(b.path);
