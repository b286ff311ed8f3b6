import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Parameters } from '../graph/graph.ts';
import { earlyStoppingStart, reduceOnPlateauStart } from './callbacks.ts';
import type { Checkpoint, PhaseProgress } from './checkpoint.ts';
import { hasCheckpoints, latestCheckpoint, removeCheckpoints, writeCheckpoint } from './checkpoint.ts';

let folder = '';
beforeEach(() => {
  folder = path.join(mkdtempSync(path.join(tmpdir(), 'checkpoints-')), 'checkpoints');
});
afterEach(() => rmSync(path.dirname(folder), { recursive: true, force: true }));

const tensors = (...values: number[]): Parameters =>
  new Map([
    ['stem.kernel', { shape: [1, values.length], data: Float32Array.from(values) }],
    ['a/b.bias', { shape: [1], data: Float32Array.of(values[0]! / 2) }],
  ]);
const progress = (part: Partial<PhaseProgress> = {}): PhaseProgress => ({
  ...{ epoch: 2, step: 7, lossSum: 1.5, hardLossSum: 2.5, decisions: [1, 2, 3], waited: 0.25, seconds: 12.5 },
  statisticsBatches: 3,
  early: { best: 0.5, bestEpoch: 1, wait: 1 },
  plateau: { best: 0.25, wait: 2, cooldown: 1, scale: 0.5 },
  ...{ ranges: { 'a.quant': [-1.5, 2] }, metricsBytes: 4096 },
  ...part,
});
const checkpoint = (part: Partial<Checkpoint> = {}): Checkpoint => ({
  ...{ stage: 'student', phase: 'finetune', progress: progress() },
  state: { parameters: tensors(1, 2), slots: new Map(), ema: null, steps: 55 },
  ...part,
});
const at = (epoch: number, step: number): Checkpoint => checkpoint({ progress: progress({ epoch, step }) });
const files = (): string[] => readdirSync(folder).sort();
const damaged: string[] = [];
beforeEach(() => void (damaged.length = 0));
const latest = (stage = 'student', phase = 'finetune') =>
  latestCheckpoint(folder, stage, phase, (file) => damaged.push(file));

test.each<[string, Partial<Checkpoint['state']>]>([
  ['weights alone', {}],
  [
    'the state of an optimizer',
    {
      slots: new Map([
        ['m', tensors(3, 4)],
        ['v', tensors(5, 6)],
      ]),
    },
  ],
  ['an average of the weights', { ema: tensors(7, 8) }],
  ['gradients that wait for their cycle to end', { accumulated: tensors(9, 10) }],
])('what a step depends on comes back as it was: %s', async (_, part) => {
  const written = checkpoint({ state: { ...checkpoint().state, ...part } });
  await writeCheckpoint(folder, written);
  expect(await latest()).toEqual(written);
  expect(damaged).toEqual([]);
});

test('the statistics before the batches that count come back too', async () => {
  const written = checkpoint({ statisticsBefore: tensors(11, 12) });
  await writeCheckpoint(folder, written);
  expect(await latest()).toEqual(written);
});

test('before its first epoch a phase has no best value, and has none after it is resumed', async () => {
  const start = progress({ early: earlyStoppingStart, plateau: reduceOnPlateauStart(0.5), ranges: {} });
  await writeCheckpoint(folder, checkpoint({ progress: start }));
  expect((await latest())!.progress).toEqual(start);
});

test('a checkpoint of a version that did not count decisions has none', async () => {
  const { decisions, ...older } = progress();
  expect(decisions).toHaveLength(3);
  await writeCheckpoint(folder, checkpoint({ progress: older as PhaseProgress }));
  expect((await latest())!.progress.decisions).toEqual([]);
});

test('keeps the newest two of a phase, by order of training, and those of other phases', async () => {
  const others = [
    checkpoint({ phase: 'head' }),
    checkpoint({ stage: 'teacher' }),
    checkpoint({ stage: 'qat', phase: 'all' }),
  ];
  for (const other of others) await writeCheckpoint(folder, other);
  const before = files();
  expect(before).toHaveLength(3);
  writeFileSync(path.join(folder, 'student-finetune-e00000-s0000000.txt'), 'mine');
  // As numbers: 9 before 10, and all steps of an epoch before the first of the next.
  for (const [epoch, step] of [
    [0, 9],
    [0, 10],
    [0, 99_999],
    [9, 2],
    [10, 1],
  ] as const) {
    await writeCheckpoint(folder, at(epoch, step));
    expect((await latest())!.progress).toMatchObject({ epoch, step });
  }
  expect(files().filter((file) => !before.includes(file))).toHaveLength(3);
  rmSync(
    path.join(
      folder,
      files()
        .filter((file) => /^student-finetune-.*safetensors$/.test(file))
        .at(-1)!,
    ),
  );
  expect((await latest())!.progress).toMatchObject({ epoch: 9, step: 2 });
  expect(await latest('student', 'head')).toEqual(others[0]);
  expect(await latest('teacher')).toEqual(others[1]);
});

test('a damaged checkpoint is skipped and named, and the one before it is used', async () => {
  await writeCheckpoint(folder, at(0, 1));
  await writeCheckpoint(folder, at(0, 2));
  const newest = files().at(-1)!;
  writeFileSync(path.join(folder, newest), readFileSync(path.join(folder, newest)).subarray(0, 100));
  expect((await latest())!.progress).toMatchObject({ epoch: 0, step: 1 });
  expect(damaged).toEqual([newest]);
});

test('returns null when a phase has no checkpoint', async () => {
  expect(await latest()).toBeNull();
  expect(await hasCheckpoints(folder, 'student')).toBe(false);
  mkdirSync(folder);
  expect(await latest()).toBeNull();
  writeFileSync(path.join(folder, 'student-notes.txt'), '');
  expect(await hasCheckpoints(folder, 'student')).toBe(false);
});

test('a finished phase removes its own checkpoints and no others', async () => {
  for (const each of [at(0, 1), at(0, 2), checkpoint({ phase: 'head' }), checkpoint({ stage: 'teacher' })])
    await writeCheckpoint(folder, each);
  expect(await hasCheckpoints(folder, 'student')).toBe(true);
  await removeCheckpoints(folder, 'student', 'finetune');
  expect(await latest()).toBeNull();
  expect(files()).toHaveLength(2);
  expect(await hasCheckpoints(folder, 'student')).toBe(true);
  await removeCheckpoints(folder, 'student', 'head');
  expect(await hasCheckpoints(folder, 'student')).toBe(false);
  expect(await hasCheckpoints(folder, 'teacher')).toBe(true);
  await removeCheckpoints(path.join(folder, 'nowhere'), 'student', 'head');
});
