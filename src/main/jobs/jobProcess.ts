import { Worker } from 'node:worker_threads';
import { toProblemData } from '../../shared/problem.ts';
import { ownEnding } from './launch.ts';
import { parent } from './parent.ts';
import { STOP_SIGNALS } from './stopSignals.ts';
import type { FromJob } from './protocol.ts';
import { toJobSchema } from './protocol.ts';

/**
 * A job's own process. The pipeline runs in a worker thread, so that this thread always answers; a native abort ends
 * this process and nothing else. When whoever started it is gone, the job ends too: everything it saved is safe.
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
    // Lets the last message out before the channel closes.
    parent.send(last, () => parent.close());
  };
  worker = new Worker(new URL(`./pipelineWorker${ownEnding}`, import.meta.url), { workerData: message.request });
  worker.on('message', (sent: FromJob) =>
    sent.type === 'result' || sent.type === 'problem' ? end(sent) : parent.send(sent),
  );
  worker.on('error', (error) => end({ type: 'problem', problem: toProblemData(error) }));
  worker.on('exit', (code) =>
    end({ type: 'problem', problem: { kind: 'internal', message: `The worker thread ended with code ${code}.` } }),
  );
});

// A terminal sends Ctrl-C to this process as well: whoever started the job decides, and tells it to stop at a checkpoint.
for (const signal of STOP_SIGNALS) process.on(signal, () => undefined);

parent.onGone(() => process.exit(0));
