import { z } from 'zod';
import { engineNames } from '../config.ts';
import { runEventSchema } from '../events.ts';
import { messageSchema } from '../messageSchema.ts';

/** The studio itself, its projects and this machine. */

export const settingsSchema = z.object({
  language: z.enum(['system', 'en', 'es']).default('system'),
  theme: z.enum(['system', 'light', 'dark']).default('system'),
  rows: z.enum(['compact', 'normal', 'large']).default('normal'),
  /** Threads of the CPU engine for new runs; 0 uses all cores. */
  threads: z.int().min(0).default(0),
  /** GPU for new runs, one of the machine's `adapters`; null leaves the choice to the system. */
  adapter: z.string().nullable().default(null),
  /** Leaves cores free for other programs during a run. */
  polite: z.boolean().default(false),
  thumbnailGigabytes: z.number().min(0.1).max(1000).default(4),
  /** 'http://name:password@host:port' for downloads; empty uses the environment variables. */
  proxy: z.string().max(500).default(''),
});
export type Settings = z.infer<typeof settingsSchema>;

/** Ids become parts of paths, so they are validated on input. */
export const projectIdSchema = z.string().regex(/^[0-9a-f]{12}$/);

export const projectSchema = z.object({
  /** Derived from the folder, so that the same folder has the same id. */
  id: z.string(),
  name: z.string(),
  /** Absolute. */
  folder: z.string(),
  openedAt: z.string(),
  /** False if the folder was deleted or its disk is not connected. */
  found: z.boolean(),
  images: z.int(),
  labels: z.int(),
  /** Paths of a few images to show in the list of recent projects. */
  covers: z.array(z.string()),
  /** The newest finished run. */
  lastRun: z.object({ name: z.string(), macroAp: z.number().nullable() }).nullable(),
});
export type Project = z.infer<typeof projectSchema>;

export const engineReportSchema = z.object({
  name: z.string(),
  /** Where it computes; null where only a start would show it. */
  device: z.enum(['cpu', 'gpu']).nullable().default(null),
  state: z.enum(['works', 'fails', 'not tried']),
  /** What it runs on, or what is missing. */
  description: messageSchema,
  /** The command that installs what is missing. */
  fix: messageSchema.nullable().default(null),
  /** Measured by training EfficientNet-Lite0 at 96 px with batch size 16. */
  imagesPerSecond: z.number().nullable(),
});
export type EngineReport = z.infer<typeof engineReportSchema>;

/** Engines that the studio installs when asked: each is a download of its own. */
export const installableEngines = ['cuda', 'tfjs', 'tfjs-gpu'] as const;
export type InstallableEngine = (typeof installableEngines)[number];

const measuredNetworkSchema = z.object({ architecture: z.string(), inputSize: z.int(), batchSize: z.int() });
/** Measurements that `auto` uses: seconds per teacher step plus student step on each engine, or null if it failed. */
export const engineSpeedSchema = z.object({
  measuredAt: z.string(),
  teacher: measuredNetworkSchema,
  student: measuredNetworkSchema,
  /** 0 for all cores. */
  threads: z.int(),
  adapter: z.string().nullable().default(null),
  seconds: z.partialRecord(z.enum(engineNames), z.number().nullable()),
});
export type EngineSpeed = z.infer<typeof engineSpeedSchema>;
/** With the key it is stored under. */
export const rememberedSpeedSchema = engineSpeedSchema.extend({ id: z.string() });
export type RememberedSpeed = z.infer<typeof rememberedSpeedSchema>;

export const machineReportSchema = z.object({
  system: z.string(),
  cpu: z.object({ model: z.string(), cores: z.int(), features: z.array(z.string()) }),
  memory: z.object({ totalBytes: z.number(), freeBytes: z.number() }),
  disk: z.object({ folder: z.string(), freeBytes: z.number() }).nullable(),
  gpus: z.array(z.string()),
  /** Vulkan adapters; empty unless `vulkaninfo` is installed. */
  vulkan: z
    .array(
      z.object({
        name: z.string(),
        driver: z.string(),
        /** True when the CPU stands in for a GPU. */
        software: z.boolean().default(false),
        version: z.string(),
        largestBufferBytes: z.number(),
        memoryBytes: z.number(),
      }),
    )
    .default([]),
  /** GPUs that `engine.adapter` can name; empty where the system decides. */
  adapters: z.array(z.string()).default([]),
  /** What is installed of CUDA; null without an NVIDIA driver. */
  cuda: z
    .object({
      driver: z.string(),
      driverCuda: z.int().nullable(),
      cuda: z.array(z.int()),
      cudnn: z.array(z.int()),
      needed: z.int().nullable(),
    })
    .nullable()
    .default(null),
  engines: z.array(engineReportSchema),
  versions: z.record(z.string(), z.string()).default({}),
});
export type MachineReport = z.infer<typeof machineReportSchema>;

