/** A labeled set of images as the rest of the pipeline sees it: plain data, no open files. */

export type Split = 'train' | 'val' | 'test';
export const SPLITS: readonly Split[] = ['train', 'val', 'test'];

/** The states of one label on one image. */
export const ABSENT = 0;
export const PRESENT = 1;
export const UNKNOWN = -1;

export interface Sample {
  /** As the label file has it, with forward slashes; relative to the project folder. */
  readonly path: string;
  /** Absolute path of the image. */
  readonly file: string;
  /** One state per class of the vocabulary: PRESENT, ABSENT or UNKNOWN (masked in loss and metrics). */
  readonly labels: Int8Array;
  /** sha256 of the file's bytes, hex; empty until `checkDataset` has read the file. */
  readonly hash: string;
  /** Line in the label file, from 1. */
  readonly line: number;
}

export const labelFileName = (split: Split): string => `${split}.txt`;

export const labelsOf = (sample: Sample, vocabulary: readonly string[]): string[] =>
  vocabulary.filter((_, index) => sample.labels[index] === PRESENT);

export interface Dataset {
  /** Absolute path of the project folder. */
  readonly root: string;
  /** Class names in the order of every label and score vector. */
  readonly vocabulary: readonly string[];
  readonly splits: Readonly<Record<Split, readonly Sample[]>>;
}
