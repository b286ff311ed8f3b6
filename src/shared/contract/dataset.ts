import { z } from 'zod';
import { projectIdSchema } from './studio.ts';

/** A project's photos and labels as the Data screen holds them: columns, so that 100,000 images stay light. */

export const splits = ['train', 'val', 'test'] as const;
export const splitSchema = z.enum(splits);
export type Split = z.infer<typeof splitSchema>;

const perSplit = <T extends z.ZodType>(value: T) => z.object({ train: value, val: value, test: value });

export const labelProblemSchema = z.object({
  code: z.string(),
  severity: z.enum(['error', 'warning']),
  title: z.string(),
  advice: z.string(),
  message: z.string(),
  split: splitSchema.nullable(),
  file: z.string().nullable(),
  line: z.int().nullable(),
  path: z.string().nullable(),
  label: z.string().nullable(),
  others: z.array(z.object({ file: z.string(), line: z.int().nullable(), path: z.string().nullable() })),
});
export type LabelProblem = z.infer<typeof labelProblemSchema>;

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
  /** What is wrong with the text of the label files; images are judged by a check. */
  problems: z.array(labelProblemSchema),
  /** Edits that were not saved when the studio last ended. */
  draft: z.array(lineChangeSchema),
  /** Images below the folder that no label file lists; null where there are too many to count quickly. */
  unlisted: z.int().nullable(),
});
export type DatasetIndex = z.infer<typeof datasetIndexSchema>;

export const checkResultSchema = z.object({
  checkedAt: z.string(),
  problems: z.array(labelProblemSchema),
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

/** Where labels come from when there are no label files yet. */
export const importSourceSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('listed') }),
  z.object({ kind: z.literal('folders') }),
  z.object({ kind: z.literal('csv'), file: z.string() }),
  z.object({ kind: z.literal('coco'), file: z.string() }),
  z.object({ kind: z.literal('yolo'), file: z.string() }),
  z.object({ kind: z.literal('unlabelled') }),
]);
export type ImportSource = z.infer<typeof importSourceSchema>;

export const importRequestSchema = z.object({
  project: projectIdSchema,
  source: importSourceSchema,
  shares: sharesSchema,
  seed: z.int().min(0),
});
export type ImportRequest = z.infer<typeof importRequestSchema>;

export const importPlanSchema = z.object({
  images: z.int(),
  vocabulary: z.array(z.string()),
  /** Images of each split. */
  counts: perSplit(z.int()),
  /** Positive images of each label in each split. */
  positives: perSplit(z.array(z.int())),
  /** The first lines of each file that would be written. */
  preview: perSplit(z.array(z.string())),
  /** What was left out or looks odd, in words. */
  warnings: z.array(z.string()),
  /** Label files that are there already and would be kept as a backup. */
  replaces: z.array(z.string()),
});
export type ImportPlan = z.infer<typeof importPlanSchema>;

/** What a folder without usable label files seems to hold. */
export const importOffersSchema = z.object({
  images: z.int(),
  folders: z.array(z.object({ label: z.string(), images: z.int() })),
  files: z.array(z.object({ kind: z.enum(['csv', 'coco', 'yolo']), file: z.string() })),
  labelFiles: z.array(z.string()),
});
export type ImportOffers = z.infer<typeof importOffersSchema>;
