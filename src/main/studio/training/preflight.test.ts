import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { configSchema } from '../../../shared/config.ts';
import { estimate, preflight } from './preflight.ts';

test('weights that cannot be read are said before the start, and nothing is measured', async () => {
  const missing = path.join(tmpdir(), 'no', 'such', 'weights.safetensors');
  const found = await preflight(
    tmpdir(),
    configSchema.parse({ student: { weights: missing } }),
    { train: 10, val: 5, test: 5, labeledVal: 5 },
    3,
  );
  expect(found).toMatchObject({ stageSeconds: [], teacherEpochSeconds: null, problem: { kind: 'file' } });
  expect(found.problem!.message).toContain('student');
  expect(found.problem!.message).toContain(missing);
});

test('an epoch is its steps and the scoring of validation; a run is its epochs', () => {
  const config = configSchema.parse({
    teacher: { batch_size: 10, epochs_finetune: 4, weights: null },
    student: { batch_size: 20, epochs_finetune: 6, alpha: 1, weights: null },
    qat: { epochs: 2 },
  });
  const found = estimate(
    config,
    { train: 100, val: 40, test: 20 },
    { teacher: { stepSeconds: 2, scoreSeconds: 0.5 }, student: { stepSeconds: 1, scoreSeconds: 0.25 }, memoryBytes: 1 },
  );
  expect(found).toMatchObject({
    teacherEpochSeconds: 10 * 2 + 4 * 0.5,
    studentEpochSeconds: 5 * 1 + 2 * 0.25,
    teacherImagesPerSecond: 5,
    studentImagesPerSecond: 20,
  });
  expect(found.stageSeconds.slice(0, 2)).toEqual([
    { stage: 'teacher', seconds: 88 },
    { stage: 'student', seconds: 33 },
  ]);
});

test('a head learns from forward passes, and from one for all its epochs where nothing is augmented', () => {
  const config = configSchema.parse({
    teacher: { batch_size: 10, epochs_head: 3, epochs_finetune: 4, weights: 'a' },
    student: { batch_size: 20, epochs_head: 2, epochs_finetune: 6, alpha: 1, weights: 'b' },
  });
  const speeds = {
    teacher: { stepSeconds: 2, scoreSeconds: 0.5 },
    student: { stepSeconds: 1, scoreSeconds: 0.25 },
    memoryBytes: 1,
  };
  const images = { train: 100, val: 40, test: 20 };
  expect(estimate(config, images, speeds).stageSeconds.slice(0, 2)).toEqual([
    { stage: 'teacher', seconds: 88 + 3 * 10 * 0.5 },
    { stage: 'student', seconds: 33 + 2 * 5 * 0.25 },
  ]);
  const plain = configSchema.parse({
    ...config,
    augmentation: { horizontal_flip: 0, geometry_probability: 0, colour_probability: 0 },
  });
  expect(estimate(plain, images, speeds).stageSeconds.slice(0, 2)).toEqual([
    { stage: 'teacher', seconds: 88 + 10 * 0.5 },
    { stage: 'student', seconds: 33 + 5 * 0.25 },
  ]);
});

test('a figure that validation cannot measure is named before anything is measured', async () => {
  const config = configSchema.parse({ teacher: { monitor: 'macro_ap' } });
  const found = await preflight(tmpdir(), config, { train: 10, val: 5, test: 5, labeledVal: 0 }, 3);
  expect(found.problem!.message).toContain('val.txt');
  expect(found.problem!.message).toContain('teacher.monitor: macro_ap');
});
