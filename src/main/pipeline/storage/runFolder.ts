import { access, mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { configSchema } from '../../../shared/config.ts';
import { problemSchema, stages, stageSchema, stageSecondsSchema } from '../../../shared/events.ts';
import type { Stage } from '../../../shared/events.ts';
import { messageSchema } from '../../../shared/messageSchema.ts';
import { Problem } from '../../../shared/problem.ts';
import { isLocked } from './lock.ts';
import { writeFileAtomic } from './atomicFile.ts';
import { readRegularText } from './regularFile.ts';

/** runs/<id>/run.json records a run's settings, its state, and the time it took. */
const FORMAT_VERSION = 1;

const stageRecordSchema = z.object({
  state: z.enum(['pending', 'running', 'finished']),
  /** ISO 8601. */
  startedAt: z.string().nullable(),
  /** Seconds of work over all attempts. */
  seconds: z.number(),
  /** Length of metrics.jsonl when the stage began, in bytes; a repeated stage truncates the file to it. */
  metricsBytes: z.int(),
  summary: z.record(z.string(), z.number().nullable()),
});
export type StageRecord = z.infer<typeof stageRecordSchema>;

export const runRecordSchema = z.object({
  formatVersion: z.literal(FORMAT_VERSION),
  id: z.string(),
  /** Number within its project, from 1; numbers of deleted runs are not reused. Null in files of earlier versions. */
  number: z.int().nullable().default(null),
  createdAt: z.string(),
  /** Absolute path of the folder with the images and label files. */
  project: z.string(),
  preset: z.string().nullable(),
  config: configSchema,
  state: z.enum(['created', 'running', 'stopped', 'failed', 'finished']),
  problem: problemSchema.nullable(),
  stages: z.record(stageSchema, stageRecordSchema),
  /** Measured before the start, to estimate the remaining time; empty if nothing was measured. */
  expected: z.array(stageSecondsSchema).default([]),
  engine: messageSchema.nullable(),
  versions: z.record(z.string(), z.string()),
  /** Each time the test split was scored or evaluated, because a split that is looked at often is no longer a test. */
  testOpenings: z.array(z.object({ at: z.string(), by: z.string() })),
  /** Path of the last export, relative to the run. */
  export: z.string().nullable(),
  notes: z.string(),
  pinned: z.boolean().default(false),
  /** True in the trash: the run is hidden but complete. */
  trashed: z.boolean().default(false),
});
export type RunRecord = z.infer<typeof runRecordSchema>;

const recordFile = (folder: string): string => path.join(folder, 'run.json');
export const lockFile = (folder: string): string => path.join(folder, 'lock.json');

export type NewRun = Pick<RunRecord, 'project' | 'preset' | 'config' | 'versions'> &
  Partial<Pick<RunRecord, 'expected'>>;

const pending = (): StageRecord => ({ state: 'pending', startedAt: null, seconds: 0, metricsBytes: 0, summary: {} });

/** Creates runs/<id> in `runsFolder` and returns its absolute path. The id is the time of creation, to sort by age. */
export async function createRun(runsFolder: string, run: NewRun, now = new Date()): Promise<string> {
  // listRuns sorts by number, so this follows the newest run even if the clock was set back.
  const number = ((await listRuns(runsFolder)).at(-1)?.number ?? 0) + 1;
  const folder = await newFolder(runsFolder, now);
  const record: RunRecord = {
    formatVersion: FORMAT_VERSION,
    id: path.basename(folder),
    number,
    createdAt: now.toISOString(),
    ...run,
    state: 'created',
    problem: null,
    stages: Object.fromEntries(stages.map((stage) => [stage, pending()])) as Record<Stage, StageRecord>,
    expected: run.expected ?? [],
    engine: null,
    testOpenings: [],
    export: null,
    notes: '',
    pinned: false,
    trashed: false,
  };
  await writeRecord(folder, record);
  return folder;
}

async function newFolder(runsFolder: string, now: Date): Promise<string> {
  await mkdir(runsFolder, { recursive: true });
  const stem = now.toISOString().slice(0, 19).replaceAll(':', '').replace('T', '-');
  for (let attempt = 1; ; attempt++) {
    const folder = path.join(path.resolve(runsFolder), attempt === 1 ? stem : `${stem}-${attempt}`);
    try {
      await mkdir(folder);
      return folder;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

/**
 * Changes an existing run.json. A run that was moved or deleted must not reappear as a folder with nothing else in it.
 */
export async function writeRun(folder: string, record: RunRecord): Promise<void> {
  await access(recordFile(folder)).catch((error: unknown) => {
    throw new Problem('file.folderGone', { folder }, (error as Error).message);
  });
  await writeRecord(folder, record);
}

async function writeRecord(folder: string, record: RunRecord): Promise<void> {
  await writeFileAtomic(recordFile(folder), `${JSON.stringify(record, null, 2)}\n`);
}

/** Throws a Problem if the folder is not a run, or one of a newer version. */
export async function readRun(folder: string): Promise<RunRecord> {
  let text: string;
  try {
    text = await readRegularText(recordFile(folder));
  } catch (error) {
    throw new Problem('file.notARun', { folder }, (error as Error).message);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Problem('file.runRecordDamaged', { file: recordFile(folder) }, (error as Error).message);
  }
  const version = z.object({ formatVersion: z.number() }).safeParse(value).data?.formatVersion;
  if (version !== undefined && version > FORMAT_VERSION) throw new Problem('mismatch.runNewer', { folder });
  const parsed = runRecordSchema.safeParse(value);
  if (!parsed.success)
    throw new Problem('file.runRecordDamaged', { file: recordFile(folder) }, z.prettifyError(parsed.error));
  return { ...parsed.data, project: await projectOf(folder, parsed.data.project) };
}

/**
 * Returns the project that contains the run, because the project may have been moved or copied since the run was
 * created. A run in another place (--runs) keeps the project that it was created from.
 */
async function projectOf(folder: string, createdFrom: string): Promise<string> {
  const runs = path.dirname(path.resolve(folder));
  const parent = path.dirname(runs);
  if (path.basename(runs) !== 'runs' || parent === createdFrom) return createdFrom;
  const isProject = await access(path.join(parent, 'train.txt')).then(
    () => true,
    () => false,
  );
  return isProject ? parent : createdFrom;
}

/** 'interrupted' when run.json says 'running' but its process has ended. */
export type RunState = RunRecord['state'] | 'interrupted';

export async function runState(folder: string, record: RunRecord): Promise<RunState> {
  return record.state === 'running' && !(await isLocked(lockFile(folder))) ? 'interrupted' : record.state;
}

/**
 * Lists all runs, oldest first. They are sorted by number, because names come from the clock, which may have been set
 * back. Folders that are not runs are skipped.
 */
export async function listRuns(
  runsFolder: string,
): Promise<{ folder: string; number: number; record: RunRecord; state: RunState }[]> {
  const names = await readdir(runsFolder).catch(() => []);
  const runs = await Promise.all(
    names.sort().map(async (name) => {
      const folder = path.join(path.resolve(runsFolder), name);
      const record = await readRun(folder).catch(() => null);
      return record === null ? null : { folder, record, state: await runState(folder, record) };
    }),
  );
  let number = 0;
  return runs
    .filter((run) => run !== null)
    .map((run) => ({ ...run, number: (number = run.record.number ?? number + 1) }))
    .sort((a, b) => a.number - b.number);
}

/** Returns the first stage that is not finished; null when all are. */
export const nextStage = (record: RunRecord): Stage | null =>
  stages.find((stage) => record.stages[stage].state !== 'finished') ?? null;
