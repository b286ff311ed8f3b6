import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { entryNamed, readCatalog } from '../../studio/weights/catalog.ts';
import { FIRST_WEIGHTS } from '../../../shared/firstWeights.ts';
import type { StartOptions } from './startingWeights.ts';
import type { ConfigOptions } from './options.ts';
import { startingConfig } from './startingConfig.ts';

let project: string;
let given: string;
let lines: string[];

beforeEach(() => {
  project = mkdtempSync(path.join(tmpdir(), 'starting-config-'));
  given = mkdtempSync(path.join(tmpdir(), 'given-weights-'));
  lines = [];
  stepSeconds = 0.001;
  for (const [split, count] of [
    ['train', 1600],
    ['val', 10],
    ['test', 10],
  ] as const)
    writeFileSync(
      path.join(project, `${split}.txt`),
      Array.from({ length: count }, (_, i) => `${split}${i}.jpg,${i % 2 === 0 ? 'a' : 'b'}\n`).join(''),
    );
  vi.stubEnv('DESTILA_WEIGHTS', given);
  vi.stubEnv('DESTILA_STATE', path.join(project, 'state'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  for (const folder of [project, given]) rmSync(folder, { recursive: true, force: true });
});

const weightsFile = (): string => path.join(given, entryNamed(readCatalog(), FIRST_WEIGHTS).sources[0]!.file);
const haveWeights = (): void => writeFileSync(weightsFile(), '');
/** A machine on which every step takes as long. */
let stepSeconds: number;
const start = (options: Partial<ConfigOptions & StartOptions> = {}) =>
  startingConfig(
    project,
    { set: [], fromScratch: false, offline: true, ...options },
    (line) => lines.push(line),
    () => {
      const speed = { stepSeconds, scoreSeconds: 0 };
      return Promise.resolve({ teacher: speed, student: speed, memoryBytes: 1 });
    },
  );

test('a project without settings starts with the balanced preset from the weights on this machine', async () => {
  haveWeights();
  const { preset, config } = await start({ set: ['seed=7'] });
  expect(preset).toBe('balanced');
  expect(config).toMatchObject({
    seed: 7,
    student: { architecture: 'efficientnet-lite1', weights: weightsFile(), epochs_head: 3 },
    teacher: { architecture: 'efficientnet-lite1', weights: weightsFile() },
  });
  expect(lines).toEqual([
    expect.stringContaining(weightsFile()),
    expect.stringContaining('labels alone'),
    expect.stringContaining('20 epochs'),
  ]);
});

test('it is fitted to the machine, and named settings win', async () => {
  haveWeights();
  // 100 steps an epoch and 3 s a step: 14 epochs of the student and 5 of quantization take 6,150 s, 20 take more than 2 h.
  stepSeconds = 3;
  expect((await start()).config).toMatchObject({
    teacher: { epochs_finetune: 0 },
    student: { epochs_finetune: 14 },
    qat: { epochs: 5 },
  });
  expect((await start({ set: ['student.epochs_finetune=4'] })).config).toMatchObject({
    teacher: { epochs_finetune: 0 },
    student: { epochs_finetune: 4 },
  });
});

test('naming the preset is the same as naming none', async () => {
  haveWeights();
  const { config } = await start();
  expect((await start({ preset: 'balanced' })).config).toEqual(config);
  expect((await start({ preset: 'balanced', set: ['seed=7'] })).config).toEqual({ ...config, seed: 7 });
});

test('another teacher that is at hand is not taken when one is named', async () => {
  haveWeights();
  writeFileSync(path.join(given, entryNamed(readCatalog(), 'google-lite2').sources[0]!.file), '');
  expect((await start()).config.teacher).toMatchObject({ architecture: 'efficientnet-lite2', input_size: 260 });
  expect((await start({ set: ['teacher.weights=null'] })).config.teacher.weights).toBeNull();
  const named = await start({ set: ['teacher.architecture=efficientnet-b0', 'teacher.weights=/own.pth'] });
  expect(named.config.teacher).toMatchObject({ architecture: 'efficientnet-b0', weights: '/own.pth' });
});

test('a destila.yaml that only answers what images without labels mean counts as no settings', async () => {
  haveWeights();
  writeFileSync(path.join(project, 'destila.yaml'), 'data:\n  unlabeled: not_labeled_yet\n');
  const { preset, config } = await start();
  expect(preset).toBe('balanced');
  expect(config).toMatchObject({ data: { unlabeled: 'not_labeled_yet' }, student: { weights: weightsFile() } });
});

test("a project's own settings are left as they are", async () => {
  haveWeights();
  writeFileSync(path.join(project, 'destila.yaml'), 'student:\n  epochs_finetune: 4\n');
  const { preset, config } = await start();
  expect(preset).toBeNull();
  expect(config.student).toMatchObject({ epochs_finetune: 4, weights: null });
  expect(lines).toEqual([]);
});

test('--from-scratch, and weights that are missing offline, start from scratch', async () => {
  expect((await start()).config.student.weights).toBeNull();
  expect(lines).toEqual([expect.stringContaining('--offline')]);
  haveWeights();
  expect((await start({ fromScratch: true })).config).toMatchObject({
    teacher: { architecture: 'efficientnet-b3', weights: null },
    student: { weights: null },
  });
});

test('weights of another architecture are not those of the preset', async () => {
  haveWeights();
  const { config } = await start({ set: ['student.architecture=efficientnet-lite0'] });
  expect(config.student).toMatchObject({ architecture: 'efficientnet-lite0', weights: null });
  expect(config.teacher.weights).toBe(weightsFile());
});

test('weights that are named are taken, and none are looked for', async () => {
  const { config } = await start({ set: ['student.weights=/own.pth'] });
  expect(config.student.weights).toBe('/own.pth');
  expect(lines).toEqual([]);
});

test('a wrong setting is reported before weights are looked for', async () => {
  await expect(start({ set: ['student.epoch=1'] })).rejects.toMatchObject({ kind: 'config' });
  expect(lines).toEqual([]);
});
