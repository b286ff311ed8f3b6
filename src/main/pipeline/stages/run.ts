import path from 'node:path';
import type { Config, EngineName } from '../../../shared/config.ts';
import type { Message } from '../../../shared/message.ts';
import type { Stage } from '../../../shared/events.ts';
import { stages } from '../../../shared/events.ts';
import { Problem, toProblemData } from '../../../shared/problem.ts';
import type { Sample } from '../data/dataset.ts';
import { PRESENT } from '../data/dataset.ts';
import { readSnapshot } from '../data/snapshot.ts';
import { engineKind } from '../engine/registry.ts';
import { removeLeftovers } from '../storage/leftovers.ts';
import type { Lock } from '../storage/lock.ts';
import { takeLock } from '../storage/lock.ts';
import { openMetricsLog } from '../storage/metricsLog.ts';
import type { RunRecord, StageRecord } from '../storage/runFolder.ts';
import { lockFile, nextStage, readRun, writeRun } from '../storage/runFolder.ts';
import { hasCheckpoints } from '../train/checkpoint.ts';
import type { JobContext } from './jobContext.ts';
import { fitBatches, memoryThereIs } from './network/fitBatch.ts';
import { dataStage, snapshotFolder } from './data.ts';
import { exportStage } from './export.ts';
import { requireMeasurableMonitors } from './monitors.ts';
import type { Rung } from './fallback.ts';
import { startRung, withFallback } from './fallback.ts';
import { qatStage } from './qat.ts';
import type { RunRoom, StageSummary } from './runContext.ts';
import { checkpointFolder, note } from './runContext.ts';
import { watchForStop } from './stopping.ts';
import { studentStage } from './student.ts';
import { teacherStage } from './teacher.ts';
import { testStage } from './testSplit.ts';
import { thresholdsStage } from './thresholds.ts';

const work: Record<Exclude<Stage, 'data'>, (room: RunRoom) => Promise<StageSummary>> = {
  teacher: teacherStage,
  student: studentStage,
  qat: qatStage,
  thresholds: thresholdsStage,
  test: testStage,
  export: exportStage,
};

/** What a stage does with these settings, told when it starts. */
export function announcementOf(stage: Stage, { student, qat }: Config): string {
  switch (stage) {
    case 'data':
      return 'Reading and checking the photos and labels.';
    case 'teacher':
      return 'Training the teacher on the labels.';
    case 'student':
      return student.alpha === 1
        ? 'Training the student on the labels alone.'
        : 'Training the student on the labels and the teacher.';
    case 'qat':
      return qat.epochs === 0
        ? 'Quantizing the trained student.'
        : 'Quantizing the student with quantization-aware training.';
    case 'thresholds':
      return 'Tuning thresholds on the INT8 model.';
    case 'test':
      return 'Scoring the test split, once.';
    case 'export':
      return 'Writing and checking the bundle.';
  }
}

/** These stop at a checkpoint of their own accord; the others start over. */
const trains: ReadonlySet<Stage> = new Set(['teacher', 'student', 'qat']);

export interface PipelineRequest {
  /** Absolute path of runs/<id>. */
  readonly runFolder: string;
  /** Null: whatever is not finished yet. Named stages run even if they are finished, and what builds on them starts over later. */
  readonly stages: readonly Stage[] | null;
  readonly cacheFolder: string;
  readonly engine: { readonly name: EngineName; readonly why: Message | null };
  /** Where installed engines lie. */
  readonly enginesFolder: string;
  /** A person says that whoever locked the run is gone: a lock that cannot be checked from here is not watched first. */
  readonly takeOver?: boolean;
}

