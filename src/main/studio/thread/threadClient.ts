import path from 'node:path';
import { Worker } from 'node:worker_threads';
import type { StudioEvent } from '../../../shared/contract/studio.ts';
import { Problem } from '../../../shared/problem.ts';
import { outsideArchive, ownEnding } from '../../jobs/launch.ts';
import type { FromThread, ThreadMethod, ThreadRequest } from './protocol.ts';
import type { InnerTasks } from './tasks.ts';

/** Sends work to the studio's second thread. Answers are bytes, so that this thread need not parse large JSON. */
export interface ThreadClient {
  /** Returns the answer to a method as JSON. Rejects with a Problem. */
  answer(method: ThreadMethod, input: Uint8Array): Promise<Uint8Array>;
  run<N extends keyof InnerTasks>(name: N, ...input: Parameters<InnerTasks[N]>): ReturnType<InnerTasks[N]>;
  /** Like `run`, but the result stays JSON. */
  runToJson<N extends keyof InnerTasks>(name: N, ...input: Parameters<InnerTasks[N]>): Promise<Uint8Array>;
  dispose(): void;
}

interface Waiting {
  readonly resolve: (json: Uint8Array) => void;
  readonly reject: (problem: Problem) => void;
}

/** Starts the thread when it is first needed, and again if it dies, for example because memory ran out. */
export function openThreadClient(
  stateFolder: string,
  folders: () => Readonly<Record<string, string>>,
  emit: (event: StudioEvent) => void,
): ThreadClient {
  let worker: Worker | null = null;
  let next = 0;
  const waiting = new Map<number, Waiting>();

  const start = (): Worker => {
    const script = outsideArchive(path.join(import.meta.dirname, `studioThread${ownEnding}`));
    const started = new Worker(script, { workerData: stateFolder });
    started.unref(); // The thread has no state that would be lost with the studio.
    started.on('message', (message: FromThread) => {
      if (message.type === 'event') return emit(message.event);
      const asked = waiting.get(message.id);
      waiting.delete(message.id);
      if (message.type === 'done') return asked?.resolve(message.json);
      asked?.reject(Problem.from(message.problem));
    });
    let fault: Error | null = null;
    started.on('error', (error) => {
      fault = error as Error;
    });
    started.on('exit', () => {
      if (worker === started) worker = null;
      const problem = new Problem('outOfMemory.reading', {}, fault?.message);
      for (const { reject } of waiting.values()) reject(problem);
      waiting.clear();
    });
    return started;
  };

  const send = (name: string, input: Uint8Array): Promise<Uint8Array> =>
    new Promise((resolve, reject) => {
      worker ??= start();
      const id = next++;
      waiting.set(id, { resolve, reject });
      const request: ThreadRequest = { id, name, input, folders: folders() };
      worker.postMessage(request);
    });
  const runToJson: ThreadClient['runToJson'] = (name, input) => send(name, Buffer.from(JSON.stringify(input)));
  return {
    answer: (method, input) => send(method, input),
    runToJson,
    run: ((name: keyof InnerTasks, ...input: Parameters<InnerTasks[typeof name]>) =>
      runToJson(name, ...input).then(
        (json) => JSON.parse(Buffer.from(json).toString('utf8')) as unknown,
      )) as ThreadClient['run'],
    dispose: () => {
      void worker?.terminate();
      worker = null;
    },
  };
}
