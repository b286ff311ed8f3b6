/** A labelled set of images as the rest of the pipeline sees it: plain data, no open files. */

export type Split = 'train' | 'val' | 'test';
export const SPLITS: readonly Split[] = ['train', 'val', 'test'];

/** State of one label on one image. */
export const ABSENT = 0;
export const PRESENT = 1;
export const UNKNOWN = -1;

export interface Sample {
  /** As the label file has it, with forward slashes; relative to the project folder. */
  readonly path: string;
  /** Absolute path of the image. */
  readonly file: string;
  /** One state a class of the vocabulary: PRESENT, ABSENT or UNKNOWN (masked in loss and metrics). */
  readonly labels: Int8Array;
  /** sha256 of the file's bytes, hex; empty as long as nobody has read the file (`checkDataset` fills it in). */
  readonly hash: string;
  /** Line in the label file, from 1. */
  readonly line: number;
}

/** Name of the label file of a split, in the project folder. */
export const labelFileName = (split: Split): string => `${split}.txt`;

export const labelsOf = (sample: Sample, vocabulary: readonly string[]): string[] =>
  vocabulary.filter((_, index) => sample.labels[index] === PRESENT);

export interface Dataset {
  /** Absolute project folder. */
  readonly root: string;
  /** Class names in the order of every label and score vector. */
  readonly vocabulary: readonly string[];
  readonly splits: Readonly<Record<Split, readonly Sample[]>>;
}
