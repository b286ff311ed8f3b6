import { z } from 'zod';
import { codedFields, messageSchema } from './messageSchema.ts';

/**
 * What a running job tells its watchers: plain data, one JSON object per line in log.jsonl and with `--json`.
 * Every door (command line, browser, desktop) builds what it shows from these events alone.
 */

export const stages = ['data', 'teacher', 'student', 'qat', 'thresholds', 'test', 'export'] as const;
export const stageSchema = z.enum(stages);
export type Stage = z.infer<typeof stageSchema>;

/** How long a stage is expected to take. */
export const stageSecondsSchema = z.object({ stage: stageSchema, seconds: z.number() });
export type StageSeconds = z.infer<typeof stageSecondsSchema>;

/**
 * A figure, or null where it is undefined. Computations mark that with NaN or an infinity, which JSON cannot hold and
 * which must not make a reader reject the whole message, so both become null where they cross a process border.
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
  /** `message` describes what the stage does with the run's settings. */
  z.object({ type: z.literal('stageStarted'), stage: stageSchema, message: messageSchema }),
  /** Work inside a stage. `rate` is in units per second; `secondsLeft` covers this activity, not the whole stage. */
  z.object({
    type: z.literal('progress'),
    stage: stageSchema,
    /** The phase of training that the work belongs to; absent outside of training. */
    phase: z.string().optional(),
    activity: messageSchema,
    done: z.number(),
    total: z.number(),
    unit: z.enum(['images', 'steps']),
    rate: figureSchema,
    secondsLeft: figureSchema,
  }),
  /** One training step's figures. The studio throttles these events before they reach a screen. */
  z.object({
    type: z.literal('step'),
    stage: stageSchema,
    phase: z.string(),
    epoch: z.int(),
    step: z.int(),
    metrics: numbers,
  }),
  /** One epoch's figures: loss, val_loss, macro_ap, macro_f1, learning_rate, seconds and others. */
  z.object({
    type: z.literal('epoch'),
    stage: stageSchema,
    phase: z.string(),
    epoch: z.int(),
    epochs: z.int(),
    metrics: numbers,
    best: z.boolean(),
  }),
  /** A decision or a warning that people should see. */
  z.object({ type: z.literal('note'), stage: stageSchema, level: z.enum(['info', 'warning']), message: messageSchema }),
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
  z.object({ type: z.literal('stopped'), message: messageSchema }),
  z.object({ type: z.literal('failed'), problem: problemSchema }),
]);
export type RunEvent = z.infer<typeof runEventSchema>;

/** What a door tells a running job. To cancel at once a door ends the process, because the last checkpoint is safe. */
export const jobCommandSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('pause') }),
  z.object({ type: z.literal('continue') }),
  /** Ends the current training phase now and continues with the best weights so far. */
  z.object({ type: z.literal('finishPhase') }),
  /** Writes a checkpoint and stops; `resume` continues from there. */
  z.object({ type: z.literal('stop') }),
]);
export type JobCommand = z.infer<typeof jobCommandSchema>;
