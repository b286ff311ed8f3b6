import { Problem } from '../../../shared/problem.ts';
import type { Split } from './dataset.ts';

/** What can be wrong with a labelled folder. Errors keep training from starting; warnings do not. */
export const dataProblems = {
  missingLabelFile: {
    title: 'Label file missing',
    advice: 'Put train.txt, val.txt and test.txt into the project folder; a line is an image path and its labels.',
  },
  encoding: { title: 'Text that is not UTF-8', advice: 'Save the label file as UTF-8.' },
  lineEnding: {
    title: 'Carriage return inside a line',
    advice: 'Save the label file with one kind of line ending: the rest of the line may be another image.',
  },
  lineTooLong: {
    title: 'Line that is too long',
    advice: 'Check that each image has a line of its own.',
  },
  malformedLine: {
    title: 'Line that cannot be read',
    advice: 'Close the quotation mark, or write a quotation mark inside quotes twice.',
  },
  headerLine: { title: 'Header line', advice: 'Delete the line, or start it with "# ".' },
  otherSeparator: {
    title: 'Line with another separator',
    advice: 'Use one separator in all label files, or set data.separator.',
  },
  missing: {
    title: 'Image missing',
    advice: 'Correct the path or delete the line; put quotes around a path that contains the separator.',
  },
  outside: {
    title: 'Path leaves the project folder',
    advice: 'Move the file into the project folder: nothing outside it is read.',
  },
  unreadable: { title: 'File cannot be read', advice: 'Check that it is a file that you may read.' },
  imageKind: {
    title: 'Kind of image that is not supported',
    advice: 'Convert the image, or delete the line.',
  },
  notAnImage: {
    title: 'Not an image',
    advice: 'JPEG, PNG, WebP, TIFF, GIF and AVIF are read; convert the file, or delete the line.',
  },
  truncated: { title: 'Damaged or cut-off image', advice: 'Copy the image again from its source, or delete the line.' },
  tooLarge: { title: 'Image too large', advice: 'Scale the image down, or raise data.max_megapixels.' },
  pathTwice: { title: 'Image listed twice in a split', advice: 'Delete one of the lines.' },
  inTwoSplits: {
    title: 'Same image in two splits',
    advice:
      'Keep the image in one split: a model that is tested on what it has learned scores too well. data.duplicates_across_splits: warning lets it pass.',
  },
  twoLabelSets: {
    title: 'One image with two label sets',
    advice: 'Decide which labels are right and delete the other line.',
  },
  emptySplit: { title: 'Split without images', advice: 'Each of train, val and test needs images.' },
  noLabels: {
    title: 'No labels at all',
    advice: 'Write the labels behind the paths; if they are there, set data.separator.',
  },
  yoloList: {
    title: 'List of a YOLO export',
    advice: 'The labels are in .txt files beside the images: import them in the studio.',
  },
  oneHotList: {
    title: 'Columns of 0 and 1 instead of labels',
    advice: 'Save the lists as a CSV file whose first line names the classes (image,apple,pear), and import that file.',
  },
  boxList: {
    title: 'Boxes instead of labels',
    advice: 'Write the names of the classes behind each path, or import the boxes from COCO, VOC or YOLO files.',
  },
  listCell: {
    title: 'Labels in brackets',
    advice: 'Take brackets and quotes out: apple,pear. Or save the table as CSV and import it in the studio.',
  },
  nothingToLearn: {
    title: 'No labeled image in train',
    advice: 'There is nothing to learn from: label images of train.txt, or move labeled images there.',
  },
  unlabeledImages: {
    title: 'Images without labels',
    advice: 'Set data.unlabeled to none_of_these (negatives) or not_labeled_yet (left out), or answer in the studio.',
  },
  labelsFile: {
    title: 'Problem in the list of classes',
    advice: 'The file that data.labels_file names holds one class a line, each once.',
  },
  tooManyLabels: {
    title: 'Too many labels',
    advice: 'Check what separates the labels: whole sentences or numbers may have become labels.',
  },
  unknownLabel: { title: 'Label that is no class', advice: 'Correct the label, or add it to the list of classes.' },
  wrongExtension: {
    title: 'File name with a wrong ending',
    advice: 'The image is read all the same; rename it so that other programs read it too.',
  },
  endMarkerMissing: {
    title: 'JPEG without its end marker',
    advice: 'All rows are there and the image is used; save it again if other programs refuse it.',
  },
  contentTwice: {
    title: 'Same image under two names in a split',
    advice: 'Delete one of the lines: the image counts twice.',
  },
  hiddenCharacters: {
    title: 'Label with hidden characters',
    advice: 'Type the label again: the characters shown as \\u are in it.',
  },
  similarLabels: { title: 'Labels that look alike', advice: 'If they mean one class, spell them alike.' },
  separatorInLabel: {
    title: 'Label that contains a separator',
    advice: 'If these are several labels, use one separator in all files.',
  },
  notInTrain: {
    title: 'Label without a training image',
    advice: 'The model cannot learn it: move images with this label to train.txt.',
  },
  notMeasured: {
    title: 'Label that cannot be measured',
    advice: 'It is left out of every average there: move images with this label to the split, or split again.',
  },
  fewPositives: {
    title: 'Class with few images',
    advice: 'Scores and thresholds of such classes are unsure; data.min_positives sets the limit.',
  },
} as const;

