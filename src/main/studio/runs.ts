import { access } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { Config } from '../../shared/config.ts';
import type { Stage } from '../../shared/events.ts';
import { Problem } from '../../shared/problem.ts';
import { startJob } from '../jobs/startJob.ts';
import type { Job, JobWatcher } from '../jobs/startJob.ts';
import { takeLock } from '../pipeline/storage/lock.ts';
import type { RunRecord } from '../pipeline/storage/runFolder.ts';
import { createRun, listRuns, lockFile, readRun, writeRun } from '../pipeline/storage/runFolder.ts';
import { cacheFolder, runsFolder } from './places.ts';

/** The services around runs: every door (command line, browser, desktop) uses these. */

export interface RunRequest {
  /** Folder of the photos and label files. */
  readonly project: string;
  readonly config: Config;
  readonly preset: string | null;
  /** Null: the whole pipeline. */
  readonly stages: readonly Stage[] | null;
  /** Null: runs/ inside the project. */
  readonly runsFolder: string | null;
}

export interface StartedRun { readonly folder: string; readonly job: Job }

export async function startRun(request: RunRequest, watcher: JobWatcher): Promise<StartedRun> {
  const project = path.resolve(request.project);
  await access(project).catch(() => { throw new Problem('data', `The project folder ${project} does not exist.`); });
  const folder = await createRun(request.runsFolder ?? runsFolder(project), { project, preset: request.preset, config: request.config, versions: versions() });
  return { folder, job: resumeRun(folder, request.stages, watcher) };
}

/** Goes on with a run; named stages are done even if they were finished. */
export function resumeRun(folder: string, stages: readonly Stage[] | null, watcher: JobWatcher): Job {
  return startJob({ type: 'run', runFolder: path.resolve(folder), stages: stages === null ? null : [...stages], cacheFolder: cacheFolder() }, watcher);
}

/** Changes a run's settings between stages, under its lock. */
export async function changeConfig(folder: string, change: (config: Config) => Config): Promise<void> {
  const lock = await takeLock(lockFile(folder), 'settings');
  try {
    const record = await readRun(folder);
    await writeRun(folder, { ...record, config: change(record.config) });
  } finally {
    await lock.release();
  }
}

/** The run that a path means: a run's own folder, or the newest run of a project. */
export async function findRun(place: string, accepts: (record: RunRecord) => boolean = () => true): Promise<string> {
  const folder = path.resolve(place);
  if (await readRun(folder).then(() => true, () => false)) return folder;
  const own = await access(path.join(folder, 'run.json')).then(() => true, () => false);
  if (own) await readRun(folder); // says what is wrong with it
  const runs = await listRuns(runsFolder(folder));
  const newest = runs.findLast(({ record }) => accepts(record));
  if (newest === undefined) throw new Problem('file', `${folder} is no run and has none${runs.length === 0 ? '' : ' that fits'}: name a run's folder, or a project that has runs.`);
  return newest.folder;
}

/** Dependencies are pinned, so package.json says what runs. */
function versions(): Record<string, string> {
  const { version, dependencies } = createRequire(import.meta.url)('../../../package.json') as { version: string; dependencies: Record<string, string> };
  const pinned = (name: string): string => dependencies[name] ?? '';
  return { destila: version, node: process.versions.node, onnxruntime: pinned('onnxruntime-node'), sharp: pinned('sharp'), litert: pinned('@litertjs/core'), platform: `${process.platform}-${process.arch}` };
}
