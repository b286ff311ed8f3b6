import { z } from 'zod';
import { messageSchema } from '../messageSchema.ts';
import { configSchema, unlabeledMeanings } from '../config.ts';
import { jobCommandSchema, stageSecondsSchema } from '../events.ts';
import {
  checkResultSchema,
  datasetIndexSchema,
  importOffersSchema,
  importPlanSchema,
  importRequestSchema,
  lineChangeSchema,
  repairableSchema,
  repairedSchema,
  saveResultSchema,
} from './dataset.ts';
import { exportSchema, tryResultSchema } from './exports.ts';
import {
  configChoicesSchema,
  foundRatesSchema,
  networkNameSchema,
  preflightSchema,
  runHistorySchema,
  runIdSchema,
  runSummarySchema,
} from './runs.ts';
import {
  diskUseSchema,
  folderListingSchema,
  helloSchema,
  installableEngines,
  loadSchema,
  machineSchema,
  projectIdSchema,
  projectSchema,
  rememberedSpeedSchema,
  settingsSchema,
} from './studio.ts';
import { occlusionMapSchema, classThresholdSchema, tuneSchema } from './tune.ts';
import { weightsSchema } from './weights.ts';

/**
 * All methods that a screen can call. Both sides validate what they receive: the studio the input, and the screen the
 * output. Errors are sent as plain data (see problem.ts).
 */
const method = <I extends z.ZodType, O extends z.ZodType>(input: I, output: O) => ({ input, output });
const nothing = z.object({});
const project = z.object({ project: projectIdSchema });
const run = project.extend({ run: runIdSchema });
const done = z.object({});

