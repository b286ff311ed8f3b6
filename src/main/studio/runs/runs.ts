import { access, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { Config } from '../../../shared/config.ts';
import type { Stage, StageSeconds } from '../../../shared/events.ts';
import type { Message } from '../../../shared/message.ts';
import { Problem } from '../../../shared/problem.ts';
import { insideFolder } from '../../pipeline/storage/insideFolder.ts';
import type { JobRequest } from '../../jobs/protocol.ts';
import { startJobWhen } from '../../jobs/startJob.ts';
import type { Job, JobWatcher } from '../../jobs/startJob.ts';
import type { LockOptions, LockPurpose } from '../../pipeline/storage/lock.ts';
import { takeLock } from '../../pipeline/storage/lock.ts';
import type { RunRecord } from '../../pipeline/storage/runFolder.ts';
import { createRun, listRuns, lockFile, readRun, writeRun } from '../../pipeline/storage/runFolder.ts';
import { chooseEngine } from '../engines/chooseEngine.ts';
import { withUnlabeledAnswer } from '../labels/unlabeled.ts';
import { cacheFolder, enginesFolder, runsFolder } from '../state/places.ts';
import { folderBytes } from '../state/folderBytes.ts';
import { freeableBytes } from './runSummary.ts';

/** Operations on runs, used by every door (command line, browser, desktop). */

export interface RunRequest {
  /** Folder of the images and label files. */
  readonly project: string;
  readonly config: Config;
  readonly preset: string | null;
  /** Null for the whole pipeline. */
  readonly stages: readonly Stage[] | null;
  /** Null for runs/ inside the project. */
  readonly runsFolder: string | null;
  /** Seconds per stage as measured before the start. */
  readonly expected?: StageSeconds[];
}

export interface StartedRun {
  readonly folder: string;
  readonly job: Job;
}

/** The folder of a run of a project. Rejects ids that are paths. */
export function runPlace(project: string, run: string): string {
  if (!/^[\w.-]+$/.test(run) || run.startsWith('.')) throw new Problem('file.notARunId', { run });
  return insideFolder(project, path.join(path.relative(project, runsFolder(project)), run));
}

/** Creates the folder of a run without starting it. */
export async function newRun(request: Omit<RunRequest, 'stages'>): Promise<string> {
  const project = path.resolve(request.project);
  await access(project).catch(() => {
    throw new Problem('data.folderMissing', { folder: project });
  });
  return createRun(request.runsFolder ?? runsFolder(project), {
    project,
    preset: request.preset,
    config: await withUnlabeledAnswer(request.config, project),
    expected: request.expected ?? [],
    versions: versions(),
  });
}

export async function startRun(request: RunRequest, watcher: JobWatcher): Promise<StartedRun> {
  const folder = await newRun(request);
  return { folder, job: resumeRun(folder, request.stages, watcher) };
}

/**
 * Starts or resumes a run. Named stages are repeated even if they were finished. `takeOver` means that a person
 * confirmed that the process which locked the run is gone.
 */
export function resumeRun(folder: string, stages: readonly Stage[] | null, watcher: JobWatcher, takeOver = false): Job {
  const start = async (): Promise<JobRequest> => ({
    type: 'run',
    runFolder: path.resolve(folder),
    stages: stages === null ? null : [...stages],
    cacheFolder: cacheFolder(),
    engine: await chooseEngine((await readRun(folder)).config, watcher.signal),
    enginesFolder: enginesFolder(),
    takeOver,
  });
  return startJobWhen(start(), watcher);
}

/**
 * A person confirms that the process which locked the run is gone. Rejected while that process is known to be alive.
 */
export async function takeOverRun(folder: string): Promise<void> {
  const lock = await takeLock(lockFile(folder), 'training', { takeOver: true });
  await lock.release();
}

/** Changes what a person can set on a run: its note, its pin, and whether it is in the trash. */
export async function changeRun(
  folder: string,
  change: { note?: string | undefined; pinned?: boolean | undefined; trashed?: boolean | undefined },
): Promise<void> {
  const write = async (): Promise<void> => {
    const record = await readRun(folder);
    await writeRun(folder, {
      ...record,
      notes: change.note ?? record.notes,
      pinned: change.pinned ?? record.pinned,
      trashed: change.trashed ?? record.trashed,
    });
  };
  await underLock(folder, 'notes', write);
}

/** Deletes a run in the trash for good. */
export async function deleteRun(folder: string): Promise<void> {
  const { trashed } = await readRun(folder);
  if (!trashed) throw new Problem('config.runNotInTrash');
  await underLock(folder, 'deleting', () => rm(path.join(folder, 'run.json')));
  await rm(folder, { recursive: true, force: true });
}

/** Deletes the checkpoints of a finished run, which nothing needs any more. Returns the freed bytes. */
export async function cleanRun(folder: string): Promise<number> {
  const { state } = await readRun(folder);
  if (state !== 'finished') throw new Problem('config.checkpointsNeeded');
  const checkpoints = path.join(folder, 'checkpoints');
  const bytes = await folderBytes(checkpoints);
  await rm(checkpoints, { recursive: true, force: true });
  return bytes;
}

/** Disk space of a project's runs, and how much of it `cleanProject` would free. */
export async function diskUse(project: string): Promise<{ runs: number; bytes: number; freeableBytes: number }> {
  const runs = await listRuns(runsFolder(project));
  const freeable = await Promise.all(runs.map(({ folder, state }) => freeableBytes(folder, state)));
  return {
    runs: runs.length,
    bytes: await folderBytes(runsFolder(project)),
    freeableBytes: freeable.reduce((a, b) => a + b, 0),
  };
}

/** Deletes the checkpoints of all finished runs of a project. Returns the freed bytes. */
export async function cleanProject(project: string): Promise<number> {
  let freed = 0;
  for (const { folder, state } of await listRuns(runsFolder(project)))
    if (state === 'finished') freed += await cleanRun(folder);
  return freed;
}

async function underLock(
  folder: string,
  purpose: LockPurpose,
  work: () => Promise<void>,
  options: LockOptions = {},
): Promise<void> {
  const lock = await takeLock(lockFile(folder), purpose, options);
  try {
    await work();
  } finally {
    await lock.release();
  }
}

/** Changes a run's settings under its lock. `onWait` is told why it waits for a lock that cannot be checked. */
export async function changeConfig(
  folder: string,
  change: (config: Config) => Config,
  onWait: (reason: Message) => void,
): Promise<void> {
  const write = async (): Promise<void> => {
    const record = await readRun(folder);
    await writeRun(folder, { ...record, config: change(record.config) });
  };
  await underLock(folder, 'settings', write, { onWait });
}

/** Resolves a path to a run: the path is the run's own folder, or a project whose newest accepted run is meant. */
export async function findRun(place: string, accepts: (record: RunRecord) => boolean = () => true): Promise<string> {
  const folder = path.resolve(place);
  if (
    await readRun(folder).then(
      () => true,
      () => false,
    )
  )
    return folder;
  const own = await access(path.join(folder, 'run.json')).then(
    () => true,
    () => false,
  );
  if (own) await readRun(folder); // throws what is wrong with it
  const runs = await listRuns(runsFolder(folder));
  const newest = runs.findLast(({ record }) => accepts(record));
  if (newest === undefined) throw new Problem(runs.length === 0 ? 'file.noRuns' : 'file.noMatchingRun', { folder });
  return newest.folder;
}

/** Versions for run.json. Dependencies are pinned, so package.json has their exact versions. */
function versions(): Record<string, string> {
  const { version, dependencies } = createRequire(import.meta.url)('../../../../package.json') as {
    version: string;
    dependencies: Record<string, string>;
  };
  const pinned = (name: string): string => dependencies[name] ?? '';
  return {
    destila: version,
    node: process.versions.node,
    onnxruntime: pinned('onnxruntime-node'),
    sharp: pinned('sharp'),
    litert: pinned('@litertjs/core'),
    platform: `${process.platform}-${process.arch}`,
  };
}
