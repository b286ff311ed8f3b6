import path from 'node:path';
import type { Config } from '../../../shared/config.ts';
import type { Stage } from '../../../shared/events.ts';
import type { Dataset, Sample } from '../data/dataset.ts';
import type { Loader } from '../data/loader.ts';
import { createLoader } from '../data/loader.ts';
import type { Engine } from '../engine/engine.ts';
import type { MetricsLog } from '../storage/metricsLog.ts';
import type { Checkpoint } from '../train/checkpoint.ts';
import { latestCheckpoint } from '../train/checkpoint.ts';
import type { JobContext } from './jobContext.ts';

/** What every stage of a run works with. */
export interface RunRoom {
  /** Absolute path of runs/<id>. */
  readonly folder: string;
  readonly config: Config;
  /** From the run's own snapshot: later label edits change no run. */
  readonly dataset: Dataset;
  readonly engine: Engine;
  readonly context: JobContext;
  /** Folder of the pixel cache, shared by all runs of a project. */
  readonly cacheFolder: string;
  readonly metrics: MetricsLog;
  /** Notes in run.json that the test split was looked at, and for what. */
  countTestOpening(by: string): Promise<void>;
  /** Notes in run.json where the bundle lies, relative to the run. */
  setExport(file: string): Promise<void>;
}

/** What a network needs to begin with, in a run or without one. */
export type StartRoom = Pick<RunRoom, 'config' | 'dataset' | 'context' | 'engine'>;

/** What a finished stage says of itself in run.json: a few figures. */
export type StageSummary = Readonly<Record<string, number | null>>;

export const modelPath = (
  room: Pick<RunRoom, 'folder'>,
  name: 'teacher_best' | 'teacher_final' | 'student_best' | 'student_final' | 'student_qat',
): string => path.join(room.folder, 'models', `${name}.safetensors`);

export const checkpointFolder = (room: Pick<RunRoom, 'folder'>): string => path.join(room.folder, 'checkpoints');

export function note(
  room: Pick<RunRoom, 'context'>,
  stage: Stage,
  message: string,
  level: 'info' | 'warning' = 'info',
): void {
  room.context.report({ type: 'note', stage, level, message });
}

/** A loader for these sizes while `work` runs. */
export async function withLoader<T>(
  room: Pick<RunRoom, 'config' | 'cacheFolder'>,
  sizes: readonly number[],
  work: (loader: Loader) => Promise<T>,
): Promise<T> {
  const { data } = room.config;
  const loader = await createLoader({
    sizes,
    paddingColor: data.padding_color,
    maxMegapixels: data.max_megapixels,
    workers: data.workers,
    cache: data.cache_gb === 0 ? null : { folder: room.cacheFolder, maxBytes: data.cache_gb * 1e9 },
  });
  try {
    return await work(loader);
  } finally {
    await loader.close();
  }
}

export const split = (room: Pick<RunRoom, 'dataset'>, name: 'train' | 'val' | 'test'): readonly Sample[] =>
  room.dataset.splits[name];

/** Where an earlier process left a phase, with metrics.jsonl cut back to there; null if it has to begin. */
export async function resumePoint(room: RunRoom, stage: Stage, phase: string): Promise<Checkpoint | null> {
  const warn = (file: string): void =>
    note(room, stage, `The checkpoint ${file} is damaged; the one before it is used.`, 'warning');
  const checkpoint = await latestCheckpoint(checkpointFolder(room), stage, phase, warn);
  if (checkpoint === null) return null;
  room.metrics.cutTo(checkpoint.progress.metricsBytes);
  note(room, stage, `Going on from epoch ${checkpoint.progress.epoch + 1}, step ${checkpoint.progress.step}.`);
  return checkpoint;
}
