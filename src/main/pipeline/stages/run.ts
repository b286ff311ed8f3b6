import path from 'node:path';
import type { Stage } from '../../../shared/events.ts';
import { stages } from '../../../shared/events.ts';
import { Problem, toProblemData } from '../../../shared/problem.ts';
import { readSnapshot } from '../data/snapshot.ts';
import { createOnnxCpuEngine } from '../engine/onnx/engine.ts';
import { takeLock } from '../storage/lock.ts';
import { openMetricsLog } from '../storage/metricsLog.ts';
import type { RunRecord, StageRecord } from '../storage/runFolder.ts';
import { lockFile, readRun, writeRun } from '../storage/runFolder.ts';
import { hasCheckpoints } from '../train/checkpoint.ts';
import type { JobContext } from './context.ts';
import { fitBatches, memoryThereIs } from './fitBatch.ts';
import { dataStage, snapshotFolder } from './data.ts';
import { exportStage } from './export.ts';
import { qatStage } from './qat.ts';
import type { RunRoom, StageSummary } from './room.ts';
import { checkpointFolder } from './room.ts';
import { studentStage } from './student.ts';
import { teacherStage } from './teacher.ts';
import { testStage } from './test.ts';
import { thresholdsStage } from './thresholds.ts';

const work: Record<Exclude<Stage, 'data'>, (room: RunRoom) => Promise<StageSummary>> = {
  teacher: teacherStage, student: studentStage, qat: qatStage, thresholds: thresholdsStage, test: testStage, export: exportStage,
};

const announcements: Record<Stage, string> = {
  data: 'Reading and checking the photos and labels.',
  teacher: 'Training the teacher on the labels.',
  student: 'Training the student on the labels and the teacher.',
  qat: 'Quantizing the student, with training in the loop.',
  thresholds: 'Tuning thresholds on the INT8 model.',
  test: 'Scoring the test split, once.',
  export: 'Writing and checking the bundle.',
};

export interface PipelineRequest {
  /** Absolute path of runs/<id>. */
  readonly runFolder: string;
  /** Null: whatever is not finished yet. Named stages run even if they are finished, and what builds on them starts over later. */
  readonly stages: readonly Stage[] | null;
  readonly cacheFolder: string;
}

/** Runs, or goes on with, a run. run.json always says where it stands; whatever happens, `resume` goes on from the last checkpoint. */
export async function runPipeline({ runFolder, stages: asked, cacheFolder }: PipelineRequest, context: JobContext): Promise<void> {
  const lock = await takeLock(lockFile(runFolder), 'training');
  const book = await openBook(runFolder);
  const began = performance.now();
  try {
    await book.update({ state: 'running', problem: null });
    const metrics = openMetricsLog(path.join(runFolder, 'metrics.jsonl'));
    try {
      let room: RunRoom | null = null;
      for (const stage of planned(book.record, asked)) {
        if (stage !== 'data') room ??= await openRoom(runFolder, book, cacheFolder, context, metrics);
        const record = await book.start(stage, metrics.length(), asked?.includes(stage) ?? false);
        if (!(await hasCheckpoints(checkpointFolder({ folder: runFolder }), stage))) metrics.cutTo(record.metricsBytes);
        context.report({ type: 'stageStarted', stage, message: announcements[stage] });
        const started = performance.now();
        const summary = stage === 'data' ? await dataStage(runFolder, book.record.project, book.record.config, cacheFolder, context) : await work[stage](room!);
        const seconds = (performance.now() - started) / 1000;
        await book.finish(stage, seconds, summary);
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
    await book.update({ state: problem.kind === 'cancelled' ? 'stopped' : 'failed', problem: problem.kind === 'cancelled' ? null : problem }).catch(() => undefined);
    throw error;
  } finally {
    await lock.release();
  }
}

/** Asked-for stages need those before them; the data stage is done on the way. */
function planned(record: RunRecord, asked: readonly Stage[] | null): readonly Stage[] {
  const unfinished = (stage: Stage): boolean => record.stages[stage].state !== 'finished';
  if (asked === null) return stages.filter(unfinished);
  const plan = stages.filter((stage) => asked.includes(stage) || (stage === 'data' && unfinished(stage)));
  for (const stage of plan) {
    const missing = stages.slice(0, stages.indexOf(stage)).find((earlier) => unfinished(earlier) && !plan.includes(earlier));
    if (missing !== undefined) throw new Problem('mismatch', `The stage '${stage}' builds on '${missing}', which is not finished: run that first, or the whole pipeline.`);
  }
  return plan;
}

async function openRoom(folder: string, book: Book, cacheFolder: string, context: JobContext, metrics: RunRoom['metrics']): Promise<RunRoom> {
  const { project } = book.record;
  const dataset = await readSnapshot(snapshotFolder(folder), project);
  const { config, notes } = fitBatches(book.record.config, dataset.vocabulary.length, memoryThereIs());
  // Kept, so that a run goes on with it wherever it is resumed.
  if (notes.length > 0) await book.update({ config });
  for (const message of notes) context.report({ type: 'note', stage: 'data', level: 'warning', message });
  const engine = await createOnnxCpuEngine({ threads: config.engine.threads, lowMemory: config.engine.memory === 'low' });
  await book.update({ engine: engine.description });
  return { folder, config, dataset, engine, context, cacheFolder, metrics, countTestOpening: (by) => book.countTestOpening(by), setExport: (file) => book.update({ export: file }) };
}

/** run.json, held in memory and written after every change. */
interface Book {
  readonly record: RunRecord;
  update(change: Partial<RunRecord>): Promise<void>;
  start(stage: Stage, metricsBytes: number, again: boolean): Promise<StageRecord>;
  finish(stage: Stage, seconds: number, summary: StageSummary): Promise<void>;
  countTestOpening(by: string): Promise<void>;
  allFinished(): boolean;
}

async function openBook(folder: string): Promise<Book> {
  let record = await readRun(folder);
  const update = async (change: Partial<RunRecord>): Promise<void> => {
    record = { ...record, ...change };
    await writeRun(folder, record);
  };
  const setStage = (stage: Stage, change: Partial<StageRecord>): Promise<void> => update({ stages: { ...record.stages, [stage]: { ...record.stages[stage], ...change } } });
  return {
    get record() { return record; },
    update,
    start: async (stage, metricsBytes, again) => {
      if (again) await startOver(record, stage, update);
      const resumed = record.stages[stage].state === 'running';
      await setStage(stage, { state: 'running', startedAt: new Date().toISOString(), ...(!resumed && { metricsBytes }) });
      return record.stages[stage];
    },
    finish: (stage, seconds, summary) => setStage(stage, { state: 'finished', seconds: record.stages[stage].seconds + seconds, summary: { ...summary } }),
    countTestOpening: (by) => update({ testOpenings: [...record.testOpenings, { at: new Date().toISOString(), by }] }),
    allFinished: () => stages.every((stage) => record.stages[stage].state === 'finished'),
  };
}

/** A finished stage that is asked for again, and all that builds on it, are to be done anew. */
async function startOver(record: RunRecord, stage: Stage, update: (change: Partial<RunRecord>) => Promise<void>): Promise<void> {
  if (record.stages[stage].state !== 'finished') return;
  const later = stages.slice(stages.indexOf(stage));
  const reset = later.map((name) => [name, { ...record.stages[name], state: 'pending' as const, seconds: 0 }]);
  await update({ stages: { ...record.stages, ...Object.fromEntries(reset) as Record<Stage, StageRecord> } });
}
