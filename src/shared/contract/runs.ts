import { z } from 'zod';
import { configSchema } from '../config.ts';
import { problemSchema, stageSchema, stageSecondsSchema } from '../events.ts';
import { messageSchema } from '../messageSchema.ts';

const figures = z.record(z.string(), z.number().nullable());

export const stageStateSchema = z.object({
  stage: stageSchema,
  state: z.enum(['pending', 'running', 'finished']),
  seconds: z.number(),
  summary: figures,
});

/** The name of a run's folder: it becomes part of paths, so it is checked where it comes in. */
export const runIdSchema = z.string().regex(/^[\w-][\w.-]{0,99}$/);

export const runSummarySchema = z.object({
  id: z.string(),
  project: z.string(),
  number: z.int(),
  /** Default names such as 'Run 12' count the runs of a project; `runName` shows them in the person's language. */
  name: z.string(),
  createdAt: z.string(),
  preset: z.string().nullable(),
  config: configSchema,
  /** 'interrupted' means that its process ended without recording why. */
  state: z.enum(['created', 'running', 'stopped', 'failed', 'finished', 'interrupted']),
  problem: problemSchema.nullable(),
  stages: z.array(stageStateSchema),
  engine: messageSchema.nullable(),
  note: z.string(),
  pinned: z.boolean(),
  trashed: z.boolean(),
  /** Total seconds of work. */
  seconds: z.number(),
  /** Seconds per stage as measured before the start; empty if nothing was measured. */
  expected: z.array(stageSecondsSchema),
  /** Validation metrics of each network's best epoch and of the INT8 model; null before they are known. */
  val: z.object({
    teacherAp: z.number().nullable(),
    studentAp: z.number().nullable(),
    int8Ap: z.number().nullable(),
    int8F1: z.number().nullable(),
  }),
  /** Fingerprints of the splits, '' before the data stage. Only runs with the same ones are compared. */
  valFingerprint: z.string(),
  testFingerprint: z.string(),
  /** How often a person opened the test split; 0 while it is sealed. */
  testOpened: z.int(),
  exported: z.boolean(),
  /** Bytes on disk. */
  bytes: z.number(),
  /** Size of the checkpoints, which a finished run no longer needs. */
  freeableBytes: z.number(),
  pretrained: z.boolean(),
});
export type RunSummary = z.infer<typeof runSummarySchema>;

const numbers = z.array(z.number().nullable());

/** One phase of training, as columns over its steps and epochs. */
export const phaseHistorySchema = z.object({
  stage: stageSchema,
  phase: z.string(),
  stepsPerEpoch: z.int(),
  /** Null in histories of earlier versions. */
  plannedEpochs: z.int().nullable(),
  /** Loss against the labels only, which is comparable with the validation loss. */
  steps: z.object({ at: z.array(z.number()), loss: numbers, learningRate: numbers }),
  epochs: z.array(z.object({ epoch: z.int(), best: z.boolean(), metrics: figures, perClassAp: numbers.nullable() })),
});
export type PhaseHistory = z.infer<typeof phaseHistorySchema>;

export const watchedSchema = z.object({
  path: z.string(),
  truth: z.array(z.string()),
  scores: z.array(z.object({ label: z.string(), score: z.number() })),
});
export type Watched = z.infer<typeof watchedSchema>;

export const runHistorySchema = z.object({
  run: z.string(),
  vocabulary: z.array(z.string()),
  /** Positive validation images per label. */
  valPositives: z.array(z.int()),
  phases: z.array(phaseHistorySchema),
  /** The latest predictions on a few fixed validation images. */
  watched: z.array(watchedSchema),
  /** Decisions and warnings, newest last. */
  notes: z.array(
    z.object({ at: z.string(), level: z.enum(['info', 'warning']), stage: stageSchema, message: messageSchema }),
  ),
});
export type RunHistory = z.infer<typeof runHistorySchema>;

export const presetSchema = z.object({
  name: z.string(),
  /** From scratch. */
  config: configSchema,
  /** From pretrained weights on this machine; null if they are not here. */
  pretrained: configSchema.nullable(),
});
export const configChoicesSchema = z.object({
  defaults: configSchema,
  presets: z.array(presetSchema),
  /** The project's own settings file, if it has one. */
  own: configSchema.nullable(),
  file: z.string(),
});
export type ConfigChoices = z.infer<typeof configChoicesSchema>;

/** A learning-rate range test: the loss at rising rates. */
export const networkNameSchema = z.enum(['teacher', 'student']);
export type NetworkName = z.infer<typeof networkNameSchema>;
export const rateRangeSchema = z.object({
  network: networkNameSchema,
  points: z.array(
    z.object({
      learningRate: z.number(),
      loss: z.number(),
      /** Averaged over steps and corrected for differences between batches. */
      smoothed: z.number(),
    }),
  ),
  /** A value for lr_finetune, or null if the loss never fell. */
  suggested: z.number().nullable(),
  /** True if the loss diverged before the highest rate. */
  stoppedEarly: z.boolean(),
});
export const foundRateSchema = rateRangeSchema.extend({ config: configSchema });
/** A result together with the settings it was measured with. */
export type FoundRate = z.infer<typeof foundRateSchema>;
export const foundRatesSchema = z.object({ teacher: foundRateSchema.nullable(), student: foundRateSchema.nullable() });
export type FoundRates = z.infer<typeof foundRatesSchema>;

export const preflightSchema = z.object({
  measuredAt: z.string(),
  /** Seconds per epoch of phase B including scoring, or null if it could not be measured. */
  teacherEpochSeconds: z.number().nullable(),
  studentEpochSeconds: z.number().nullable(),
  teacherImagesPerSecond: z.number().nullable(),
  studentImagesPerSecond: z.number().nullable(),
  /** Peak memory of the measuring process, in bytes. */
  memoryBytes: z.number().nullable(),
  memoryTotalBytes: z.number(),
  diskNeededBytes: z.number(),
  diskFreeBytes: z.number().nullable(),
  /** Seconds per stage with these settings. */
  stageSeconds: z.array(stageSecondsSchema),
  problem: problemSchema.nullable(),
});
export type Preflight = z.infer<typeof preflightSchema>;
