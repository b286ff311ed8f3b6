import { appendFileSync } from 'node:fs';
import path from 'node:path';
import type { RunEvent } from '../../shared/events.ts';
import type { Message } from '../../shared/message.ts';
import { message } from '../../shared/message.ts';
import { problemMessage, toProblemData } from '../../shared/problem.ts';
import { doctor } from '../pipeline/tasks/doctor.ts';
import { occlusionMap } from '../pipeline/tasks/occlusionMap.ts';
import { learningRateRange } from '../pipeline/tasks/learningRateRange.ts';
import { measureSpeed } from '../pipeline/tasks/measureSpeed.ts';
import { tryEngine } from '../pipeline/tasks/tryEngine.ts';
import { tryModel } from '../pipeline/tasks/tryModel.ts';
import { checkFolder } from '../pipeline/tasks/check.ts';
import { writeNetwork } from '../pipeline/tasks/writeNetwork.ts';
import type { JobContext } from '../pipeline/stages/jobContext.ts';
import { createSample } from '../pipeline/data/sample/createSample.ts';
import { evaluateModel } from '../pipeline/tasks/evaluate.ts';
import { predictFolder } from '../pipeline/tasks/predict.ts';
import { runPipeline } from '../pipeline/stages/run.ts';
import { bundleQuality } from '../pipeline/export/bundle/bundleQuality.ts';
import { compareBundles } from '../pipeline/export/bundle/compareBundles.ts';
import { refuseLinksOut } from '../pipeline/storage/insideFolder.ts';
import { verifyBundle } from '../pipeline/export/bundle/verifyBundle.ts';
import { writeFileAtomic } from '../pipeline/storage/atomicFile.ts';
import { progressReporter } from '../../shared/progress.ts';
import type { JobRequest } from './protocol.ts';

/** How a job reports to the process that started it. */
export interface JobOutput extends JobContext {
  /** Sends text for the person's standard output. */
  output(text: string): void;
}

/** Does the requested work and returns its result as plain data. */
export async function runJob(request: JobRequest, job: JobOutput): Promise<unknown> {
  // A run that came with somebody else's project may contain links, which must not be read or written through.
  if ('runFolder' in request) await refuseLinksOut(request.runFolder);
  switch (request.type) {
    case 'run':
      return runWithLog(request, job);
    case 'check': {
      const found = await checkFolder(request.project, request.config, request.cacheFolder, job);
      if (request.out === null) return found;
      await writeFileAtomic(request.out, JSON.stringify(found));
      return null;
    }
    case 'sample': {
      const progress = lazyProgress(job, message('activity.drawingSample'));
      return createSample(request.folder, { seed: 1 }, progress);
    }
    case 'verify':
      return verifyBundle(request.bundle, (check) => job.report({ type: 'check', ...check }));
    case 'bundleQuality':
      return bundleQuality(request.bundle);
    case 'compareBundles':
      return compareBundles(request.before, request.after);
    case 'predict':
      return predictFolder(request.bundle, request.folder, job);
    case 'evaluate':
      return evaluateModel(request, job);
    case 'doctor':
      return doctor(request.folder, request.enginesFolder);
    case 'tryEngine':
      return tryEngine(request.engine, request.enginesFolder);
    case 'measure':
      return measureSpeed(request.config, request.classes, request.engine, request.enginesFolder);
    case 'learningRateRange':
      return learningRateRange(request, job);
    case 'try':
      return tryModel(request.bundle, request.image);
    case 'writeNetwork':
      return writeNetwork(request);
    case 'occlusionMap':
      return occlusionMap(request.runFolder, request.file, request.label);
  }
}

/** Runs the pipeline and appends its events, except the frequent ones, to the run's log. */
async function runWithLog(request: Extract<JobRequest, { type: 'run' }>, job: JobOutput): Promise<null> {
  const log = (event: RunEvent): void => {
    if (event.type === 'progress' || event.type === 'step') return;
    // A full disk must not end a run because of its log.
    try {
      appendFileSync(
        path.join(request.runFolder, 'log.jsonl'),
        `${JSON.stringify({ at: new Date().toISOString(), ...event })}\n`,
      );
    } catch {
      /* the watchers still get the event */
    }
  };
  const report = (event: RunEvent): void => {
    log(event);
    job.report(event);
  };
  try {
    await runPipeline(request, { report, takeCommands: () => job.takeCommands() });
    return null;
  } catch (error) {
    const problem = toProblemData(error);
    report(
      problem.kind === 'cancelled'
        ? { type: 'stopped', message: problemMessage(problem) }
        : { type: 'failed', problem },
    );
    throw error;
  }
}

/** Creates the reporter with the first call, because the total is not known before. */
function lazyProgress(job: JobContext, activity: Message): (done: number, total: number) => void {
  let progress: ((done: number) => void) | null = null;
  return (done, total) =>
    (progress ??= progressReporter((event) => job.report(event), { stage: 'data', activity, unit: 'images', total }))(
      done,
    );
}
