import { appendFileSync } from 'node:fs';
import path from 'node:path';
import type { RunEvent } from '../../shared/events.ts';
import type { Message } from '../../shared/message.ts';
import { message } from '../../shared/message.ts';
import type { ProblemData } from '../../shared/problem.ts';
import { toProblemData } from '../../shared/problem.ts';
import { doctor } from '../pipeline/tasks/doctor.ts';
import { attentionMap } from '../pipeline/tasks/occlusionMap.ts';
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
import { refuseLinksOut } from '../pipeline/storage/insideFolder.ts';
import { verifyBundle } from '../pipeline/export/bundle/verifyBundle.ts';
import { writeFileAtomic } from '../pipeline/storage/atomicFile.ts';
import { progressReporter } from '../../shared/progress.ts';
import type { JobRequest } from './protocol.ts';

export interface Performance extends JobContext {
  /** Text for the user's output. */
  output(text: string): void;
}

/** Does what was asked for; returns what was found, as plain data. */
export async function perform(request: JobRequest, stage: Performance): Promise<unknown> {
  // A run that came with somebody else's project may hold links: nothing is read or written through them.
  if ('runFolder' in request) await refuseLinksOut(request.runFolder);
  switch (request.type) {
    case 'run':
      return performRun(request, stage);
    case 'check': {
      const found = await checkFolder(request.project, request.config, request.cacheFolder, stage);
      if (request.out === null) return found;
      await writeFileAtomic(request.out, JSON.stringify(found));
      return null;
    }
    case 'sample': {
      const progress = lazyProgress(stage, message('activity.drawingSample'));
      return createSample(request.folder, { seed: 1 }, progress);
    }
    case 'verify':
      return verifyBundle(request.bundle, (check) => stage.report({ type: 'check', ...check }));
    case 'bundleQuality':
      return bundleQuality(request.bundle);
    case 'predict':
      return predictFolder(request.bundle, request.folder, stage);
    case 'evaluate':
      return evaluateModel(request, stage);
    case 'doctor':
      return doctor(request.folder);
    case 'tryEngine':
      return tryEngine(request.engine, request.enginesFolder);
    case 'measure':
      return measureSpeed(request.config, request.classes, request.engine, request.enginesFolder);
    case 'learningRateRange':
      return learningRateRange(request, stage);
    case 'try':
      return tryModel(request.bundle, request.image);
    case 'writeNetwork':
      return writeNetwork(request);
    case 'attention':
      return attentionMap(request.runFolder, request.file, request.label);
  }
}

/** A run keeps its own log: what is worth reading later, and how it ended. */
async function performRun(request: Extract<JobRequest, { type: 'run' }>, stage: Performance): Promise<null> {
  const log = (event: RunEvent): void => {
    if (event.type === 'progress' || event.type === 'step') return;
    // A full disk must not end a run over its log.
    try {
      appendFileSync(
        path.join(request.runFolder, 'log.jsonl'),
        `${JSON.stringify({ at: new Date().toISOString(), ...event })}\n`,
      );
    } catch {
      /* the event reaches its watchers all the same */
    }
  };
  const report = (event: RunEvent): void => {
    log(event);
    stage.report(event);
  };
  try {
    await runPipeline(request, { report, takeCommands: () => stage.takeCommands() });
    return null;
  } catch (error) {
    const problem = toProblemData(error);
    report(
      problem.kind === 'cancelled' ? { type: 'stopped', message: asMessage(problem) } : { type: 'failed', problem },
    );
    throw error;
  }
}

const asMessage = ({ message: text, code, params }: ProblemData): Message => ({ text, code, params });

function lazyProgress(stage: JobContext, activity: Message): (done: number, total: number) => void {
  let progress: ((done: number) => void) | null = null;
  return (done, total) =>
    (progress ??= progressReporter((event) => stage.report(event), { stage: 'data', activity, unit: 'images', total }))(
      done,
    );
}
