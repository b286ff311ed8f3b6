import { z } from 'zod';
import { configSchema } from '../config.ts';
import { problemSchema, stageSchema, stageSecondsSchema } from '../events.ts';
import { messageSchema } from '../message.ts';

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
  /** 'Run 12': numbered by age within the project. */
  name: z.string(),
  createdAt: z.string(),
  preset: z.string().nullable(),
  config: configSchema,
  /** 'interrupted': its process is gone without a word. */
  state: z.enum(['created', 'running', 'stopped', 'failed', 'finished', 'interrupted']),
  problem: problemSchema.nullable(),
  stages: z.array(stageStateSchema),
  engine: messageSchema.nullable(),
  note: z.string(),
  pinned: z.boolean(),
  trashed: z.boolean(),
  /** Seconds of work in all. */
  seconds: z.number(),
  /** What the measurement before the start said of each stage; empty where nothing was measured. */
  expected: z.array(stageSecondsSchema),
  /** Validation figures: the best of each network, and the INT8 model's; null before they are known. */
  val: z.object({
    teacherAp: z.number().nullable(),
    studentAp: z.number().nullable(),
    int8Ap: z.number().nullable(),
    int8F1: z.number().nullable(),
  }),
  /** Fingerprints of the validation and the test split, '' before the data stage. Runs with others are not compared. */
  valFingerprint: z.string(),
  testFingerprint: z.string(),
  /** How often a person opened the test split; 0: sealed. */
  testOpened: z.int(),
  exported: z.boolean(),
  /** Bytes on disk. */
  bytes: z.number(),
  /** Of these, checkpoints that nobody needs: those of a finished run. */
  freeableBytes: z.number(),
  pretrained: z.boolean(),
});
export type RunSummary = z.infer<typeof runSummarySchema>;

const numbers = z.array(z.number().nullable());

/** One phase of training: columns over its steps and epochs. */
export const phaseHistorySchema = z.object({
  stage: stageSchema,
  phase: z.string(),
  stepsPerEpoch: z.int(),
  /** Null for histories that do not say. */
  plannedEpochs: z.int().nullable(),
  /** Loss against the labels alone: what validation's is compared with. */
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
  /** Positive validation images of each label. */
  valPositives: z.array(z.int()),
  phases: z.array(phaseHistorySchema),
  /** The last predictions on the same few validation images. */
  watched: z.array(watchedSchema),
  /** What is worth reading: decisions and warnings, newest last. */
  notes: z.array(
    z.object({ at: z.string(), level: z.enum(['info', 'warning']), stage: stageSchema, message: messageSchema }),
  ),
});
export type RunHistory = z.infer<typeof runHistorySchema>;

export const presetSchema = z.object({ name: z.string(), config: configSchema });
export const configChoicesSchema = z.object({
  defaults: configSchema,
  presets: z.array(presetSchema),
  /** The project's own settings file, if it has one. */
  own: configSchema.nullable(),
  file: z.string(),
});
export type ConfigChoices = z.infer<typeof configChoicesSchema>;

/** A learning-rate range test: what the loss says to rising rates. */
export const networkNameSchema = z.enum(['teacher', 'student']);
export type NetworkName = z.infer<typeof networkNameSchema>;
export const rateRangeSchema = z.object({
  network: networkNameSchema,
  points: z.array(
    z.object({
      learningRate: z.number(),
      loss: z.number(),
      /** Averaged, and freed of what tells the batches apart. */ smoothed: z.number(),
    }),
  ),
  /** A value for lr_finetune; null where the loss never fell. */
  suggested: z.number().nullable(),
  /** The loss fell apart before the highest rate. */
  stoppedEarly: z.boolean(),
});
export const foundRateSchema = rateRangeSchema.extend({ config: configSchema });
/** With the settings it was found with. */
export type FoundRate = z.infer<typeof foundRateSchema>;
export const foundRatesSchema = z.object({ teacher: foundRateSchema.nullable(), student: foundRateSchema.nullable() });
export type FoundRates = z.infer<typeof foundRatesSchema>;

export const preflightSchema = z.object({
  measuredAt: z.string(),
  /** Seconds of one epoch of phase B, scoring included; null: could not be measured. */
  teacherEpochSeconds: z.number().nullable(),
  studentEpochSeconds: z.number().nullable(),
  teacherImagesPerSecond: z.number().nullable(),
  studentImagesPerSecond: z.number().nullable(),
  /** Largest memory of the measuring process, in bytes. */
  memoryBytes: z.number().nullable(),
  memoryTotalBytes: z.number(),
  diskNeededBytes: z.number(),
  diskFreeBytes: z.number().nullable(),
  /** Seconds of each stage with these settings. */
  stageSeconds: z.array(stageSecondsSchema),
  problem: problemSchema.nullable(),
});
export type Preflight = z.infer<typeof preflightSchema>;
