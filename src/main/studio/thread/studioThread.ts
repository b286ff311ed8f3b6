import { parentPort, workerData } from 'node:worker_threads';
import { toProblemData } from '../../../shared/problem.ts';
import type { FromThread, ThreadRequest } from './protocol.ts';
import { createTasks } from './tasks.ts';

/** The studio's second thread, which reads and parses label files, histories and snapshots. */
const port = parentPort!;
const tell = (message: FromThread): void => port.postMessage(message);
const tasks = createTasks(workerData as string, (event) => tell({ type: 'event', event }));

async function answer({ id, name, input, folders }: ThreadRequest): Promise<void> {
  try {
    const asked: unknown = JSON.parse(Buffer.from(input.buffer, input.byteOffset, input.byteLength).toString('utf8'));
    const json = new TextEncoder().encode(JSON.stringify((await tasks.run(name, asked, folders)) ?? null));
    // The buffer is transferred and not copied, because an answer may have hundreds of megabytes.
    port.postMessage({ type: 'done', id, json } satisfies FromThread, [json.buffer]);
  } catch (error) {
    tell({ type: 'problem', id, problem: toProblemData(error) });
  }
}

port.on('message', (request: ThreadRequest) => void answer(request));
