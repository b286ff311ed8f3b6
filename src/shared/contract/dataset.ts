import { z } from 'zod';
import { unlabeledMeanings } from '../config.ts';
import { findingSchema } from '../findings.ts';
import { projectIdSchema } from './studio.ts';

/** A project's photos and labels as the Data screen holds them: columns, so that 100,000 images stay light. */

export const splits = ['train', 'val', 'test'] as const;
export const splitSchema = z.enum(splits);
export type Split = z.infer<typeof splitSchema>;

const perSplit = <T extends z.ZodType>(value: T) => z.object({ train: value, val: value, test: value });

/** What is to become of one line of a label file. */
export const lineChangeSchema = z.object({
  split: splitSchema,
  /** From 1, in the file as it was read. */
  line: z.int(),
  path: z.string(),
  /** Labels as they were read: what somebody else may have changed meanwhile. */
  before: z.array(z.string()),
  /** Labels to be; null takes the line out. */
  after: z.array(z.string()).nullable(),
  /** Where the line goes; the same split leaves it. */
  to: splitSchema,
});
export type LineChange = z.infer<typeof lineChangeSchema>;

export const datasetIndexSchema = z.object({
  project: z.string(),
  /** Class names in the order of the label numbers. */
  vocabulary: z.array(z.string()),
  separator: z.string(),
  paths: z.array(z.string()),
  /** 0 train, 1 val, 2 test. */
  split: z.array(z.int()),
  line: z.array(z.int()),
  /** Numbers in the vocabulary. */
  labels: z.array(z.array(z.int())),
  /** sha256 of each label file, '' where it is missing. */
  files: perSplit(z.string()),
  /** About the text of the label files; a check adds findings about the images. */
  findings: z.array(findingSchema),
  /** Edits that were not saved when the studio last ended. */
  draft: z.array(lineChangeSchema),
  /** What images without labels mean: the project's answer. */
  unlabeled: z.enum(unlabeledMeanings),
  /** Images below the folder that no label file lists; null where there are too many to count quickly. */
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

/** A line that both the user and somebody else changed. */
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
  /** Nothing was written: these lines changed on both sides. */
  z.object({ state: z.literal('conflicts'), conflicts: z.array(conflictSchema) }),
]);
export type SaveResult = z.infer<typeof saveResultSchema>;

/** Lines of the label files that were put right. */
export const repairedSchema = z.object({ lines: z.int(), backup: z.string() });
export type Repaired = z.infer<typeof repairedSchema>;

/** Kinds of problems with the text of the label files that the studio puts right in the files themselves. */
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

/** Answers to the questions of an import plan, by the id of the question. */
const answersSchema = z.record(z.string(), z.string()).optional();

/** Formats whose labels are in files of their own. */
export const importFormats = ['csv', 'coco', 'yolo', 'voc', 'labelStudio', 'cvat', 'fiftyone'] as const;
export type ImportFormat = (typeof importFormats)[number];

/** Where labels come from when there are no label files yet. */
export const importSourceSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('listed'), answers: answersSchema }),
  z.object({ kind: z.literal('folders'), answers: answersSchema }),
  z.object({ kind: z.literal('unlabelled'), answers: answersSchema }),
  z.object({
    kind: z.enum(importFormats),
    /** Relative to the project; a folder of XML files for Pascal VOC. */
    file: z.string(),
    /** Files of the same set for other splits, such as valid/_classes.csv beside train/_classes.csv. */
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

/** Records that end up in no list, counted under one reason. */
export const droppedSchema = z.object({
  reason: z.string(),
  /** An error is a loss that the user has to accept before anything is written. */
  severity: z.enum(['error', 'warning', 'note']),
  count: z.int(),
  /** The first of them, with file and line where there is one. */
  examples: z.array(z.string()),
});
export type Dropped = z.infer<typeof droppedSchema>;

export const importQuestionSchema = z.object({
  id: z.string(),
  text: z.string(),
  choices: z.array(z.object({ value: z.string(), text: z.string() })),
  /** The user's answer, or what the source strongly suggests; null if the user has to decide. */
  answer: z.string().nullable(),
});
export type ImportQuestion = z.infer<typeof importQuestionSchema>;

export const importPlanSchema = z.object({
  images: z.int(),
  vocabulary: z.array(z.string()),
  /** Images of each split. */
  counts: perSplit(z.int()),
  /** Positive images of each label in each split. */
  positives: perSplit(z.array(z.int())),
  /** The first lines of each file that would be written. */
  preview: perSplit(z.array(z.string())),
  /** What the plan rests on and what looks odd, in words. */
  warnings: z.array(z.string()),
  /** Records of the source that end up in no list. */
  dropped: z.array(droppedSchema),
  /** What the source leaves open. Nothing is written while an answer is null. */
  questions: z.array(importQuestionSchema),
  /** Images whose split the source names and the plan keeps; the shares apply to the others. */
  splitBySource: z.int(),
  /** Label files that are there already and would be kept as a backup. */
  replaces: z.array(z.string()),
});
export type ImportPlan = z.infer<typeof importPlanSchema>;

/** What a folder without usable label files seems to hold. */
export const importOffersSchema = z.object({
  images: z.int(),
  folders: z.array(z.object({ label: z.string(), images: z.int() })),
  files: z.array(z.object({ kind: z.enum(importFormats), file: z.string(), also: z.array(z.string()) })),
  labelFiles: z.array(z.string()),
});
export type ImportOffers = z.infer<typeof importOffersSchema>;
