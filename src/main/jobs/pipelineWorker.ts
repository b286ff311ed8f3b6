import { parentPort, workerData } from 'node:worker_threads';
import type { JobCommand } from '../../shared/events.ts';
import { jobCommandSchema } from '../../shared/events.ts';
import { toProblemData } from '../../shared/problem.ts';
import type { FromJob } from './protocol.ts';
import { jobRequestSchema } from './protocol.ts';
import { runJob } from './runJob.ts';

/** The pipeline runs in this worker thread. No other thread may load onnxruntime. */
const port = parentPort!;
const commands: JobCommand[] = [];
port.on('message', (raw) => commands.push(jobCommandSchema.parse(raw)));

const tell = (message: FromJob): void => port.postMessage(message);

try {
  const value = await runJob(jobRequestSchema.parse(workerData), {
    report: (event) => tell({ type: 'event', event }),
    takeCommands: () => commands.splice(0),
    output: (text) => tell({ type: 'output', text }),
  });
  tell({ type: 'result', value });
} catch (error) {
  tell({ type: 'problem', problem: toProblemData(error) });
} finally {
  port.close();
}