export const contract = {
  'studio.hello': method(nothing, helloSchema),
  'studio.load': method(nothing, loadSchema),
  'studio.diagnostics': method(nothing, z.object({ text: z.string(), /** Absolute. */ logFile: z.string() })),
  'settings.set': method(settingsSchema.partial(), settingsSchema),
  'cache.clear': method(z.object({ what: z.enum(['thumbnails', 'pixels']) }), z.object({ freedBytes: z.number() })),
  /** Disk space of the runs of each known project that still exists, largest first. */
  'disk.usage': method(nothing, z.array(diskUseSchema)),
  /** Deletes the checkpoints of all finished runs of a project. */
  'disk.clean': method(project, z.object({ freedBytes: z.number() })),
  'cache.usage': method(nothing, z.object({ thumbnails: z.number(), pixels: z.number() })),
  /** Ends a long call and its process. That call then rejects with a Problem 'cancelled'. */
  'activity.cancel': method(z.object({ id: z.string() }), done),
  'machine.measure': method(nothing, machineSchema),
  /** The engine speeds that `auto` has measured, newest first. */
  'engines.speeds': method(nothing, z.array(rememberedSpeedSchema)),
  /** Says what an installation downloads, how large it is and where it goes. Asks the source, and downloads nothing. */
  'engines.explain': method(
    z.object({ engine: z.enum(installableEngines) }),
    z.object({ lines: z.array(messageSchema) }),
  ),
  /** Downloads and installs an engine; `activity.cancel` ends it. Returns its folder when it is there. */
  'engines.install': method(z.object({ engine: z.enum(installableEngines) }), z.object({ folder: z.string() })),
  'engines.measureAgain': method(z.object({ id: z.string() }), done),
  /** Forgets one measurement, or all of them (null), so that the next run measures again. */
  'engines.forget': method(z.object({ id: z.string().nullable() }), done),
  'files.list': method(z.object({ folder: z.string().nullable() }), folderListingSchema),
  /** Finds folders with this name and these files, because browsers do not tell the path of a dropped folder. */
  'files.find': method(
    z.object({
      name: z.string().max(255),
      files: z.array(z.object({ name: z.string().max(255), bytes: z.number() })).max(20),
    }),
    z.object({ folders: z.array(z.string()) }),
  ),
  /** Shows a file or folder in the system's file browser; false if the door cannot. */
  'files.reveal': method(
    z.object({ project: projectIdSchema.nullable(), path: z.string() }),
    z.object({ shown: z.boolean() }),
  ),

  /** A text per path that changes when the image file does; '' if there is no file. */
  'pictures.versions': method(
    z.object({ project: projectIdSchema, paths: z.array(z.string()).max(500) }),
    z.object({ versions: z.array(z.string()) }),
  ),

  'project.open': method(z.object({ folder: z.string() }), projectSchema),
  'project.forget': method(project, done),
  'project.sample': method(nothing, projectSchema),
  /** Removes the lock on the label files after a person confirmed that its holder, which cannot be checked, is gone. */
  'project.takeOver': method(project, done),
  'project.relocate': method(
    z.object({ project: projectIdSchema, folder: z.string() }),
    z.object({ project: projectSchema, matching: z.int(), compared: z.int() }),
  ),

  'dataset.read': method(project, datasetIndexSchema),
  'dataset.check': method(project, checkResultSchema),
  'dataset.lastCheck': method(project, z.object({ result: checkResultSchema.nullable() })),
  'dataset.draft': method(z.object({ project: projectIdSchema, changes: z.array(lineChangeSchema) }), done),
  'dataset.save': method(z.object({ project: projectIdSchema, changes: z.array(lineChangeSchema) }), saveResultSchema),
  'dataset.line': method(
    z.object({ project: projectIdSchema, change: lineChangeSchema }),
    z.object({ before: z.string(), after: z.string().nullable() }),
  ),
  /** Fixes one kind of problem in the label files and keeps a backup. */
  'dataset.repair': method(z.object({ project: projectIdSchema, code: repairableSchema }), repairedSchema),
  /** Saves what images without labels mean in the project's destila.yaml. */
  'dataset.unlabeled': method(z.object({ project: projectIdSchema, answer: z.enum(unlabeledMeanings) }), done),
  'import.offers': method(project, importOffersSchema),
  'import.plan': method(importRequestSchema, importPlanSchema),
  'import.write': method(importRequestSchema, done),

  'weights.list': method(
    z.object({ /** Its runs' networks are listed too. */ project: projectIdSchema.nullable() }),
    weightsSchema,
  ),
  /** Starts or resumes a download and returns at once. 'weightsChanged' events report its progress. */
  'weights.download': method(z.object({ id: z.string() }), done),
  'weights.cancel': method(z.object({ id: z.string() }), done),
  /** Writes a run's float network for PyTorch (timm) or Keras. Returns the file's path within the run. */
  'weights.write': method(
    run.extend({ stage: z.enum(['teacher', 'student']), format: z.enum(['timm', 'keras']) }),
    z.object({ file: z.string(), bytes: z.number() }),
  ),

  'config.choices': method(project, configChoicesSchema),
  /**
   * The same settings with the teacher and the epochs that this machine can do in about two hours; null if nothing could
   * be measured.
   */
  'config.fit': method(z.object({ project: projectIdSchema, config: configSchema }), configSchema.nullable()),
  'config.save': method(z.object({ project: projectIdSchema, config: configSchema }), done),
  /** `again` measures also what was measured before. */
  'run.preflight': method(
    z.object({ project: projectIdSchema, config: configSchema, again: z.boolean() }),
    preflightSchema,
  ),
  /** Runs a learning-rate range test. Returns when it has finished, was canceled, or was ended by a run. */
  'learningRate.find': method(
    z.object({ project: projectIdSchema, config: configSchema, network: networkNameSchema }),
    done,
  ),
  'learningRate.cancel': method(nothing, done),
  /** The results since the studio was started. */
  'learningRate.found': method(project, foundRatesSchema),
  'runs.list': method(project, z.array(runSummarySchema)),
  'runs.start': method(
    z.object({
      project: projectIdSchema,
      config: configSchema,
      preset: z.string().nullable(),
      /** From the preflight, if there was one. */
      expected: z.array(stageSecondsSchema).default([]),
    }),
    runSummarySchema,
  ),
  'runs.resume': method(run, done),
  /** Removes the lock of a run whose holder cannot be checked, so that the run can be resumed. */
  'runs.takeOver': method(run, done),
  'runs.command': method(run.extend({ command: jobCommandSchema }), done),
  'runs.cancel': method(run, done),
  'runs.history': method(run, runHistorySchema),
  'runs.change': method(
    run.extend({ note: z.string().optional(), pinned: z.boolean().optional(), trashed: z.boolean().optional() }),
    runSummarySchema,
  ),
  'runs.delete': method(run, done),
  'runs.clean': method(run, z.object({ freedBytes: z.number() })),

  'tune.read': method(run, tuneSchema),
  'tune.save': method(run.extend({ thresholds: z.array(classThresholdSchema) }), done),
  'tune.openTest': method(run, tuneSchema),
  'tune.occlusionMap': method(run.extend({ path: z.string(), label: z.int() }), occlusionMapSchema),

  'export.start': method(run, done),
  /** Verifies the existing bundle, as `destila verify` does, without writing it again. */
  'export.check': method(run, done),
  'export.read': method(run, z.object({ export: exportSchema.nullable() })),
  'export.file': method(
    run.extend({ name: z.string() }),
    z.object({
      text: z.string().nullable(),
      /** True if the file has test metrics and the test split is sealed. */
      sealed: z.boolean(),
    }),
  ),
  'export.try': method(
    run.extend({ image: z.object({ base64: z.string() }).or(z.object({ path: z.string() })) }),
    tryResultSchema,
  ),
  'export.folder': method(
    run.extend({ folder: z.string() }),
    z.object({ csv: z.string(), images: z.int(), unreadable: z.int() }),
  ),
} as const;

export type Contract = typeof contract;
export type Method = keyof Contract;
export type Input<M extends Method> = z.input<Contract[M]['input']>;
export type Output<M extends Method> = z.output<Contract[M]['output']>;

export const isMethod = (name: string): name is Method => Object.hasOwn(contract, name);

/** How an image is requested: the query of a path below /image/, the same in both doors. */
export const pictureQuerySchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('thumbnail'), edge: z.coerce.number().int().min(32).max(1024) }),
  z.object({ kind: z.literal('photo') }),
  z.object({
    kind: z.literal('letterbox'),
    size: z.coerce.number().int().min(32).max(800),
    padding: z.string().transform(rgb),
  }),
  z.object({
    kind: z.literal('augmented'),
    size: z.coerce.number().int().min(32).max(800),
    padding: z.string().transform(rgb),
    draw: z.coerce.number().int().min(0),
    settings: z.string().max(4000),
  }),
]);
export type PictureQuery = z.infer<typeof pictureQuerySchema>;

/** The query as text, which the schema reads back. */
export const pictureQuery = (query: PictureQuery): Record<string, string> =>
  Object.fromEntries(Object.entries(query).map(([key, value]) => [key, String(value)]));

function rgb(text: string): [number, number, number] {
  const [r = 0, g = 0, b = 0] = text.split(',').map((part) => Math.min(255, Math.max(0, Number(part) || 0)));
  return [r, g, b];
}
