import { setPriority } from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import type { QueueEntry } from '../../../shared/contract/studio.ts';
import type { JobCommand, RunEvent } from '../../../shared/events.ts';
import type { ProblemData } from '../../../shared/problem.ts';
import { Problem, toProblemData } from '../../../shared/problem.ts';
import { runName } from '../../../shared/runName.ts';
import type { Job, JobWatcher } from '../../jobs/startJob.ts';
import { isLocked } from '../../pipeline/storage/lock.ts';
import { lockFile, readRun, writeRun } from '../../pipeline/storage/runFolder.ts';
import { resumeRun } from './runs.ts';
import { readStored, writeStored } from '../state/storedJson.ts';

/**
 * One run trains at a time while the others wait. The queue is on disk, so that the studio resumes it after a crash.
 */
export interface RunQueue {
  entries(): readonly QueueEntry[];
  add(entry: { project: string; run: string; name: string; folder: string }): Promise<void>;
  command(run: string, command: JobCommand): Promise<void>;
  /** Ends the process of a running run at once, or removes a waiting run. */
  cancel(run: string): Promise<void>;
  /** Process id of the running job. */
  runningPid(): number | null;
  /**
   * Called when the studio closes. The running job writes a checkpoint and stops, or ends at once. No other job is
   * started, and the next start of the studio finds all unfinished runs in the queue again. Resolves when the job has
   * ended and the queue is on disk.
   */
  close(how: 'stop' | 'kill'): Promise<void>;
}

export interface QueueWatcher {
  onEvent(project: string, run: string, event: RunEvent): void;
  onChange(entries: readonly QueueEntry[]): void;
  /** A run ended, whether it finished, failed or was stopped. */
  onEnd(project: string, run: string): void;
  /** True if new jobs should run at low priority. */
  polite(): boolean;
}

const waitingSchema = z.object({
  project: z.string(),
  run: z.string(),
  name: z.string(),
  folder: z.string(),
  /** Starts since its last orderly end: 1 while it runs, more if the studio crashed during the run. */
  starts: z.int().default(0),
});
type Waiting = z.infer<typeof waitingSchema>;

/** A run is resumed automatically after one crash of the studio. After a second crash the run may be the cause. */
const MOST_STARTS = 2;

const LOW_PRIORITY = 10;

/** Tests replace `start`, which starts the job of a run. */
export async function openRunQueue(
  stateFolder: string,
  watcher: QueueWatcher,
  start: (folder: string, jobWatcher: JobWatcher) => Job = (folder, jobWatcher) => resumeRun(folder, null, jobWatcher),
): Promise<RunQueue> {
  const file = path.join(stateFolder, 'queue.json');
  let list: Waiting[] = await readStored(file, z.array(waitingSchema), []);
  let running: { entry: Waiting; job: Job; paused: boolean; ended: Promise<void> } | null = null;
  let closing = false;
  let written: Promise<void> = Promise.resolve();

  const entries = (): QueueEntry[] =>
    list.map(({ project, run, name }) => ({
      project,
      run,
      name,
      state: running?.entry.run !== run ? 'waiting' : running.paused ? 'paused' : 'running',
    }));
  /** Writes run one after the other, because of two concurrent ones the older might win. */
  const change = (next: readonly Waiting[]): Promise<void> => {
    list = [...next];
    watcher.onChange(entries());
    written = written.catch(() => undefined).then(() => writeStored(file, list));
    return written;
  };
  const without = (run: string): Waiting[] => list.filter((entry) => entry.run !== run);
  const withStarts = (run: string, starts: number): Waiting[] =>
    list.map((entry) => (entry.run === run ? { ...entry, starts } : entry));
  /** Keeps working in memory if the queue cannot be written, for example on a full disk, so that no run is lost. */
  const changeAnyway = (next: readonly Waiting[]): Promise<void> => change(next).catch(() => undefined);

  const advance = (): void => {
    const [next] = list;
    if (running !== null || closing || next === undefined) return;
    const job = start(next.folder, { onEvent: (event) => watcher.onEvent(next.project, next.run, event) });
    if (watcher.polite())
      void job.started.then(
        () => lowerPriority(job.pid),
        () => undefined,
      );
    running = { entry: next, job, paused: false, ended: end(next, job) };
    // Written while the job's process is still starting, so that the next start knows if the job crashed the studio.
    void changeAnyway(withStarts(next.run, next.starts + 1));
  };
  const end = async (entry: Waiting, job: Job): Promise<void> => {
    const outcome = await job.result.then(
      () => null,
      (error: unknown) => toProblemData(error),
    );
    await recordEnd(entry.folder, outcome);
    running = null;
    await changeAnyway(closing && outcome?.kind === 'cancelled' ? withStarts(entry.run, 0) : without(entry.run));
    watcher.onEnd(entry.project, entry.run);
    advance();
  };

  for (const { folder, run } of list.filter(({ starts }) => starts >= MOST_STARTS)) {
    await recordEnd(folder, toProblemData(new Problem('internal.endedTwice')));
    await changeAnyway(without(run));
  }
  setImmediate(advance);
  return {
    entries,
    add: async (entry) => {
      if (list.some(({ run }) => run === entry.run))
        throw new Problem('busy.alreadyQueued', { run: runName(entry.name) });
      await change([...list, { ...entry, starts: 0 }]).catch(async (error: unknown) => {
        await changeAnyway(without(entry.run));
        throw error;
      });
      advance();
    },
    command: async (run, command) => {
      if (running?.entry.run !== run) throw new Problem('busy.notRunning');
      running.job.send(command);
      if (command.type === 'pause' || command.type === 'continue') running.paused = command.type === 'pause';
      watcher.onChange(entries());
    },
    cancel: async (run) => {
      if (running?.entry.run === run) running.job.cancel();
      else await change(without(run));
    },
    runningPid: () => running?.job.pid ?? null,
    close: async (how) => {
      closing = true;
      if (how === 'stop') running?.job.send({ type: 'stop' });
      else running?.job.cancel();
      await running?.ended;
      await written.catch(() => undefined);
    },
  };
}

/** Writes the end of a run into run.json if its job could not do so, for example because it was killed. */
async function recordEnd(folder: string, outcome: ProblemData | null): Promise<void> {
  const record = await readRun(folder).catch(() => null);
  if (outcome === null || record === null || record.state !== 'running') return;
  // If the job was rejected because another process trains this run, run.json describes that process.
  if (await isLocked(lockFile(folder))) return;
  const cancelled = outcome.kind === 'cancelled';
  await writeRun(folder, {
    ...record,
    state: cancelled ? 'stopped' : 'failed',
    problem: cancelled ? null : outcome,
  }).catch(() => undefined);
}

function lowerPriority(pid: number | null): void {
  if (pid === null) return;
  try {
    setPriority(pid, LOW_PRIORITY);
  } catch {
    /* the process may have ended, or the system refuses; training continues at normal priority */
  }
}
