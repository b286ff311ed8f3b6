import type { JobCommand, RunEvent, Stage } from '../../shared/events.ts';
import { Problem, toProblemData } from '../../shared/problem.ts';
import type { ProblemKind } from '../../shared/problem.ts';
import { engineKind } from '../pipeline/engine/registry.ts';
import { allocatorSettings } from './allocatorSettings.ts';
import type { Launch } from './launch.ts';
import { launchEntry } from './launch.ts';
import { processEndProblem } from './processEnd.ts';
import type { FromJob, JobRequest, ToJob } from './protocol.ts';
import { fromJobSchema } from './protocol.ts';
import { readIpcMessage } from './readIpcMessage.ts';

export interface Job {
  /** Null until the process has started. */
  readonly pid: number | null;
  readonly started: Promise<void>;
  /** The job's result; rejects with a Problem when it failed, was canceled or its process died. */
  readonly result: Promise<unknown>;
  send(command: JobCommand): void;
  /** Ends the job's process at once. A run stays resumable from its last checkpoint. */
  cancel(): void;
}

export interface JobWatcher {
  onEvent?(event: RunEvent): void;
  onOutput?(text: string): void;
  /** Aborting it cancels the job and ends its process at once. */
  readonly signal?: AbortSignal | undefined;
}

const canceled = (): Problem => new Problem('cancelled.job');

/** Starts a job in a process of its own. Tests replace `launch`. */
export function startJob(request: JobRequest, watcher: JobWatcher = {}, launch: Launch = launchEntry): Job {
  const child = launch('jobProcess', { ...allocatorSettings(), ...environmentOf(request) });
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
      const message = readIpcMessage(fromJobSchema, raw);
      if (message instanceof Problem) throw message;
      receive(message);
    } catch (error) {
      // An exception in this listener would end the process that hosts all jobs; instead only this job fails.
      reject(error instanceof Problem ? error : asProblem(error));
      child.kill();
    }
  });
  // After a result this has no effect, because a promise settles only once.
  child.onEnd((end) => reject(cancelled ? canceled() : processEndProblem(request.type, stage, end)));
  result.catch(() => undefined); // The caller awaits it; a crash before that must not count as unhandled.
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

/** Removes its listener when the job has ended, because one signal may be used for many jobs. */
function cancelOn(signal: AbortSignal | undefined, cancel: () => void, result: Promise<unknown>): void {
  if (signal === undefined) return;
  if (signal.aborted) return cancel();
  signal.addEventListener('abort', cancel, { once: true });
  const release = (): void => signal.removeEventListener('abort', cancel);
  void result.then(release, release);
}

/** Starts a job as soon as its request is known. Commands that arrive before that are sent when it starts. */
export function startJobWhen(request: Promise<JobRequest>, watcher: JobWatcher, launch: Launch = launchEntry): Job {
  let job: Job | null = null;
  let cancelled = false;
  const waiting: JobCommand[] = [];
  const result = request.then((known) => {
    if (cancelled || watcher.signal?.aborted === true) throw canceled();
    job = startJob(known, watcher, launch);
    for (const command of waiting) job.send(command);
    return job;
  });
  const end = result.then((begun) => begun.result);
  const started = result.then(() => undefined);
  for (const promise of [end, started]) promise.catch(() => undefined); // As above: a job canceled before it starts.
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

/** Lets engines that were installed separately find their libraries. */
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
