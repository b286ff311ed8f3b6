import type { Split } from '../../../shared/contract/dataset.ts';
import type { Message } from '../../../shared/message.ts';
import type { DataConfig } from '../../pipeline/data/readDataset.ts';
import type { FolderFiles } from '../../pipeline/data/walkFolder.ts';
import type { Questions } from './questions.ts';
import type { Tally } from './tally.ts';

/** An image of the project with the labels that a source gives it. */
export interface Entry {
  /** Relative to the project, with forward slashes. */
  readonly path: string;
  readonly labels: readonly string[];
  /** Null when the source does not name a split. */
  readonly split: Split | null;
}

/** What a source says about one image, before the image is found in the folder. */
export interface SourceRecord {
  /** The name that the source gives the image: often a path on another machine. */
  readonly name: string;
  readonly labels: readonly string[];
  readonly split: Split | null;
  /** File and line, or the position of the record in the file. */
  readonly where: string;
  /** The record was dropped and counted. Its image still counts as named by the source. */
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
  /** What the user should know about how the source was read. */
  readonly notes: Message[];
}

export type ReadConfig = Pick<DataConfig, 'separator' | 'labels_file'>;
