import { z } from 'zod';
import { configSchema, engineNames, unlabeledMeanings } from '../../shared/config.ts';
import { jobCommandSchema, problemSchema, runEventSchema, stageSchema } from '../../shared/events.ts';
import { messageSchema } from '../../shared/messageSchema.ts';

/** The engine of a run and the reason for it, which is null when there was no choice. */
export const engineChoiceSchema = z.object({ name: z.enum(engineNames), why: messageSchema.nullable() });
export type EngineChoice = z.infer<typeof engineChoiceSchema>;

/** The jobs. A process does one of them and ends. */
export const jobRequestSchema = z.discriminatedUnion('type', [
  /** Starts or resumes the run in `runFolder`; `stages` null runs all stages that are not finished. */
  z.object({
    type: z.literal('run'),
    runFolder: z.string(),
    stages: z.array(stageSchema).nullable(),
    cacheFolder: z.string(),
    engine: engineChoiceSchema,
    enginesFolder: z.string(),
    /** True when a person has confirmed that the process that locked the run is gone. */
    takeOver: z.boolean(),
  }),
  /** Reads and checks a project without changing anything. */
  z.object({
    type: z.literal('check'),
    project: z.string(),
    config: configSchema.shape.data.unwrap(),
    cacheFolder: z.string(),
    /** File for the result as JSON, because that of 100,000 images is too large for a message. Null returns it. */
    out: z.string().nullable(),
  }),
  /** Draws the sample project. */
  z.object({ type: z.literal('sample'), folder: z.string() }),
  z.object({ type: z.literal('verify'), bundle: z.string() }),
  /** Reads the quality of the model from the bundle's own report. */
  z.object({ type: z.literal('bundleQuality'), bundle: z.string() }),
  z.object({ type: z.literal('compareBundles'), before: z.string(), after: z.string() }),
  /** Scores every image of a folder with a bundle; the CSV is sent as output. */
  z.object({ type: z.literal('predict'), bundle: z.string(), folder: z.string() }),
  /** Evaluates a run or a bundle on labeled images: another folder, or the run's own split. */
  z.object({
    type: z.literal('evaluate'),
    model: z.string(),
    data: z.string().nullable(),
    split: z.enum(['train', 'val', 'test']),
    unlabeled: z.enum(unlabeledMeanings),
    cacheFolder: z.string(),
  }),
  z.object({ type: z.literal('doctor'), folder: z.string(), enginesFolder: z.string() }),
  /** Starts an engine and times a small network. */
  z.object({ type: z.literal('tryEngine'), engine: z.enum(engineNames), enginesFolder: z.string() }),
  /** Times real training steps with these settings. */
  z.object({
    type: z.literal('measure'),
    config: configSchema,
    classes: z.int(),
    engine: z.enum(engineNames),
    enginesFolder: z.string(),
  }),
  /** Measures at which learning rates a network learns. */
  z.object({
    type: z.literal('learningRateRange'),
    project: z.string(),
    config: configSchema,
    network: z.enum(['teacher', 'student']),
    steps: z.int().min(10).max(1000),
    cacheFolder: z.string(),
    engine: z.enum(engineNames),
    enginesFolder: z.string(),
  }),
  /** Scores one image with an exported file. */
  z.object({
    type: z.literal('try'),
    bundle: z.string(),
    image: z.object({ path: z.string() }).or(z.object({ base64: z.string() })),
  }),
  /** Writes a float network of a run in the format of other programs. */
  z.object({
    type: z.literal('writeNetwork'),
    runFolder: z.string(),
    stage: z.enum(['teacher', 'student']),
    format: z.enum(['timm', 'keras']),
    out: z.string().nullable(),
  }),
  /** Computes an occlusion map of a run's INT8 model. */
  z.object({ type: z.literal('occlusionMap'), runFolder: z.string(), file: z.string(), label: z.int() }),
]);
export type JobRequest = z.infer<typeof jobRequestSchema>;

export const toJobSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('start'), request: jobRequestSchema }),
  z.object({ type: z.literal('command'), command: jobCommandSchema }),
]);
export type ToJob = z.infer<typeof toJobSchema>;

export const fromJobSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('event'), event: runEventSchema }),
  /** Text for the person's standard output: a few lines of CSV. */
  z.object({ type: z.literal('output'), text: z.string() }),
  /** The job is done. */
  z.object({ type: z.literal('result'), value: z.unknown() }),
  z.object({ type: z.literal('problem'), problem: problemSchema }),
]);
export type FromJob = z.infer<typeof fromJobSchema>;
