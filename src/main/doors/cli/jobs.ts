import { Problem } from '../../../shared/problem.ts';
import type { JobRequest } from '../../jobs/protocol.ts';
import type { Job, JobWatcher } from '../../jobs/startJob.ts';
import { startJob } from '../../jobs/startJob.ts';
import { onStopSignals } from '../../jobs/stopSignals.ts';
import { printError } from './output.ts';
import { createReporter } from './reporter.ts';
import { t } from './wording.ts';

/** Starts a job and shows its progress. Ctrl-C and SIGTERM stop it at a checkpoint; a second one stops it at once. */
export async function followJob(
  start: (watcher: JobWatcher) => Job | Promise<Job>,
  json: boolean,
  onOutput?: (text: string) => void,
): Promise<unknown> {
  const reporter = createReporter(json);
  let begun = false;
  let stopping = false;
  const onEvent: JobWatcher['onEvent'] = (event) => {
    begun = true;
    reporter.event(event);
  };
  let job: Job | null = null;
  const ignoreSignals = onStopSignals({
    stop: () => {
      stopping = true;
      reporter.end();
      printError(`${t('cli.stopping')}\n`);
      job?.send({ type: 'stop' });
    },
    stopNow: () => job?.cancel(),
  });
  try {
    job = await start({ onEvent, ...(onOutput && { onOutput }) });
    if (stopping) job.send({ type: 'stop' });
    return await job.result;
  } catch (error) {
    // Until its process leaves signals to this one, Ctrl-C ends the job's process directly.
    if (stopping && !begun) throw new Problem('cancelled.beforeRunStarted');
    throw error;
  } finally {
    ignoreSignals();
    reporter.end();
  }
}

/** Runs a job that is quick to repeat. Ctrl-C or the signal ends it at once. */
export async function runJob<T>(
  request: JobRequest,
  json: boolean,
  onOutput?: (text: string) => void,
  signal?: AbortSignal,
): Promise<T> {
  const reporter = createReporter(json);
  const job = startJob(request, { onEvent: (event) => reporter.event(event), ...(onOutput && { onOutput }), signal });
  const cancel = (): void => job.cancel();
  const letGo = onStopSignals({ stop: cancel, stopNow: cancel });
  try {
    return (await job.result) as T;
  } catch (error) {
    if (error instanceof Problem && error.kind === 'cancelled') throw new Problem('cancelled.work');
    throw error;
  } finally {
    letGo();
    reporter.end();
  }
}
