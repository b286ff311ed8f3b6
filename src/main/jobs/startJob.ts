import type { JobCommand, RunEvent, Stage } from '../../shared/events.ts';
import { Problem, toProblemData } from '../../shared/problem.ts';
import type { ProblemKind } from '../../shared/problem.ts';
import { engineKind } from '../pipeline/engine/registry.ts';
import { died } from './died.ts';
import { launchEntry } from './launch.ts';
import { readMessage } from './messages.ts';
import type { FromJob, JobRequest, ToJob } from './protocol.ts';
import { fromJobSchema } from './protocol.ts';

export interface Job {
  /** Null: not yet. */
  readonly pid: number | null;
  readonly started: Promise<void>;
  /** What the job found; rejects with a Problem when it failed, was cancelled or its process died. */
  readonly result: Promise<unknown>;
  send(command: JobCommand): void;
  /** Ends the job's process at once. A run stays resumable from its last checkpoint. */
  cancel(): void;
}

export interface JobWatcher {
  onEvent?(event: RunEvent): void;
  onOutput?(text: string): void;
  /** Aborting it cancels the job: its process ends at once. */
  readonly signal?: AbortSignal | undefined;
}

const cancelledProblem = (): Problem => new Problem('cancelled', 'Cancelled.');

/** Starts a job in a process of its own. */
export function startJob(request: JobRequest, watcher: JobWatcher = {}): Job {
  const child = launchEntry('jobProcess', { ...hugePages(), ...environmentOf(request) });
  let cancelled = false;
  let stage: Stage | null = null;
  const { promise: result, resolve, reject } = Promise.withResolvers<unknown>();
  const receive = (message: FromJob): void => {
    switch (message.type) {
      case 'event':
        if (message.event.type === 'stageStarted') stage = message.event.stage;
        return watcher.onEvent?.(message.event);
      case 'output':
        return watcher.onOutput?.(message.text);
      case 'result':
        return resolve(message.value);
      case 'problem':
        return reject(Problem.from({ ...message.problem, kind: message.problem.kind as ProblemKind }));
    }
  };
  child.onMessage((raw) => {
    try {
      const message = readMessage(fromJobSchema, raw);
      if (message instanceof Problem) throw message;
      receive(message);
    } catch (error) {
      // An exception in this listener would end the process that hosts every job: this job fails instead.
      reject(error instanceof Problem ? error : asProblem(error));
      child.kill();
    }
  });
  // After a result this changes nothing: a promise settles once.
  child.onEnd((end) => reject(cancelled ? cancelledProblem() : died(request.type, stage, end)));
  result.catch(() => undefined); // whoever started the job awaits it; a crash before that is not unhandled
  const post = (message: ToJob): void => child.send(message);
  post({ type: 'start', request });
  const cancel = (): void => {
    cancelled = true;
    child.kill();
  };
  cancelOn(watcher.signal, cancel, result);
  return {
    pid: child.pid,
    started: Promise.resolve(),
    result,
    send: (command) => post({ type: 'command', command }),
    cancel,
  };
}

const asProblem = (error: unknown): Problem => Problem.from(toProblemData(error));

/** Lets go of the signal once the job has ended: a door may keep one signal for many jobs. */
function cancelOn(signal: AbortSignal | undefined, cancel: () => void, result: Promise<unknown>): void {
  if (signal === undefined) return;
  if (signal.aborted) return cancel();
  signal.addEventListener('abort', cancel, { once: true });
  const release = (): void => signal.removeEventListener('abort', cancel);
  void result.then(release, release);
}

/** Starts a job as soon as it is known what it is; commands that come before that wait. */
export function startJobWhen(request: Promise<JobRequest>, watcher: JobWatcher): Job {
  let job: Job | null = null;
  let cancelled = false;
  const waiting: JobCommand[] = [];
  const result = request.then((known) => {
    if (cancelled || watcher.signal?.aborted === true) throw cancelledProblem();
    job = startJob(known, watcher);
    for (const command of waiting) job.send(command);
    return job;
  });
  const end = result.then((begun) => begun.result);
  const started = result.then(() => undefined);
  for (const promise of [end, started]) promise.catch(() => undefined); // as above: a job that is cancelled before it begins is not unhandled
  return {
    get pid() {
      return job?.pid ?? null;
    },
    started,
    result: end,
    send: (command) => {
      if (job === null) waiting.push(command);
      else job.send(command);
    },
    cancel: () => {
      cancelled = true;
      job?.cancel();
    },
  };
}

/**
 * glibc asks the kernel for huge pages (https://sourceware.org/glibc/manual/latest/html_node/Memory-Allocation-Tunables.html): a
 * training step streams through gigabytes and spends 5 to 9 % less processor time so. Other systems have no such switch or need none.
 */
function hugePages(): Readonly<Record<string, string>> {
  if (process.platform !== 'linux') return {};
  const given = process.env.GLIBC_TUNABLES;
  return { GLIBC_TUNABLES: [...(given === undefined ? [] : [given]), 'glibc.malloc.hugetlb=1'].join(':') };
}

/** Engines that were installed by hand find their libraries through it. */
function environmentOf(request: JobRequest): Readonly<Record<string, string>> {
  switch (request.type) {
    case 'run':
      return engineKind(request.engine.name).environment(request.enginesFolder);
    case 'measure':
    case 'learningRateRange':
    case 'tryEngine':
      return engineKind(request.engine).environment(request.enginesFolder);
    default:
      return {};
  }
}
