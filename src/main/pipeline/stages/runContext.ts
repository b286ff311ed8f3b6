import path from 'node:path';
import type { Config } from '../../../shared/config.ts';
import type { Stage } from '../../../shared/events.ts';
import type { Message } from '../../../shared/message.ts';
import type { Dataset, Sample } from '../data/dataset.ts';
import type { Loader } from '../data/loader.ts';
import { createLoader } from '../data/loader.ts';
import type { Engine } from '../engine/engine.ts';
import type { MetricsLog } from '../storage/metricsLog.ts';
import type { JobContext } from './jobContext.ts';

/** What the stages after data share. */
export interface RunContext {
  /** Absolute path of runs/<id>. */
  readonly folder: string;
  readonly config: Config;
  /** From the run's own snapshot, so that later edits of the labels do not change the run. */
  readonly dataset: Dataset;
  readonly engine: Engine;
  readonly job: JobContext;
  /** The pixel cache's folder, which all runs of a project share. */
  readonly cacheFolder: string;
  readonly metrics: MetricsLog;
  /** Records in run.json that the test split was used, and for what. */
  countTestOpening(by: string): Promise<void>;
  /** Records the path of the bundle, relative to the run's folder, in run.json. */
  setExport(file: string): Promise<void>;
}

/** What is needed to initialize a network; the learning-rate search has it without a run. */
export type StartContext = Pick<RunContext, 'config' | 'dataset' | 'job' | 'engine'>;

/** A few figures of a finished stage, kept in run.json. */
export type StageSummary = Readonly<Record<string, number | null>>;

export const modelPath = (
  context: Pick<RunContext, 'folder'>,
  name: 'teacher_best' | 'teacher_final' | 'student_best' | 'student_final' | 'student_qat',
): string => path.join(context.folder, 'models', `${name}.safetensors`);

export const checkpointFolder = (context: Pick<RunContext, 'folder'>): string =>
  path.join(context.folder, 'checkpoints');

export function note(
  context: Pick<RunContext, 'job'>,
  stage: Stage,
  text: Message,
  level: 'info' | 'warning' = 'info',
): void {
  context.job.report({ type: 'note', stage, level, message: text });
}

/** Opens a loader for these input sizes and closes it when `work` ends. */
export async function withLoader<T>(
  context: Pick<RunContext, 'config' | 'cacheFolder'>,
  sizes: readonly number[],
  work: (loader: Loader) => Promise<T>,
): Promise<T> {
  const { data } = context.config;
  const loader = await createLoader({
    sizes,
    paddingColor: data.padding_color,
    maxMegapixels: data.max_megapixels,
    workers: data.workers,
    cache: data.cache_gb === 0 ? null : { folder: context.cacheFolder, maxBytes: data.cache_gb * 1e9 },
  });
  try {
    return await work(loader);
  } finally {
    await loader.close();
  }
}

export const split = (context: Pick<RunContext, 'dataset'>, name: 'train' | 'val' | 'test'): readonly Sample[] =>
  context.dataset.splits[name];
