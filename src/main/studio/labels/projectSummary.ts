import path from 'node:path';
import type { DatasetIndex } from '../../../shared/contract/dataset.ts';
import { readRegularFile } from '../../pipeline/storage/regularFile.ts';
import { hashOf } from './labelFile.ts';

/** What the studio remembers of a project's images, to show it and to recognize its folder after a move. */
export interface ProjectSummary {
  readonly images: number;
  readonly labels: number;
  /** Paths of a few images to show, spread over the label files. */
  readonly covers: readonly string[];
  /** sha256 of a few images, hex, by path: a moved folder is recognized by them. */
  readonly samples: Readonly<Record<string, string>>;
}

const SAMPLES = 12;
const COVERS = 4;

export async function summarizeProject(
  { paths, vocabulary }: Pick<DatasetIndex, 'paths' | 'vocabulary'>,
  folder: string,
): Promise<ProjectSummary> {
  const spread = (count: number): string[] =>
    Array.from({ length: Math.min(count, paths.length) }, (_, i) => paths[Math.floor((i * paths.length) / count)]!);
  const samples = await Promise.all(
    spread(SAMPLES).map(async (name) => [name, await contentHash(path.resolve(folder, name))] as const),
  );
  return {
    images: paths.length,
    labels: vocabulary.length,
    covers: spread(COVERS),
    samples: Object.fromEntries(samples.filter(([, hash]) => hash !== '')),
  };
}

/** sha256 of a file, hex; '' if it cannot be read. */
export const contentHash = (file: string): Promise<string> => readRegularFile(file).then(hashOf, () => '');