/** Starts or resumes a run. run.json always says where it stands; whatever happens, the last checkpoint is where it resumes. */
export async function runPipeline(request: PipelineRequest, outside: JobContext): Promise<void> {
  const { runFolder, stages: asked, cacheFolder } = request;
  const stopping = watchForStop(outside);
  const lock = await stopping.unlessStopped(lockRun(request, outside));
  const context: JobContext = {
    report: (event) => outside.report(event),
    takeCommands: () => {
      requireLock(lock, runFolder);
      return stopping.takeCommands();
    },
  };
  await removeLeftovers(runFolder, { recursive: true });
  const book = await openBook(runFolder, lock);
  const began = performance.now();
  const again = exportsAgain(book.record, asked);
  try {
    if (!again) await book.update({ state: 'running', problem: null });
    const metrics = openMetricsLog(path.join(runFolder, 'metrics.jsonl'));
    try {
      let room: RunRoom | null = null;
      let rung: Rung = { name: request.engine.name, parts: 1 };
      const perform = async (stage: Exclude<Stage, 'data'>, metricsBytes: number): Promise<StageSummary> => {
        const inRoom = (room ??= await openRoom(request, book, context, metrics, trains.has(stage)));
        const options = {
          threads: inRoom.config.engine.threads,
          lowMemory: inRoom.config.engine.memory === 'low',
          enginesFolder: request.enginesFolder,
        };
        const fallback = {
          start: (next: Rung) => startRung(next, options),
          say: (message: string) => note(inRoom, stage, message, 'warning'),
        };
        const { result, at } = await withFallback({ rung, engine: inRoom.engine }, fallback, async (engine) => {
          if (!(await hasCheckpoints(checkpointFolder({ folder: runFolder }), stage))) metrics.cutTo(metricsBytes);
          return work[stage]({ ...inRoom, engine });
        });
        if (at.rung !== rung) await book.update({ engine: at.engine.description });
        rung = at.rung;
        room = { ...inRoom, engine: at.engine };
        return result;
      };
      for (const stage of planned(book.record, asked)) {
        stopping.check();
        const record = again
          ? book.record.stages[stage]
          : await book.start(stage, metrics.length(), asked?.includes(stage) ?? false);
        if (stage === 'data') metrics.cutTo(record.metricsBytes);
        context.report({ type: 'stageStarted', stage, message: announcementOf(stage, book.record.config) });
        const started = performance.now();
        const summary =
          stage === 'data'
            ? await stopping.unlessStopped(
                dataStage(runFolder, book.record.project, book.record.config, cacheFolder, context),
              )
            : trains.has(stage)
              ? await perform(stage, record.metricsBytes)
              : await stopping.unlessStopped(perform(stage, record.metricsBytes));
        const seconds = (performance.now() - started) / 1000;
        await book.finish(stage, again ? seconds : record.seconds + seconds, summary);
        context.report({ type: 'stageFinished', stage, seconds, summary });
      }
    } finally {
      metrics.close();
    }
    await book.update({ state: book.allFinished() ? 'finished' : 'stopped' });
    context.report({ type: 'finished', seconds: (performance.now() - began) / 1000 });
  } catch (error) {
    const problem = toProblemData(error);
    // A full disk may refuse this as well; what matters was written before.
    if (!again)
      await book
        .update({
          state: problem.kind === 'cancelled' ? 'stopped' : 'failed',
          problem: problem.kind === 'cancelled' ? null : problem,
        })
        .catch(() => undefined);
    throw error;
  } finally {
    await lock.release();
  }
}

async function lockRun({ runFolder, takeOver = false }: PipelineRequest, context: JobContext): Promise<Lock> {
  const stage = await readRun(runFolder).then(nextStage);
  return takeLock(lockFile(runFolder), 'training', {
    takeOver,
    onWait: ({ text }) => context.report({ type: 'note', stage: stage ?? 'export', level: 'warning', message: text }),
  });
}

/** Two that write to one run would destroy it: whoever lost the lock stops. */
function requireLock(lock: Lock, runFolder: string): void {
  if (!lock.held())
    throw new Problem(
      'busy',
      `${runFolder} was moved, deleted or taken over by another program. Look there; nothing more is written here.`,
    );
}

/** A finished run stays one while it is exported again: cut off or failed, its last bundle is still the one that counts. */
const exportsAgain = (record: RunRecord, asked: readonly Stage[] | null): boolean =>
  record.state === 'finished' && asked !== null && asked.every((stage) => stage === 'export');

