import type { JobCommand, RunEvent } from '../../shared/events.ts';
import { Problem } from '../../shared/problem.ts';
import type { ProblemKind } from '../../shared/problem.ts';
import { engineKind } from '../pipeline/engine/registry.ts';
import { launchEntry } from './launch.ts';
import type { JobRequest, ToJob } from './protocol.ts';
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
}

/** Starts a job in a process of its own. */
export function startJob(request: JobRequest, watcher: JobWatcher = {}): Job {
  const child = launchEntry('jobProcess', { ...hugePages(), ...environmentOf(request) });
  let cancelled = false;
  const result = new Promise<unknown>((resolve, reject) => {
    child.onMessage((raw) => {
      const message = fromJobSchema.parse(raw);
      if (message.type === 'event') watcher.onEvent?.(message.event);
      if (message.type === 'output') watcher.onOutput?.(message.text);
      if (message.type === 'result') resolve(message.value);
      if (message.type === 'problem')
        reject(new Problem(message.problem.kind as ProblemKind, message.problem.message, message.problem.detail));
    });
    // After a result this changes nothing: a promise settles once.
    child.onEnd(({ code, signal, errorText }) =>
      reject(cancelled ? new Problem('cancelled', 'Cancelled.') : died(code, signal, errorText)),
    );
  });
  result.catch(() => undefined); // whoever started the job awaits it; a crash before that is not unhandled
  const post = (message: ToJob): void => child.send(message);
  post({ type: 'start', request });
  return {
    pid: child.pid,
    started: Promise.resolve(),
    result,
    send: (command) => post({ type: 'command', command }),
    cancel: () => {
      cancelled = true;
      child.kill();
    },
  };
}

/** Starts a job as soon as it is known what it is; commands that come before that wait. */
export function startJobWhen(request: Promise<JobRequest>, watcher: JobWatcher): Job {
  let job: Job | null = null;
  let cancelled = false;
  const waiting: JobCommand[] = [];
  const result = request.then((known) => {
    if (cancelled) throw new Problem('cancelled', 'Cancelled.');
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

function died(code: number | null, signal: NodeJS.Signals | null, errorText: string): Problem {
  const detail = errorText === '' ? undefined : errorText;
  if (signal === 'SIGKILL')
    return new Problem(
      'outOfMemory',
      'The training process was killed from outside, most likely because memory ran out. Lower batch_size or input_size, or close other programs, and resume: the last checkpoint is safe.',
      detail,
    );
  return new Problem(
    'engine',
    `The training process ended unexpectedly (${signal ?? `code ${code}`}). Resume goes on from the last checkpoint.`,
    detail,
  );
}
