import { setPriority } from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import type { QueueEntry } from '../../../shared/contract/studio.ts';
import type { JobCommand, RunEvent } from '../../../shared/events.ts';
import { Problem, toProblemData } from '../../../shared/problem.ts';
import type { Job } from '../../jobs/startJob.ts';
import { isLocked } from '../../pipeline/storage/lock.ts';
import { lockFile, readRun, writeRun } from '../../pipeline/storage/runFolder.ts';
import { resumeRun } from '../runs.ts';
import { readStored, writeStored } from '../storedJson.ts';

/** One run trains at a time; the others wait their turn. The queue is on disk: after a crash the studio goes on with it. */
export interface RunQueue {
  entries(): readonly QueueEntry[];
  add(entry: { project: string; run: string; name: string; folder: string }): Promise<void>;
  command(run: string, command: JobCommand): Promise<void>;
  /** Ends a running run's process at once, or takes a waiting one out. */
  cancel(run: string): Promise<void>;
  /** Process id of the running job. */
  runningPid(): number | null;
  /** Tells the running job to write a checkpoint and stop; resolves when it is gone. */
  drain(): Promise<void>;
}

export interface QueueWatcher {
  onEvent(project: string, run: string, event: RunEvent): void;
  onChange(entries: readonly QueueEntry[]): void;
  /** A run ended, one way or another. */
  onEnd(project: string, run: string): void;
  /** Whether new jobs run at low priority. */
  polite(): boolean;
}

const waitingSchema = z.object({ project: z.string(), run: z.string(), name: z.string(), folder: z.string() });
type Waiting = z.infer<typeof waitingSchema>;

const LOW_PRIORITY = 10;

export async function openRunQueue(stateFolder: string, watcher: QueueWatcher): Promise<RunQueue> {
  const file = path.join(stateFolder, 'queue.json');
  let list: Waiting[] = await readStored(file, z.array(waitingSchema), []);
  let running: { entry: Waiting; job: Job; paused: boolean } | null = null;

  const entries = (): QueueEntry[] =>
    list.map(({ project, run, name }) => ({
      project,
      run,
      name,
      state: running?.entry.run !== run ? 'waiting' : running.paused ? 'paused' : 'running',
    }));
  const changed = async (next: readonly Waiting[]): Promise<void> => {
    list = [...next];
    watcher.onChange(entries());
    await writeStored(file, list);
  };
  const advance = (): void => {
    const [next] = list;
    if (running !== null || next === undefined) return;
    const job = resumeRun(next.folder, null, { onEvent: (event) => watcher.onEvent(next.project, next.run, event) });
    if (watcher.polite())
      void job.started.then(
        () => lowerPriority(job.pid),
        () => undefined,
      );
    running = { entry: next, job, paused: false };
    watcher.onChange(entries());
    void job.result
      .catch(() => undefined)
      .then(async () => {
        await settle(next.folder, job);
        running = null;
        await changed(list.filter(({ run }) => run !== next.run));
        watcher.onEnd(next.project, next.run);
        advance();
      });
  };
  setImmediate(advance);
  return {
    entries,
    add: async (entry) => {
      if (list.some(({ run }) => run === entry.run))
        throw new Problem('busy', `${entry.name} is in the queue already.`);
      await changed([...list, entry]);
      advance();
    },
    command: async (run, command) => {
      if (running?.entry.run !== run) throw new Problem('busy', 'This run is not running now.');
      running.job.send(command);
      if (command.type === 'pause' || command.type === 'continue') running.paused = command.type === 'pause';
      watcher.onChange(entries());
    },
    cancel: async (run) => {
      if (running?.entry.run === run) running.job.cancel();
      else await changed(list.filter((entry) => entry.run !== run));
    },
    runningPid: () => running?.job.pid ?? null,
    drain: async () => {
      const job = running?.job;
      list = [];
      job?.send({ type: 'stop' });
      await job?.result.catch(() => undefined);
    },
  };
}

/** A job that was ended from outside could not say so in run.json. */
async function settle(folder: string, job: Job): Promise<void> {
  const outcome = await job.result.then(
    () => null,
    (error: unknown) => toProblemData(error),
  );
  const record = await readRun(folder).catch(() => null);
  if (outcome === null || record === null || record.state !== 'running') return;
  // It was refused because another process trains this run: what run.json says is about that one.
  if (await isLocked(lockFile(folder))) return;
  const cancelled = outcome.kind === 'cancelled';
  await writeRun(folder, {
    ...record,
    state: cancelled ? 'stopped' : 'failed',
    problem: cancelled
      ? null
      : {
          kind: outcome.kind,
          message: outcome.message,
          ...(outcome.detail !== undefined && { detail: outcome.detail }),
        },
  }).catch(() => undefined);
}

function lowerPriority(pid: number | null): void {
  if (pid === null) return;
  try {
    setPriority(pid, LOW_PRIORITY);
  } catch {
    /* the process may be gone already, or the system refuses: training goes on as it is */
  }
}
