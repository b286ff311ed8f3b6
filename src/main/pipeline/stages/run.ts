import path from 'node:path';
import type { EngineName } from '../../../shared/config.ts';
import type { Stage } from '../../../shared/events.ts';
import { stages } from '../../../shared/events.ts';
import type { Message } from '../../../shared/message.ts';
import { message } from '../../../shared/message.ts';
import { Problem, toProblemData } from '../../../shared/problem.ts';
import type { Sample } from '../data/dataset.ts';
import { PRESENT } from '../data/dataset.ts';
import { readSnapshot, snapshotFolder } from '../data/snapshot.ts';
import { engineKind } from '../engine/registry.ts';
import { removeLeftovers } from '../storage/leftovers.ts';
import type { Lock } from '../storage/lock.ts';
import { takeLock } from '../storage/lock.ts';
import type { MetricsLog } from '../storage/metricsLog.ts';
import { openMetricsLog } from '../storage/metricsLog.ts';
import type { RunRecord } from '../storage/runFolder.ts';
import { lockFile, nextStage, readRun } from '../storage/runFolder.ts';
import { hasCheckpoints } from '../train/checkpoint.ts';
import { announcementOf } from './announcements.ts';
import { dataStage } from './data.ts';
import { exportStage } from './export.ts';
import type { FallbackLevel } from './fallback.ts';
import { startEngine, withFallback } from './fallback.ts';
import type { JobContext } from './jobContext.ts';
import { requireMeasurableMonitors } from './monitors.ts';
import { availableMemory, fitBatches } from './network/fitBatch.ts';
import { qatStage } from './qat.ts';
import type { RecordFile } from './recordFile.ts';
import { openRecordFile, requireLock } from './recordFile.ts';
import type { RunContext, StageSummary } from './runContext.ts';
import { checkpointFolder, note } from './runContext.ts';
import type { Stopping } from './stopping.ts';
import { watchForStop } from './stopping.ts';
import { studentStage } from './student.ts';
import { teacherStage } from './teacher.ts';
import { testStage } from './testSplit.ts';
import { thresholdsStage } from './thresholds.ts';

type StageAfterData = Exclude<Stage, 'data'>;

const work: Record<StageAfterData, (context: RunContext) => Promise<StageSummary>> = {
  teacher: teacherStage,
  student: studentStage,
  qat: qatStage,
  thresholds: thresholdsStage,
  test: testStage,
  export: exportStage,
};

/** These stages write a checkpoint before they stop; the others start over when the run resumes. */
const trainingStages: ReadonlySet<Stage> = new Set(['teacher', 'student', 'qat']);

export interface PipelineRequest {
  /** Absolute path of runs/<id>. */
  readonly runFolder: string;
  /**
   * Null runs whatever is not finished yet. Named stages run even if they are finished; the stages that build on them
   * become pending.
   */
  readonly stages: readonly Stage[] | null;
  readonly cacheFolder: string;
  /** `why` explains an automatic choice; null when a person named the engine. */
  readonly engine: { readonly name: EngineName; readonly why: Message | null };
  /** Where downloaded engines are installed. */
  readonly enginesFolder: string;
  /**
   * A person confirmed that the lock's holder is gone, so a lock that cannot be checked from here is not watched first.
   */
  readonly takeOver?: boolean;
}

/**
 * Starts or resumes a run. run.json always says how far it got; after any failure it resumes at the last checkpoint.
 */
export async function runPipeline(request: PipelineRequest, outside: JobContext): Promise<void> {
  const { runFolder, stages: asked } = request;
  const stopping = watchForStop(outside);
  const lock = await stopping.unlessStopped(lockRun(request, outside));
  const job: JobContext = {
    report: (event) => outside.report(event),
    takeCommands: () => {
      requireLock(lock, runFolder);
      return stopping.takeCommands();
    },
  };
  await removeLeftovers(runFolder, { recursive: true });
  const file = await openRecordFile(runFolder, lock);
  const began = performance.now();
  const exportsOnly = exportsAgain(file.record, asked);
  try {
    if (!exportsOnly) await file.update({ state: 'running', problem: null });
    await runStages(request, { file, job, stopping, exportsOnly });
    await file.update({ state: file.allFinished() ? 'finished' : 'stopped' });
    job.report({ type: 'finished', seconds: (performance.now() - began) / 1000 });
  } catch (error) {
    if (!exportsOnly) await recordFailure(file, error);
    throw error;
  } finally {
    await lock.release();
  }
}

interface Pipeline {
  readonly file: RecordFile;
  readonly job: JobContext;
  readonly stopping: Stopping;
  readonly exportsOnly: boolean;
}

async function runStages(request: PipelineRequest, { file, job, stopping, exportsOnly }: Pipeline): Promise<void> {
  const { runFolder, stages: asked, cacheFolder } = request;
  const metrics = openMetricsLog(path.join(runFolder, 'metrics.jsonl'));
  try {
    const runStage = stageRunner(request, file, job, metrics);
    for (const stage of planned(file.record, asked)) {
      stopping.check();
      const record = exportsOnly
        ? file.record.stages[stage]
        : await file.start(stage, metrics.length(), asked?.includes(stage) ?? false);
      if (stage === 'data') metrics.cutTo(record.metricsBytes);
      job.report({ type: 'stageStarted', stage, message: announcementOf(stage, file.record.config) });
      const started = performance.now();
      const running =
        stage === 'data'
          ? dataStage(runFolder, file.record.project, file.record.config, cacheFolder, job)
          : runStage(stage, record.metricsBytes);
      const summary = await (trainingStages.has(stage) ? running : stopping.unlessStopped(running));
      const seconds = (performance.now() - started) / 1000;
      await file.finish(stage, exportsOnly ? seconds : record.seconds + seconds, summary);
      job.report({ type: 'stageFinished', stage, seconds, summary });
    }
  } finally {
    metrics.close();
  }
}

