import { z } from 'zod';
import { labelGoalSchema } from '../metrics/goal.ts';

/**
 * Scores of a split: row-major [n, classes] codes q of the INT8 model (score q / 256) and labels (1, 0 or 255 for
 * unknown), both in base64.
 */
export const scoredSplitSchema = z.object({
  paths: z.array(z.string()),
  codes: z.string(),
  labels: z.string(),
  /** Scores of the float networks on the same scale, rounded to bytes. */
  teacher: z.string().nullable(),
  student: z.string().nullable(),
});
export type ScoredSplit = z.infer<typeof scoredSplitSchema>;

export const classThresholdSchema = z.object({
  /** Present when q >= k, 0..256. */
  k: z.int().min(0).max(256),
  tuned: z.boolean(),
  locked: z.boolean(),
  /** Null for the goal in the run's settings. */
  goal: labelGoalSchema.nullable(),
});
export type ClassThresholdState = z.infer<typeof classThresholdSchema>;

export const tuneSchema = z.object({
  run: z.string(),
  name: z.string(),
  labels: z.array(z.string()),
  globalK: z.int(),
  /** As in thresholds.json. */
  saved: z.array(classThresholdSchema),
  /** As chosen by the thresholds stage. */
  found: z.array(z.int()),
  goal: z.object({
    goal: z.enum(['max_f1', 'precision', 'recall']),
    min_precision: z.number(),
    min_recall: z.number(),
    smoothing: z.number(),
  }),
  val: scoredSplitSchema,
  /** Null while the test split is sealed. */
  test: scoredSplitSchema.nullable(),
  testOpened: z.int(),
});
export type Tune = z.infer<typeof tuneSchema>;

export const occlusionMapSchema = z.object({
  /** Cells along each side. */
  cells: z.int(),
  /** Row-major: by how much the score (0..1) falls when the cell is covered. */
  drops: z.array(z.number()),
  score: z.number(),
});
export type OcclusionMap = z.infer<typeof occlusionMapSchema>;
