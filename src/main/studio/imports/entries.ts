import type { Split } from '../../../shared/contract/dataset.ts';
import type { DataConfig } from '../../pipeline/data/readDataset.ts';
import type { FolderFiles } from '../../pipeline/data/walkFolder.ts';
import type { Questions } from './questions.ts';
import type { Tally } from './tally.ts';

/** An image and the labels that a source gives it. */
export interface Entry {
  /** Relative to the project, with forward slashes. */
  readonly path: string;
  readonly labels: readonly string[];
  /** Null where the source does not name a split. */
  readonly split: Split | null;
}

/** One statement of a source about an image, before the image is found. */
export interface SourceRecord {
  /** The image as the source names it. */
  readonly name: string;
  readonly labels: readonly string[];
  readonly split: Split | null;
  /** File and line, or the record's place in the file, for people. */
  readonly where: string;
  /** The record was dropped and counted; its image was named all the same. */
  readonly dropped?: boolean;
}

/** What every format reads from and reports to. */
export interface Reading {
  readonly project: string;
  readonly config: ReadConfig;
  readonly folder: FolderFiles;
  readonly images: readonly string[];
  readonly tally: Tally;
  readonly questions: Questions;
  /** Sentences about what was found. */
  readonly notes: string[];
}

export type ReadConfig = Pick<DataConfig, 'separator' | 'labels_file'>;
