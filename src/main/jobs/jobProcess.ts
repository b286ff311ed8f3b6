import { Worker } from 'node:worker_threads';
import { Problem, toProblemData } from '../../shared/problem.ts';
import { ownEnding } from './launch.ts';
import { parent } from './parent.ts';
import { STOP_SIGNALS } from './stopSignals.ts';
import type { FromJob } from './protocol.ts';
import { toJobSchema } from './protocol.ts';

/**
 * The process of one job. The pipeline runs in a worker thread, so that this thread always responds; a native crash
 * ends only this process. The job also ends when the process that started it has ended; everything it saved is safe.
 */
let worker: Worker | null = null;

parent.onMessage((raw) => {
  const message = toJobSchema.parse(raw);
  if (message.type === 'command') {
    worker?.postMessage(message.command);
    return;
  }
  let ended = false;
  const end = (last: FromJob): void => {
    if (ended) return;
    ended = true;
    // Closes the channel only after the last message has been sent.
    parent.send(last, () => parent.close());
  };
  worker = new Worker(new URL(`./pipelineWorker${ownEnding}`, import.meta.url), { workerData: message.request });
  worker.on('message', (sent: FromJob) =>
    sent.type === 'result' || sent.type === 'problem' ? end(sent) : parent.send(sent),
  );
  worker.on('error', (error) => end({ type: 'problem', problem: toProblemData(error) }));
  worker.on('exit', (code) =>
    end({ type: 'problem', problem: toProblemData(new Problem('internal.workerEnded', { code })) }),
  );
});

// A terminal sends Ctrl-C to this process as well. It is ignored here, because the process that started the job decides
// and sends a command to stop at a checkpoint.
for (const signal of STOP_SIGNALS) process.on(signal, () => undefined);

// An exit would wait until the worker's current step is computed, and an orphan would hold the memory meanwhile.
parent.onGone(() => process.kill(process.pid, 'SIGKILL'));