export const machineSchema = machineReportSchema.extend({ measuredAt: z.string() });
export type Machine = z.infer<typeof machineSchema>;

/** Current load, for the status bar and during a training. */
export const gpuLoadSchema = z.object({
  name: z.string(),
  share: z.number().nullable(),
  memoryUsedBytes: z.number(),
  memoryTotalBytes: z.number(),
});
export type GpuLoad = z.infer<typeof gpuLoadSchema>;
export const loadSchema = z.object({
  cpuShare: z.number(),
  memoryUsedBytes: z.number(),
  memoryTotalBytes: z.number(),
  diskFreeBytes: z.number().nullable(),
  /** Memory of the running job; null when there is none. */
  jobBytes: z.number().nullable(),
  gpus: z.array(gpuLoadSchema),
});
export type Load = z.infer<typeof loadSchema>;

/** A long call that is not a run, such as drawing the sample, checking a project or exporting. */
export const activitySchema = z.object({
  id: z.string(),
  kind: z.enum([
    'sample',
    'check',
    'measure',
    'preflight',
    'teacherRate',
    'studentRate',
    'predict',
    'import',
    'export',
    'verify',
    'try',
    'occlusion',
    'weights',
    'install',
  ]),
  project: z.string().nullable(),
  done: z.number(),
  total: z.number(),
  secondsLeft: z.number().nullable(),
  /** What it does now, where that changes on the way. */
  step: messageSchema.optional(),
});
export type Activity = z.infer<typeof activitySchema>;

export const queueEntrySchema = z.object({
  run: z.string(),
  project: z.string(),
  name: z.string(),
  state: z.enum(['running', 'paused', 'waiting']),
});
export type QueueEntry = z.infer<typeof queueEntrySchema>;

export const helloSchema = z.object({
  version: z.string(),
  door: z.enum(['browser', 'desktop']),
  platform: z.string(),
  homeFolder: z.string(),
  settings: settingsSchema,
  recent: z.array(projectSchema),
  machine: machineSchema.nullable(),
  queue: z.array(queueEntrySchema),
  activities: z.array(activitySchema),
});
export type Hello = z.infer<typeof helloSchema>;

/** Disk space of a project's runs. */
export const diskUseSchema = z.object({
  project: z.string(),
  name: z.string(),
  runs: z.int(),
  bytes: z.number(),
  /** Size of the checkpoints of finished runs, which are no longer needed. */
  freeableBytes: z.number(),
});
export type DiskUse = z.infer<typeof diskUseSchema>;

export const folderListingSchema = z.object({
  folder: z.string(),
  parent: z.string().nullable(),
  folders: z.array(z.string()),
  images: z.int(),
  labelFiles: z.array(z.string()),
  /** CSV and JSON files, which may be imported. */
  files: z.array(z.string()),
});
export type FolderListing = z.infer<typeof folderListingSchema>;

export const eventSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('run'), project: z.string(), run: z.string(), event: runEventSchema }),
  /** A run was created, changed, moved to the trash, or ended. */
  z.object({ type: z.literal('runsChanged'), project: z.string() }),
  z.object({ type: z.literal('queue'), queue: z.array(queueEntrySchema) }),
  z.object({ type: z.literal('activity'), activity: activitySchema }),
  z.object({ type: z.literal('activityEnded'), id: z.string() }),
  /** A label file changed on disk, because of the studio or somebody else. */
  z.object({ type: z.literal('datasetChanged'), project: z.string() }),
  /** The list of pretrained weights or the progress of a download changed. */
  z.object({ type: z.literal('weightsChanged') }),
  z.object({ type: z.literal('settings'), settings: settingsSchema }),
  z.object({ type: z.literal('recent'), recent: z.array(projectSchema) }),
  z.object({ type: z.literal('load'), load: loadSchema }),
  /** Sent by the desktop when a folder is opened from the system or a menu item is chosen. */
  z.object({
    type: z.literal('command'),
    command: z.enum(['openFolder', 'save', 'undo', 'redo', 'palette', 'shortcuts', 'settings']),
    folder: z.string().nullable(),
  }),
]);
export type StudioEvent = z.infer<typeof eventSchema>;
