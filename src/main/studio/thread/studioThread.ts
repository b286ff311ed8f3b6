import { parentPort, workerData } from 'node:worker_threads';
import { toProblemData } from '../../../shared/problem.ts';
import type { FromThread, ThreadRequest } from './protocol.ts';
import { createTasks } from './tasks.ts';

/**
 * The thread beside the studio's own, in which label files, histories and snapshots are read, understood and written
 * out.
 */
const port = parentPort!;
const tell = (message: FromThread): void => port.postMessage(message);
const tasks = createTasks(workerData as string, (event) => tell({ type: 'event', event }));

async function answer({ id, name, input, folders }: ThreadRequest): Promise<void> {
  try {
    const asked: unknown = JSON.parse(Buffer.from(input.buffer, input.byteOffset, input.byteLength).toString('utf8'));
    const json = new TextEncoder().encode(JSON.stringify((await tasks.perform(name, asked, folders)) ?? null));
    // Handed over, not copied: an answer may have a hundred megabytes.
    port.postMessage({ type: 'done', id, json } satisfies FromThread, [json.buffer]);
  } catch (error) {
    tell({ type: 'problem', id, problem: toProblemData(error) });
  }
}

port.on('message', (request: ThreadRequest) => void answer(request));
