import { message } from '../../../shared/message.ts';
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { configSchema } from '../../../shared/config.ts';
import type { RunRecord } from '../../pipeline/storage/runFolder.ts';
import { createRun, readRun, writeRun } from '../../pipeline/storage/runFolder.ts';
import { runsFolder } from '../state/places.ts';
import { nameOfRun, summarizeRun, summarizeRuns } from './runSummary.ts';

const home = mkdtempSync(path.join(tmpdir(), 'summaries-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

async function made(state: RunRecord['state'], checkpointBytes: number): Promise<string> {
  const folder = await createRun(runsFolder(home), {
    project: home,
    preset: null,
    config: configSchema.parse({}),
    versions: {},
  });
  await writeRun(folder, { ...(await readRun(folder)), state });
  mkdirSync(path.join(folder, 'checkpoints'));
  if (checkpointBytes > 0)
    writeFileSync(path.join(folder, 'checkpoints', 'last.safetensors'), Buffer.alloc(checkpointBytes));
  return folder;
}

test('only a finished run has something to free, and only while it has checkpoints', async () => {
  await made('finished', 1000);
  await made('finished', 0);
  await made('stopped', 1000);
  expect((await summarizeRuns('p', home)).map(({ freeableBytes }) => freeableBytes)).toEqual([1000, 0, 0]);
});

test('the fingerprints of the splits come from the snapshot and are empty before it', async () => {
  const folder = await made('finished', 0);
  mkdirSync(path.join(folder, 'data'));
  const [train, val, test] = ['a', 'b', 'c'].map((digit) => digit.repeat(64));
  writeFileSync(
    path.join(folder, 'data', 'snapshot.json'),
    JSON.stringify({ formatVersion: 1, root: '/', fingerprints: { train, val, test } }),
  );
  const summaries = await summarizeRuns('p', home);
  expect(summaries.at(-1)).toMatchObject({ valFingerprint: val, testFingerprint: test });
  expect(summaries[0]).toMatchObject({ valFingerprint: '', testFingerprint: '' });
});

test('a summary has the figures of the record, the seconds of all stages, and the openings of the test split', async () => {
  const place = mkdtempSync(path.join(home, 'figures-'));
  const folder = await createRun(runsFolder(place), {
    ...{ project: place, preset: 'small', config: configSchema.parse({}), versions: {} },
    expected: [{ stage: 'teacher', seconds: 12 }],
  });
  const record = await readRun(folder);
  const thresholds = { val_teacher_ap: 0.5, val_student_ap: 0.25, val_int8_ap: 0.125, val_int8_f1: 0.75, other: 9 };
  const [finished, problem] = ['finished', { kind: 'engine', message: 'It broke.' }] as const;
  const engine = message('engines.cpuPlain', { count: 2 });
  await writeRun(folder, {
    ...record,
    ...{ state: 'failed', problem, engine, notes: 'mine', pinned: true, trashed: true, export: 'bundle' },
    testOpenings: [
      { at: '2026-01-01T00:00:00.000Z', by: 'studio' },
      { at: '2026-01-01T00:00:00.000Z', by: 'pipeline' },
    ],
    stages: {
      ...record.stages,
      teacher: { ...record.stages.teacher, state: finished, seconds: 40, summary: { best: 0.5 } },
      thresholds: { ...record.stages.thresholds, seconds: 2, summary: thresholds },
      test: { ...record.stages.test, seconds: 0.5, summary: { secret: 1 } },
    },
  });
  const [summary] = await summarizeRuns('p', place);
  const { size } = statSync(path.join(folder, 'run.json'));
  expect(summary).toMatchObject({
    ...{ id: record.id, project: 'p', number: 1, name: 'Run 1', createdAt: record.createdAt, preset: 'small' },
    ...{ config: record.config, state: 'failed', problem, engine, note: 'mine' },
    ...{ pinned: true, trashed: true, exported: true, testOpened: 1, seconds: 42.5, bytes: size, freeableBytes: 0 },
    val: { teacherAp: 0.5, studentAp: 0.25, int8Ap: 0.125, int8F1: 0.75 },
    expected: [{ stage: 'teacher', seconds: 12 }],
  });
  const stageOf = (name: string) => summary!.stages.find(({ stage }) => stage === name);
  expect(stageOf('teacher')).toEqual({ stage: 'teacher', state: 'finished', seconds: 40, summary: { best: 0.5 } });
  expect(stageOf('test')).toEqual({ stage: 'test', state: 'pending', seconds: 0.5, summary: {} });
  expect(await summarizeRun('p', folder)).toEqual(summary);
});

test('a run knows whether it started from pretrained weights', async () => {
  const place = mkdtempSync(path.join(home, 'weights-'));
  const defaults = configSchema.parse({});
  const weights = path.join(place, 'weights.safetensors');
  for (const config of [
    { ...defaults, teacher: { ...defaults.teacher, weights: null }, student: { ...defaults.student, weights: null } },
    { ...defaults, teacher: { ...defaults.teacher, weights }, student: { ...defaults.student, weights: null } },
    { ...defaults, teacher: { ...defaults.teacher, weights: null }, student: { ...defaults.student, weights } },
  ])
    await createRun(runsFolder(place), { project: place, preset: null, config, versions: {} });
  const summaries = await summarizeRuns('p', place);
  expect(summaries.map(({ pretrained }) => pretrained)).toEqual([false, true, true]);
  expect(summaries.map(({ exported, preset }) => [exported, preset])).toEqual(Array(3).fill([false, null]));
});

test('runs of early versions, which have no number, are named by their position', async () => {
  const place = mkdtempSync(path.join(home, 'numbers-'));
  const folders: string[] = [];
  for (const number of [null, null, 7]) {
    const about = { project: place, preset: null, config: configSchema.parse({}), versions: {} };
    const folder = await createRun(runsFolder(place), about, new Date(Date.UTC(2026, 0, 1, 0, 0, folders.length)));
    await writeRun(folder, { ...(await readRun(folder)), number });
    folders.push(folder);
  }
  expect(await Promise.all(folders.map(nameOfRun))).toEqual(['Run 1', 'Run 2', 'Run 7']);
  expect((await summarizeRun('p', folders[1]!)).number).toBe(2);
});

test('a fingerprint that is not complete within the head of the snapshot is ignored', async () => {
  const folder = await made('finished', 0);
  mkdirSync(path.join(folder, 'data'));
  const [short, long] = ['a'.repeat(63), 'b'.repeat(64)];
  writeFileSync(
    path.join(folder, 'data', 'snapshot.json'),
    JSON.stringify({ fingerprints: { val: short }, padding: ' '.repeat(8192), test: long }),
  );
  expect(await summarizeRun('p', folder)).toMatchObject({ valFingerprint: '', testFingerprint: '' });
});
