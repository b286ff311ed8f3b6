import { setPriority } from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import type { QueueEntry } from '../../../shared/contract/studio.ts';
import type { JobCommand, RunEvent } from '../../../shared/events.ts';
import type { ProblemData } from '../../../shared/problem.ts';
import { Problem, toProblemData } from '../../../shared/problem.ts';
import type { Job, JobWatcher } from '../../jobs/startJob.ts';
import { isLocked } from '../../pipeline/storage/lock.ts';
import { lockFile, readRun, writeRun } from '../../pipeline/storage/runFolder.ts';
import { resumeRun } from './runs.ts';
import { readStored, writeStored } from '../state/storedJson.ts';

/** One run trains at a time; the others wait their turn. The queue is on disk: after a crash the studio resumes it. */
export interface RunQueue {
  entries(): readonly QueueEntry[];
  add(entry: { project: string; run: string; name: string; folder: string }): Promise<void>;
  command(run: string, command: JobCommand): Promise<void>;
  /** Ends a running run's process at once, or takes a waiting one out. */
  cancel(run: string): Promise<void>;
  /** Process id of the running job. */
  runningPid(): number | null;
  /**
   * The studio closes: the running job writes a checkpoint and stops, or ends at once. Nothing more is started, and
   * what ran or waited is in the queue again at the next start. Resolves when the job is gone and the queue is on
   * disk.
   */
  close(how: 'stop' | 'kill'): Promise<void>;
}

export interface QueueWatcher {
  onEvent(project: string, run: string, event: RunEvent): void;
  onChange(entries: readonly QueueEntry[]): void;
  /** A run ended, one way or another. */
  onEnd(project: string, run: string): void;
  /** Whether new jobs run at low priority. */
  polite(): boolean;
}

const waitingSchema = z.object({
  project: z.string(),
  run: z.string(),
  name: z.string(),
  folder: z.string(),
  /**
   * Times that it was started and has not ended in an orderly way since: 1 while it runs, more after the studio died
   * with it.
   */
  starts: z.int().default(0),
});
type Waiting = z.infer<typeof waitingSchema>;

/** A run that was going on when the studio died is resumed once; if it dies again, the run may well be why. */
const MOST_STARTS = 2;

const LOW_PRIORITY = 10;

/** `start` is what starts a run's job, other in tests. */
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
  /** One write after another: of two at once the older might win. */
  const change = (next: readonly Waiting[]): Promise<void> => {
    list = [...next];
    watcher.onChange(entries());
    written = written.catch(() => undefined).then(() => writeStored(file, list));
    return written;
  };
  const without = (run: string): Waiting[] => list.filter((entry) => entry.run !== run);
  const withStarts = (run: string, starts: number): Waiting[] =>
    list.map((entry) => (entry.run === run ? { ...entry, starts } : entry));
  /** A queue that cannot be written (a full disk) goes on in memory: no run is lost over it. */
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
    // On disk while the job's process is still starting: what it may do to the studio is known at the next start.
    void changeAnyway(withStarts(next.run, next.starts + 1));
  };
  const end = async (entry: Waiting, job: Job): Promise<void> => {
    const outcome = await job.result.then(
      () => null,
      (error: unknown) => toProblemData(error),
    );
    await settle(entry.folder, outcome);
    running = null;
    await changeAnyway(closing && outcome?.kind === 'cancelled' ? withStarts(entry.run, 0) : without(entry.run));
    watcher.onEnd(entry.project, entry.run);
    advance();
  };

  for (const { folder, run } of list.filter(({ starts }) => starts >= MOST_STARTS)) {
    await settle(folder, diedTwice);
    await changeAnyway(without(run));
  }
  setImmediate(advance);
  return {
    entries,
    add: async (entry) => {
      if (list.some(({ run }) => run === entry.run))
        throw new Problem('busy', `${entry.name} is in the queue already.`);
      await change([...list, { ...entry, starts: 0 }]).catch(async (error: unknown) => {
        await changeAnyway(without(entry.run));
        throw error;
      });
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

const diedTwice: ProblemData = {
  kind: 'internal',
  message:
    'The studio ended unexpectedly twice while this run was going on, so it was not resumed again by itself. Its last checkpoint is safe: resume it yourself.',
};

/** A job that was ended from outside could not say so in run.json. */
async function settle(folder: string, outcome: ProblemData | null): Promise<void> {
  const record = await readRun(folder).catch(() => null);
  if (outcome === null || record === null || record.state !== 'running') return;
  // It was refused because another process trains this run: what run.json says is about that one.
  if (await isLocked(lockFile(folder))) return;
  const cancelled = outcome.kind === 'cancelled';
  const { kind, message, detail } = outcome;
  await writeRun(folder, {
    ...record,
    state: cancelled ? 'stopped' : 'failed',
    problem: cancelled ? null : { kind, message, ...(detail !== undefined && { detail }) },
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
