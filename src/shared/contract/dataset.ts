import { z } from 'zod';
import { unlabeledMeanings } from '../config.ts';
import { messageSchema } from '../messageSchema.ts';
import { findingSchema } from '../findings.ts';
import { projectIdSchema } from './studio.ts';

/** A project's images and labels for the Data screen, in columns so that 100,000 images need little memory. */

export const splits = ['train', 'val', 'test'] as const;
export const splitSchema = z.enum(splits);
export type Split = z.infer<typeof splitSchema>;

const perSplit = <T extends z.ZodType>(value: T) => z.object({ train: value, val: value, test: value });

/** An edit of one line of a label file. */
export const lineChangeSchema = z.object({
  split: splitSchema,
  /** Counted from 1, in the file as the screen read it. */
  line: z.int(),
  path: z.string(),
  /** Labels as the screen read them. If the file says something else by now, somebody else changed the line. */
  before: z.array(z.string()),
  /** The new labels; null removes the line. */
  after: z.array(z.string()).nullable(),
  /** The split that the line moves to; the same as `split` if it stays. */
  to: splitSchema,
});
export type LineChange = z.infer<typeof lineChangeSchema>;

export const datasetIndexSchema = z.object({
  project: z.string(),
  vocabulary: z.array(z.string()),
  separator: z.string(),
  paths: z.array(z.string()),
  /** Per image: 0 train, 1 val, 2 test. */
  split: z.array(z.int()),
  line: z.array(z.int()),
  /** Per image: indexes into the vocabulary. */
  labels: z.array(z.array(z.int())),
  /** sha256 of each label file; '' if it is missing. */
  files: perSplit(z.string()),
  /** About the text of the label files; a check adds findings about the images. */
  findings: z.array(findingSchema),
  /** Edits that were not saved when the studio last ended. */
  draft: z.array(lineChangeSchema),
  /** The project's answer to what images without labels mean. */
  unlabeled: z.enum(unlabeledMeanings),
  /** Images in the folder that no label file lists; null when there are too many to count quickly. */
  unlisted: z.int().nullable(),
});
export type DatasetIndex = z.infer<typeof datasetIndexSchema>;

export const checkResultSchema = z.object({
  checkedAt: z.string(),
  findings: z.array(findingSchema),
  /** Upright sizes of all images that could be read, by path. */
  sizes: z.record(z.string(), z.tuple([z.int(), z.int()])),
});
export type CheckResult = z.infer<typeof checkResultSchema>;

/** A line that both the user and somebody else changed; null where that side has no such line. */
export const conflictSchema = z.object({
  split: splitSchema,
  line: z.int(),
  path: z.string(),
  yours: z.array(z.string()).nullable(),
  disk: z.array(z.string()).nullable(),
});
export type Conflict = z.infer<typeof conflictSchema>;

export const saveResultSchema = z.discriminatedUnion('state', [
  z.object({ state: z.literal('saved'), lines: z.int(), backup: z.string() }),
  /** Nothing was written, because these lines changed on both sides. */
  z.object({ state: z.literal('conflicts'), conflicts: z.array(conflictSchema) }),
]);
export type SaveResult = z.infer<typeof saveResultSchema>;

export const repairedSchema = z.object({ lines: z.int(), backup: z.string() });
export type Repaired = z.infer<typeof repairedSchema>;

/** Kinds of problems that the studio can fix in the label files themselves. */
export const repairableSchema = z.enum([
  'encoding',
  'headerLine',
  'malformedLine',
  'outside',
  'otherSeparator',
  'missing',
  'unknownLabel',
]);
export type Repairable = z.infer<typeof repairableSchema>;

export const sharesSchema = z.object({
  train: z.number().min(0).max(1),
  val: z.number().min(0).max(1),
  test: z.number().min(0).max(1),
});

/** Answers to the questions of an import plan, by question id. */
const answersSchema = z.record(z.string(), z.string()).optional();

/** Formats of annotation files. */
export const importFormats = ['csv', 'coco', 'yolo', 'voc', 'labelStudio', 'cvat', 'fiftyone'] as const;
export type ImportFormat = (typeof importFormats)[number];

/** Where an import takes the labels from. */
export const importSourceSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('listed'), answers: answersSchema }),
  z.object({ kind: z.literal('folders'), answers: answersSchema }),
  z.object({ kind: z.literal('unlabeled'), answers: answersSchema }),
  z.object({
    kind: z.enum(importFormats),
    /** Relative to the project. For Pascal VOC a folder of XML files. */
    file: z.string(),
    /** Files of the same data set for other splits, such as valid/_classes.csv beside train/_classes.csv. */
    also: z.array(z.string()).optional(),
    answers: answersSchema,
  }),
]);
export type ImportSource = z.infer<typeof importSourceSchema>;
export type FileSource = Extract<ImportSource, { file: string }>;

export const importRequestSchema = z.object({
  project: projectIdSchema,
  source: importSourceSchema,
  shares: sharesSchema,
  seed: z.int().min(0),
});
export type ImportRequest = z.infer<typeof importRequestSchema>;

/** Records that are not imported, grouped by reason. */
export const droppedSchema = z.object({
  reason: messageSchema,
  /** An error loses labels: the user has to accept it before anything is written. */
  severity: z.enum(['error', 'warning', 'note']),
  count: z.int(),
  /** The first of them, each with file and line where there is one. */
  examples: z.array(messageSchema),
});
export type Dropped = z.infer<typeof droppedSchema>;

export const importQuestionSchema = z.object({
  id: z.string(),
  text: messageSchema,
  choices: z.array(z.object({ value: z.string(), text: messageSchema })),
  /** The user's answer, or the one that the source strongly suggests; null when the user has to decide. */
  answer: z.string().nullable(),
});
export type ImportQuestion = z.infer<typeof importQuestionSchema>;

export const importPlanSchema = z.object({
  images: z.int(),
  vocabulary: z.array(z.string()),
  counts: perSplit(z.int()),
  /** Per split: how many images have each label. */
  positives: perSplit(z.array(z.int())),
  /** The first lines of each file that would be written. */
  preview: perSplit(z.array(z.string())),
  /** What the plan is based on, and what looks odd. */
  notes: z.array(messageSchema),
  dropped: z.array(droppedSchema),
  /** Nothing is written while an answer is null. */
  questions: z.array(importQuestionSchema),
  /** Images that keep the split that the source names; the shares apply to the others. */
  splitBySource: z.int(),
  /** Label files that would be overwritten, after a backup. */
  replaces: z.array(z.string()),
});
export type ImportPlan = z.infer<typeof importPlanSchema>;

/** What could be imported from a folder, recognized without reading its images. */
export const importOffersSchema = z.object({
  images: z.int(),
  folders: z.array(z.object({ label: z.string(), images: z.int() })),
  files: z.array(z.object({ kind: z.enum(importFormats), file: z.string(), also: z.array(z.string()) })),
  labelFiles: z.array(z.string()),
});
export type ImportOffers = z.infer<typeof importOffersSchema>;
