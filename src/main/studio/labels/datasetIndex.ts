import type { DatasetIndex, LineChange } from '../../../shared/contract/dataset.ts';
import { splits } from '../../../shared/contract/dataset.ts';
import { PRESENT } from '../../pipeline/data/dataset.ts';
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
  const { dataset, findings, layout } = await readDataset(folder, config);
  const files = await Promise.all(
    splits.map(async (split) => [split, (await readRawFile(folder, split)).hash] as const),
  );
  const samples = splits.flatMap((split, number) => dataset.splits[split].map((sample) => ({ sample, number })));
  return {
    project: id,
    vocabulary: [...dataset.vocabulary],
    separator: layout.separator,
    paths: samples.map(({ sample }) => sample.path),
    split: samples.map(({ number }) => number),
    line: samples.map(({ sample }) => sample.line),
    labels: samples.map(({ sample }) => presentIn(sample.labels)),
    files: Object.fromEntries(files) as DatasetIndex['files'],
    findings: [...findings],
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
