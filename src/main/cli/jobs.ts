import { Problem } from '../../shared/problem.ts';
import type { JobRequest } from '../jobs/protocol.ts';
import type { Job, JobWatcher } from '../jobs/startJob.ts';
import { startJob } from '../jobs/startJob.ts';
import { createReporter } from './reporter.ts';

/** Starts a job, shows its progress, and ends it when the user presses Ctrl-C. */
export async function follow(
  start: (watcher: JobWatcher) => Job | Promise<Job>,
  json: boolean,
  onOutput?: (text: string) => void,
): Promise<unknown> {
  const reporter = createReporter(json);
  const job = await start({ onEvent: (event) => reporter.event(event), ...(onOutput && { onOutput }) });
  let interrupts = 0;
  const interrupt = (): void => {
    interrupts++;
    if (interrupts === 1) {
      reporter.end();
      process.stderr.write('Stopping at a checkpoint; press Ctrl-C again to stop at once.\n');
      job.send({ type: 'stop' });
    } else {
      job.cancel();
    }
  };
  const terminate = (): void => job.cancel();
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', terminate);
  try {
    return await job.result;
  } finally {
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', terminate);
    reporter.end();
  }
}

/** The same for jobs that are quick to repeat: Ctrl-C, or the signal, ends them at once. */
export async function perform<T>(
  request: JobRequest,
  json: boolean,
  onOutput?: (text: string) => void,
  signal?: AbortSignal,
): Promise<T> {
  const reporter = createReporter(json);
  const job = startJob(request, { onEvent: (event) => reporter.event(event), ...(onOutput && { onOutput }), signal });
  const cancel = (): void => job.cancel();
  process.on('SIGINT', cancel);
  process.on('SIGTERM', cancel);
  try {
    return (await job.result) as T;
  } catch (error) {
    if (error instanceof Problem && error.kind === 'cancelled') throw new Problem('cancelled', 'Cancelled.');
    throw error;
  } finally {
    process.off('SIGINT', cancel);
    process.off('SIGTERM', cancel);
    reporter.end();
  }
}