/** Asked-for stages need those before them; the data stage is done on the way. */
function planned(record: RunRecord, asked: readonly Stage[] | null): readonly Stage[] {
  const unfinished = (stage: Stage): boolean => record.stages[stage].state !== 'finished';
  if (asked === null) return stages.filter(unfinished);
  const plan = stages.filter((stage) => asked.includes(stage) || (stage === 'data' && unfinished(stage)));
  for (const stage of plan) {
    const missing = stages
      .slice(0, stages.indexOf(stage))
      .find((earlier) => unfinished(earlier) && !plan.includes(earlier));
    if (missing !== undefined)
      throw new Problem(
        'mismatch',
        `The stage '${stage}' builds on '${missing}', which is not finished: run that first, or the whole pipeline.`,
      );
  }
  return plan;
}

const hasLabels = (samples: readonly Sample[]): boolean => samples.some(({ labels }) => labels.includes(PRESENT));

async function openRoom(
  request: PipelineRequest,
  book: Book,
  context: JobContext,
  metrics: RunRoom['metrics'],
  trains: boolean,
): Promise<RunRoom> {
  const { runFolder: folder, cacheFolder } = request;
  const { project } = book.record;
  const dataset = await readSnapshot(snapshotFolder(folder), project);
  if (trains) requireMeasurableMonitors(book.record.config, hasLabels(dataset.splits.val));
  const { config, notes } = fitBatches(book.record.config, dataset.vocabulary.length, memoryThereIs());
  // Kept, so that a run goes on with it wherever it is resumed.
  if (notes.length > 0) await book.update({ config });
  for (const message of notes) context.report({ type: 'note', stage: 'data', level: 'warning', message });
  const engine = await engineKind(request.engine.name).start({
    threads: config.engine.threads,
    lowMemory: config.engine.memory === 'low',
    enginesFolder: request.enginesFolder,
  });
  if (request.engine.why !== null || engine.device !== 'cpu')
    context.report({
      type: 'note',
      stage: 'data',
      level: 'info',
      message: `Engine: ${engine.description}.${request.engine.why === null ? '' : ` ${request.engine.why.text}`}`,
    });
  await book.update({ engine: engine.description });
  return {
    folder,
    config,
    dataset,
    engine,
    context,
    cacheFolder,
    metrics,
    countTestOpening: (by) => book.countTestOpening(by),
    setExport: (file) => book.update({ export: file }),
  };
}

/** run.json, held in memory and written after every change. */
interface Book {
  readonly record: RunRecord;
  update(change: Partial<RunRecord>): Promise<void>;
  start(stage: Stage, metricsBytes: number, again: boolean): Promise<StageRecord>;
  /** `seconds` over all attempts. */
  finish(stage: Stage, seconds: number, summary: StageSummary): Promise<void>;
  countTestOpening(by: string): Promise<void>;
  allFinished(): boolean;
}

async function openBook(folder: string, lock: Lock): Promise<Book> {
  let record = await readRun(folder);
  const update = async (change: Partial<RunRecord>): Promise<void> => {
    requireLock(lock, folder);
    record = { ...record, ...change };
    await writeRun(folder, record);
  };
  const setStage = (stage: Stage, change: Partial<StageRecord>): Promise<void> =>
    update({ stages: { ...record.stages, [stage]: { ...record.stages[stage], ...change } } });
  return {
    get record() {
      return record;
    },
    update,
    start: async (stage, metricsBytes, again) => {
      if (again) await startOver(record, stage, update);
      const resumed = record.stages[stage].state === 'running';
      await setStage(stage, {
        state: 'running',
        startedAt: new Date().toISOString(),
        ...(!resumed && { metricsBytes }),
      });
      return record.stages[stage];
    },
    finish: (stage, seconds, summary) => setStage(stage, { state: 'finished', seconds, summary: { ...summary } }),
    countTestOpening: (by) => update({ testOpenings: [...record.testOpenings, { at: new Date().toISOString(), by }] }),
    allFinished: () => stages.every((stage) => record.stages[stage].state === 'finished'),
  };
}

/** A finished stage that is asked for again, and all that builds on it, are to be done anew. */
async function startOver(
  record: RunRecord,
  stage: Stage,
  update: (change: Partial<RunRecord>) => Promise<void>,
): Promise<void> {
  if (record.stages[stage].state !== 'finished') return;
  const later = stages.slice(stages.indexOf(stage));
  const reset = later.map((name) => [name, { ...record.stages[name], state: 'pending' as const, seconds: 0 }]);
  await update({ stages: { ...record.stages, ...(Object.fromEntries(reset) as Record<Stage, StageRecord>) } });
}