export type DataProblemCode = keyof typeof dataProblems;

export interface Place {
  /** Label file, relative to the project folder. */
  readonly file: string;
  /** From 1; null where the whole file is meant. */
  readonly line: number | null;
  readonly path?: string;
}

export interface DataProblem {
  readonly code: DataProblemCode;
  readonly severity: 'error' | 'warning';
  readonly split: Split | null;
  /** Label file, relative to the project folder; null where no one file is to blame. */
  readonly file: string | null;
  /** Line in that file, from 1. */
  readonly line: number | null;
  /** One sentence that names the file, path or label. */
  readonly message: string;
  /** Image path as the label file has it. */
  readonly path?: string;
  readonly label?: string;
  /** Other lines that are part of the problem. */
  readonly others?: readonly Place[];
}

export const errorsIn = (problems: readonly DataProblem[]): DataProblem[] =>
  problems.filter(({ severity }) => severity === 'error');

const place = ({ file, line }: DataProblem): string =>
  file === null ? '' : line === null ? `${file}: ` : `${file}:${line}: `;

const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

/** Problems as text for people: errors first, one paragraph a kind, the first `perKind` of each with file and line. */
export function formatProblems(problems: readonly DataProblem[], perKind = 5): string {
  const errors = errorsIn(problems).length;
  const paragraphs: string[] = [];
  for (const severity of ['error', 'warning'] as const) {
    for (const code of Object.keys(dataProblems) as DataProblemCode[]) {
      const found = problems.filter((problem) => problem.severity === severity && problem.code === code);
      if (found.length === 0) continue;
      const lines = found.slice(0, perKind).map((problem) => `  ${place(problem)}${problem.message}`);
      if (found.length > perKind) lines.push(`  ... and ${found.length - perKind} more`);
      const { title, advice } = dataProblems[code];
      paragraphs.push([`${severity}: ${title} (${found.length})`, ...lines, `  -> ${advice}`].join('\n'));
    }
  }
  const summary =
    problems.length === 0
      ? 'No problems found.'
      : `${plural(errors, 'error')}, ${plural(problems.length - errors, 'warning')}.`;
  return [...paragraphs, summary].join('\n\n');
}

/** Throws a Problem of kind 'data' if there are errors: what keeps training from starting. */
export function refuseErrors(problems: readonly DataProblem[]): void {
  const errors = errorsIn(problems);
  const first = errors[0];
  if (first === undefined) return;
  throw new Problem(
    'data',
    [
      'The data has to be put right first.',
      `${place(first)}${first.message}`,
      dataProblems[first.code].advice,
      ...(errors.length === 1
        ? []
        : [errors.length === 2 ? '1 more error was found.' : `${errors.length - 1} more errors were found.`]),
      "'destila check' lists them all.",
    ].join('\n'),
    formatProblems(errors, 20),
  );
}
