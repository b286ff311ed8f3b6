import path from 'node:path';
import type { DatasetIndex, LabelProblem, LineChange } from '../../../shared/contract/dataset.ts';
import { splits } from '../../../shared/contract/dataset.ts';
import { PRESENT } from '../../pipeline/data/dataset.ts';
import type { DataProblem } from '../../pipeline/data/problems.ts';
import { dataProblems } from '../../pipeline/data/problems.ts';
import { readDataset } from '../../pipeline/data/readDataset.ts';
import type { DataConfig } from '../../pipeline/data/readDataset.ts';
import { readRawFile } from './labelFile.ts';

/** Reads the label files as columns for the Data screen, without opening any image. */
export async function readIndex(
  id: string,
  folder: string,
  config: Pick<DataConfig, 'separator' | 'labels_file' | 'unlabeled'>,
  draft: readonly LineChange[],
): Promise<DatasetIndex> {
  const { dataset, problems, separator } = await readDataset(folder, config);
  const files = await Promise.all(
    splits.map(async (split) => [split, (await readRawFile(folder, split)).hash] as const),
  );
  const samples = splits.flatMap((split, number) => dataset.splits[split].map((sample) => ({ sample, number })));
  return {
    project: id,
    vocabulary: [...dataset.vocabulary],
    separator: separator.name,
    paths: samples.map(({ sample }) => sample.path),
    split: samples.map(({ number }) => number),
    line: samples.map(({ sample }) => sample.line),
    labels: samples.map(({ sample }) => presentIn(sample.labels)),
    files: Object.fromEntries(files) as DatasetIndex['files'],
    problems: problems.map(forScreen),
    draft: [...draft],
    unlabeled: config.unlabeled,
    unlisted: null,
  };
}

function presentIn(labels: Int8Array): number[] {
  const present: number[] = [];
  for (let c = labels.indexOf(PRESENT); c >= 0; c = labels.indexOf(PRESENT, c + 1)) present.push(c);
  return present;
}

export function forScreen({
  code,
  severity,
  split,
  file,
  line,
  message,
  path: named,
  label,
  others,
}: DataProblem): LabelProblem {
  const { title, advice } = dataProblems[code];
  return {
    code,
    severity,
    title,
    advice,
    message,
    split,
    file,
    line,
    path: named ?? null,
    label: label ?? null,
    others: (others ?? []).map((place) => ({
      file: path.basename(place.file),
      line: place.line,
      path: place.path ?? null,
    })),
  };
}