/** Runs stages one after another in one context, which later stages inherit with the engine that worked last. */
function stageRunner(
  request: PipelineRequest,
  file: RecordFile,
  job: JobContext,
  metrics: MetricsLog,
): (stage: StageAfterData, metricsBytes: number) => Promise<StageSummary> {
  let current: RunContext | null = null;
  let level: FallbackLevel = { name: request.engine.name, parts: 1 };
  return async (stage, metricsBytes) => {
    const context = (current ??= await openContext(request, file, job, metrics, trainingStages.has(stage)));
    const { engine: options } = context.config;
    const fallback = {
      start: (next: FallbackLevel) =>
        startEngine(next, {
          threads: options.threads,
          lowMemory: options.memory === 'low',
          adapter: options.adapter,
          enginesFolder: request.enginesFolder,
        }),
      onFallback: (text: Message) => note(context, stage, text, 'warning'),
    };
    const { result, at } = await withFallback({ level, engine: context.engine }, fallback, async (engine) => {
      if (!(await hasCheckpoints(checkpointFolder(context), stage))) metrics.cutTo(metricsBytes);
      return work[stage]({ ...context, engine });
    });
    if (at.level !== level) await file.update({ engine: at.engine.description });
    level = at.level;
    current = { ...context, engine: at.engine };
    return result;
  };
}

async function recordFailure(file: RecordFile, error: unknown): Promise<void> {
  const problem = toProblemData(error);
  const cancelled = problem.kind === 'cancelled';
  await file
    .update({ state: cancelled ? 'stopped' : 'failed', problem: cancelled ? null : problem })
    // A full disk may refuse this write as well; the checkpoints were written before.
    .catch(() => undefined);
}

async function lockRun({ runFolder, takeOver = false }: PipelineRequest, job: JobContext): Promise<Lock> {
  const stage = await readRun(runFolder).then(nextStage);
  return takeLock(lockFile(runFolder), 'training', {
    takeOver,
    onWait: (waiting) => job.report({ type: 'note', stage: stage ?? 'export', level: 'warning', message: waiting }),
  });
}

/** A finished run keeps its state while it is exported again: if that fails, its last bundle remains valid. */
const exportsAgain = (record: RunRecord, asked: readonly Stage[] | null): boolean =>
  record.state === 'finished' && asked !== null && asked.every((stage) => stage === 'export');

/**
 * The stages to run, in order. A named stage needs the stages before it; the data stage is added where it is missing.
 */
function planned(record: RunRecord, asked: readonly Stage[] | null): readonly Stage[] {
  const unfinished = (stage: Stage): boolean => record.stages[stage].state !== 'finished';
  if (asked === null) return stages.filter(unfinished);
  const plan = stages.filter((stage) => asked.includes(stage) || (stage === 'data' && unfinished(stage)));
  for (const stage of plan) {
    const missing = stages
      .slice(0, stages.indexOf(stage))
      .find((earlier) => unfinished(earlier) && !plan.includes(earlier));
    if (missing !== undefined) throw new Problem('mismatch.stageMissing', { stage, missing });
  }
  return plan;
}

const hasLabels = (samples: readonly Sample[]): boolean => samples.some(({ labels }) => labels.includes(PRESENT));

async function openContext(
  request: PipelineRequest,
  file: RecordFile,
  job: JobContext,
  metrics: MetricsLog,
  trains: boolean,
): Promise<RunContext> {
  const { runFolder: folder, cacheFolder, enginesFolder } = request;
  const { name, why } = request.engine;
  const dataset = await readSnapshot(snapshotFolder(folder), file.record.project);
  if (trains) requireMeasurableMonitors(file.record.config, hasLabels(dataset.splits.val));
  const { config, notes } = fitBatches(file.record.config, dataset.vocabulary.length, availableMemory());
  // The reduced batch is kept, so that the run uses it wherever it is resumed.
  if (notes.length > 0) await file.update({ config });
  for (const text of notes) note({ job }, 'data', text, 'warning');
  const engine = await engineKind(name).start({
    threads: config.engine.threads,
    lowMemory: config.engine.memory === 'low',
    adapter: config.engine.adapter,
    enginesFolder,
  });
  if (why !== null) note({ job }, 'data', message('training.engineBecause', { engine: engine.description, why }));
  else if (engine.device !== 'cpu') note({ job }, 'data', message('training.engine', { engine: engine.description }));
  if (engine.software === true) note({ job }, 'data', message('training.softwareAdapter'), 'warning');
  await file.update({ engine: engine.description });
  return {
    folder,
    config,
    dataset,
    engine,
    job,
    cacheFolder,
    metrics,
    countTestOpening: (by) => file.countTestOpening(by),
    setExport: (bundle) => file.update({ export: bundle }),
  };
}
