import { z } from 'zod';
import { codedFields, messageSchema } from './message.ts';

/**
 * What a running job tells its watchers: plain data, one JSON object a line in log.jsonl and on `--json`.
 * Every door (command line, browser, desktop) draws from these alone.
 */

export const stages = ['data', 'teacher', 'student', 'qat', 'thresholds', 'test', 'export'] as const;
export const stageSchema = z.enum(stages);
export type Stage = z.infer<typeof stageSchema>;

/** What a stage is expected to take. */
export const stageSecondsSchema = z.object({ stage: stageSchema, seconds: z.number() });
export type StageSeconds = z.infer<typeof stageSecondsSchema>;

/**
 * A figure that may be undefined: null. Computations say so with NaN or an infinity, which JSON has no words for and
 * which must not end whoever reads a message; both become null where they cross a border.
 */
export const figureSchema = z.preprocess(
  (value) => (typeof value === 'number' && !Number.isFinite(value) ? null : value),
  z.number().nullable(),
);
const numbers = z.record(z.string(), figureSchema);

export const problemSchema = z.object({
  kind: z.string(),
  message: z.string(),
  ...codedFields,
  detail: z.string().optional(),
});

export const runEventSchema = z.discriminatedUnion('type', [
  /** A stage begins; `steps` says what it will do, in words. */
  z.object({ type: z.literal('stageStarted'), stage: stageSchema, message: z.string() }),
  /**
   * Work inside a stage. `unit` is what is counted: 'images', 'steps'. `rate` in units a second; `secondsLeft` of
   * this activity.
   */
  z.object({
    type: z.literal('progress'),
    stage: stageSchema,
    activity: z.string(),
    done: z.number(),
    total: z.number(),
    unit: z.string(),
    rate: figureSchema,
    secondsLeft: figureSchema,
  }),
  /** One training step's figures (throttled). */
  z.object({
    type: z.literal('step'),
    stage: stageSchema,
    phase: z.string(),
    epoch: z.int(),
    step: z.int(),
    metrics: numbers,
  }),
  /** One epoch's figures: loss, val_loss, macro_ap, macro_f1, learning_rate, seconds, ... */
  z.object({
    type: z.literal('epoch'),
    stage: stageSchema,
    phase: z.string(),
    epoch: z.int(),
    epochs: z.int(),
    metrics: numbers,
    best: z.boolean(),
  }),
  /** Something worth reading: a decision, a warning. */
  z.object({ type: z.literal('note'), stage: stageSchema, level: z.enum(['info', 'warning']), message: z.string() }),
  /** A check of a bundle was made. `fault` is null when it passed; `note` is null when there is nothing to add. */
  z.object({
    type: z.literal('check'),
    name: messageSchema,
    fault: messageSchema.nullable(),
    note: messageSchema.nullable(),
  }),
  z.object({ type: z.literal('checkpoint'), stage: stageSchema, phase: z.string(), epoch: z.int(), step: z.int() }),
  z.object({ type: z.literal('stageFinished'), stage: stageSchema, seconds: z.number(), summary: numbers }),
  z.object({ type: z.literal('finished'), seconds: z.number() }),
  z.object({ type: z.literal('stopped'), message: z.string() }),
  z.object({ type: z.literal('failed'), problem: problemSchema }),
]);
export type RunEvent = z.infer<typeof runEventSchema>;

/** What a door tells a running job. Cancelling at once is ending the process: the last checkpoint is safe. */
export const jobCommandSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('pause') }),
  z.object({ type: z.literal('continue') }),
  /** End the current training phase now and go on with the best weights so far. */
  z.object({ type: z.literal('finishPhase') }),
  /** Write a checkpoint and stop; `resume` goes on from there. */
  z.object({ type: z.literal('stop') }),
]);
export type JobCommand = z.infer<typeof jobCommandSchema>;
