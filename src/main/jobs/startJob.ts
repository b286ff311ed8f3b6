import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { JobCommand, RunEvent } from '../../shared/events.ts';
import { Problem } from '../../shared/problem.ts';
import type { ProblemKind } from '../../shared/problem.ts';
import type { JobRequest, ToJob } from './protocol.ts';
import { fromJobSchema } from './protocol.ts';

export interface Job {
  readonly pid: number;
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

const entry = fileURLToPath(new URL('./jobProcess.ts', import.meta.url));
/** Where the end of a crashed job's error output is kept for the details. */
const KEPT_ERROR_TEXT = 4000;

/** Starts a job in a process of its own. */
export function startJob(request: JobRequest, watcher: JobWatcher = {}): Job {
  const child = fork(entry, [], { stdio: ['ignore', 'inherit', 'pipe', 'ipc'], serialization: 'advanced', execArgv: ['--disable-warning=ExperimentalWarning'] });
  let cancelled = false;
  let errorText = '';
  child.stderr?.on('data', (chunk: Buffer) => { errorText = (errorText + chunk.toString('utf8')).slice(-KEPT_ERROR_TEXT); });
  const result = new Promise<unknown>((resolve, reject) => {
    child.on('message', (raw) => {
      const message = fromJobSchema.parse(raw);
      if (message.type === 'event') watcher.onEvent?.(message.event);
      if (message.type === 'output') watcher.onOutput?.(message.text);
      if (message.type === 'result') resolve(message.value);
      if (message.type === 'problem') reject(new Problem(message.problem.kind as ProblemKind, message.problem.message, message.problem.detail));
    });
    child.on('error', (error) => reject(new Problem('internal', 'The job could not be started.', error.message)));
    // After a result this changes nothing: a promise settles once.
    child.on('close', (code, signal) => reject(cancelled ? new Problem('cancelled', 'Cancelled.') : died(code, signal, errorText)));
  });
  result.catch(() => undefined); // whoever started the job awaits it; a crash before that is not unhandled
  const post = (message: ToJob): void => {
    if (child.connected) child.send(message);
  };
  post({ type: 'start', request });
  return {
    pid: child.pid ?? -1,
    result,
    send: (command) => post({ type: 'command', command }),
    cancel: () => {
      cancelled = true;
      child.kill('SIGKILL');
    },
  };
}

function died(code: number | null, signal: NodeJS.Signals | null, errorText: string): Problem {
  const detail = errorText === '' ? undefined : errorText;
  if (signal === 'SIGKILL') return new Problem('outOfMemory', 'The training process was killed from outside, most likely because memory ran out. Lower batch_size or input_size, or close other programs, and resume: the last checkpoint is safe.', detail);
  return new Problem('engine', `The training process ended unexpectedly (${signal ?? `code ${code}`}). Resume goes on from the last checkpoint.`, detail);
}
