import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { Problem } from '../../../shared/problem.ts';
import type { FileReply, FileRequest } from './fileWorker.ts';

/**
 * Writes files in a thread of its own: a training step blocks the thread that it runs in, and an asynchronous write
 * would stand still for as long. The thread starts with the first file and keeps the process alive only while it has
 * work.
 */
interface FileThread {
  readonly worker: Worker;
  readonly pending: Map<number, { resolve(): void; reject(problem: Problem): void }>;
}

let thread: FileThread | null = null;
let next = 0;

/** Like writeFileAtomic. Takes `data` over: it is empty afterwards. Files are written in the order of the calls. */
export function writeFileInThread(file: string, data: Uint8Array<ArrayBuffer>): Promise<void> {
  const { worker, pending } = (thread ??= startThread());
  const request: FileRequest = { id: next++, file, data };
  return new Promise((resolve, reject) => {
    pending.set(request.id, { resolve, reject });
    worker.ref();
    worker.postMessage(request, [data.buffer]);
  });
}

function startThread(): FileThread {
  const worker = new Worker(new URL(`./fileWorker${path.extname(import.meta.filename)}`, import.meta.url));
  const started: FileThread = { worker, pending: new Map() };
  worker.unref();
  worker.on('message', ({ id, problem }: FileReply) => {
    const { resolve, reject } = started.pending.get(id)!;
    started.pending.delete(id);
    if (started.pending.size === 0) worker.unref();
    if (problem === null) resolve();
    else reject(Problem.from(problem));
  });
  const fail = (error: Error | null): void => {
    if (thread === started) thread = null;
    for (const { reject } of started.pending.values()) reject(new Problem('internal.fileThread', {}, error?.stack));
    started.pending.clear();
  };
  worker.on('error', fail);
  worker.on('exit', () => fail(null));
  return started;
}
