import { open } from 'node:fs/promises';
import path from 'node:path';
import type { RunSummary } from '../../../shared/contract/runs.ts';
import { stages } from '../../../shared/events.ts';
import { defaultRunName } from '../../../shared/runName.ts';
import { listRuns, readRun, runState } from '../../pipeline/storage/runFolder.ts';
import type { RunRecord, RunState } from '../../pipeline/storage/runFolder.ts';
import { folderBytes } from '../state/folderBytes.ts';
import { runsFolder } from '../state/places.ts';
import { sealedSummary, timesOpened } from './seal.ts';

/** All runs of a project, oldest first. Leaves out test metrics, because the test split is sealed. */
export async function summarizeRuns(project: string, folder: string): Promise<RunSummary[]> {
  const runs = await listRuns(runsFolder(folder));
  return Promise.all(
    runs.map(({ folder: place, number, record, state }) => summarize(project, number, place, record, state)),
  );
}

/** Summarizes one run without reading the others. */
export async function summarizeRun(project: string, folder: string): Promise<RunSummary> {
  const record = await readRun(folder);
  return summarize(project, await numberOf(folder, record), folder, record, await runState(folder, record));
}

/** The default name, as stored. */
export async function nameOfRun(folder: string): Promise<string> {
  return defaultRunName(await numberOf(folder, await readRun(folder)));
}

/** Runs of early versions have no number and get their position among the others. */
async function numberOf(folder: string, { number }: RunRecord): Promise<number> {
  if (number !== null) return number;
  const all = await listRuns(path.dirname(folder));
  return all.find((run) => path.basename(run.folder) === path.basename(folder))?.number ?? 1;
}

async function summarize(
  project: string,
  number: number,
  folder: string,
  record: RunRecord,
  state: RunState,
): Promise<RunSummary> {
  const { thresholds } = record.stages;
  const figure = (key: string): number | null => thresholds.summary[key] ?? null;
  return {
    id: record.id,
    project,
    number,
    name: defaultRunName(number),
    createdAt: record.createdAt,
    preset: record.preset,
    config: record.config,
    state,
    problem: record.problem,
    stages: stages.map((stage) => {
      const { state: stageState, seconds, summary } = record.stages[stage];
      return { stage, state: stageState, seconds, summary: sealedSummary(stage, summary) };
    }),
    expected: record.expected,
    engine: record.engine,
    note: record.notes,
    pinned: record.pinned,
    trashed: record.trashed,
    seconds: stages.reduce((sum, stage) => sum + record.stages[stage].seconds, 0),
    val: {
      teacherAp: figure('val_teacher_ap'),
      studentAp: figure('val_student_ap'),
      int8Ap: figure('val_int8_ap'),
      int8F1: figure('val_int8_f1'),
    },
    ...(await fingerprints(folder)),
    testOpened: timesOpened(record),
    exported: record.export !== null,
    bytes: await folderBytes(folder),
    freeableBytes: await freeableBytes(folder, state),
    pretrained: record.config.teacher.weights !== null || record.config.student.weights !== null,
  };
}

/** Reads only the head of the snapshot, because the rest may be long. '' before the data stage. */
async function fingerprints(folder: string): Promise<Pick<RunSummary, 'valFingerprint' | 'testFingerprint'>> {
  const handle = await open(path.join(folder, 'data', 'snapshot.json')).catch(() => null);
  if (handle === null) return { valFingerprint: '', testFingerprint: '' };
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(8192), 0, 8192, 0);
    const head = buffer.toString('utf8', 0, bytesRead);
    const of = (split: string): string => new RegExp(`"${split}":"([0-9a-f]{64})"`).exec(head)?.[1] ?? '';
    return { valFingerprint: of('val'), testFingerprint: of('test') };
  } finally {
    await handle.close();
  }
}

/** Bytes that `cleanRun` would free: a finished run no longer needs its checkpoints. */
export const freeableBytes = async (folder: string, state: RunState): Promise<number> =>
  state === 'finished' ? folderBytes(path.join(folder, 'checkpoints')) : 0;
