import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { goldenJson } from '../../../../tests/golden/golden.ts';
import type { Config } from '../../../shared/config.ts';
import { configSchema } from '../../../shared/config.ts';
import type { Measurements } from './preflight.ts';
import { estimate, measurementKey, preflight } from './preflight.ts';

test('unreadable weights are reported before the start, and nothing is measured', async () => {
  const missing = path.join(tmpdir(), 'no', 'such', 'weights.safetensors');
  const found = await preflight({
    folder: tmpdir(),
    config: configSchema.parse({ student: { weights: missing } }),
    images: { train: 10, val: 5, test: 5, labeledVal: 5 },
    classes: 3,
  });
  expect(found).toMatchObject({
    stageSeconds: [],
    teacherEpochSeconds: null,
    problem: { code: 'file.studentWeightsUnreadable', params: { path: missing } },
  });
});

test('an epoch consists of its steps and the scoring of validation, a run of its epochs', () => {
  const config = configSchema.parse({
    teacher: { batch_size: 10, epochs_finetune: 4, weights: null },
    student: { batch_size: 20, epochs_finetune: 6, alpha: 1, weights: null },
    qat: { epochs: 2, batch_size: 20 },
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

test('a head needs forward passes only, and a single one for all epochs without augmentation', () => {
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
    augmentation: { horizontal_flip: 0, geometry_probability: 0, color_probability: 0 },
  });
  expect(estimate(plain, images, speeds).stageSeconds.slice(0, 2)).toEqual([
    { stage: 'teacher', seconds: 88 + 10 * 0.5 },
    { stage: 'student', seconds: 33 + 5 * 0.25 },
  ]);
});

test('a monitor that validation cannot measure is reported before anything is measured', async () => {
  const config = configSchema.parse({ teacher: { monitor: 'macro_ap' } });
  const found = await preflight({
    folder: tmpdir(),
    config,
    images: { train: 10, val: 5, test: 5, labeledVal: 0 },
    classes: 3,
  });
  expect(found.problem!.message).toContain('val.txt');
  expect(found.problem!.message).toContain('teacher.monitor: macro_ap');
});

test("the teacher scores the student's batches: its share grows with their size, and is 0 with alpha 1", () => {
  // Computed by hand: 100 training images in batches of 20 are 5 steps. The teacher scores 10 images in 0.5 s, so a
  // student batch takes it 0.5 * 20 / 10 = 1 s. An epoch is 5 * (1 + 1) s, plus 2 * 0.25 s on validation.
  const config = (alpha: number) =>
    configSchema.parse({
      teacher: { batch_size: 10, epochs_finetune: 4, weights: null },
      student: { batch_size: 20, epochs_finetune: 6, alpha, weights: null },
      qat: { epochs: 2, batch_size: 20 },
    });
  const speeds = {
    teacher: { stepSeconds: 2, scoreSeconds: 0.5 },
    student: { stepSeconds: 1, scoreSeconds: 0.25 },
    memoryBytes: 1,
  };
  const images = { train: 100, val: 40, test: 20 };
  const taught = estimate(config(0.7), images, speeds);
  expect(taught.studentEpochSeconds).toBe(5 * (1 + 1) + 2 * 0.25);
  expect(taught.teacherEpochSeconds).toBe(22);
  expect(estimate(config(1), images, speeds).studentEpochSeconds).toBe(5.5);
  // Stages in the order of a run: 4 * 22, 6 * 10.5, QAT 9.25 (see the test below) and 1.3 * 2 * 10.5, then both
  // networks score: 40 validation images take 4 * 0.5 + 2 * 0.25, 20 test images half of that; the export runs the
  // student on 60 images, 3 batches.
  expect(taught.stageSeconds.map(({ seconds }) => seconds)).toEqual([88, 63, 9.25 + 27.3, 2.5, 1.25, 0.75]);
});

test('post-training quantization scores validation for each candidate, and training images to correct and calibrate', () => {
  const seconds = (student: object, train: number): number => {
    const config = configSchema.parse({
      student: { batch_size: 20, ...student },
      qat: { epochs: 0, batch_size: 20 },
      tflite_export: { representative_dataset_size: 200 },
    });
    const speed = { stepSeconds: 1, scoreSeconds: 0.25 };
    const images = { train, val: 40, test: 20 };
    const found = estimate(config, images, { teacher: speed, student: speed, memoryBytes: 1 });
    return found.stageSeconds.find(({ stage }) => stage === 'qat')!.seconds;
  };
  // Validation is 2 batches. 100 training images: each candidate 5 to correct biases, 5 to calibrate and 2 to score;
  // two candidates; 5 for their statistics; 2 to find a temperature, 2 to score it, 4 for the gap: 37 batches.
  expect(seconds({ weights: null, epochs_finetune: 1 }, 100)).toBe(37 * 0.25);
  // A frozen backbone has one candidate and no statistics to re-estimate: 12 + 8.
  expect(seconds({ weights: 'a', epochs_head: 1, epochs_finetune: 0 }, 100)).toBe(20 * 0.25);
  // 1000 training images: 128 correct biases (7 batches), 200 calibrate (10), 16 batches give statistics: 38 + 16 + 8.
  expect(seconds({ weights: null, epochs_finetune: 1 }, 1000)).toBe(62 * 0.25);
});

test('distilling into a head also takes the time of the teacher', () => {
  const config = configSchema.parse({
    teacher: { batch_size: 10, epochs_head: 0, epochs_finetune: 0, weights: null },
    student: { batch_size: 20, epochs_head: 3, epochs_finetune: 0, alpha: 0.5, weights: 'b' },
  });
  const found = estimate(
    config,
    { train: 100, val: 40, test: 20 },
    { teacher: { stepSeconds: 2, scoreSeconds: 0.5 }, student: { stepSeconds: 1, scoreSeconds: 0.25 }, memoryBytes: 1 },
  );
  // 3 epochs of 5 batches, 0.25 s of the student and 1 s of the teacher each.
  expect(found.stageSeconds[1]).toEqual({ stage: 'student', seconds: 3 * 5 * 1.25 });
});

test('disk space is three checkpoints of four copies, three model files, and pixels up to the cache limit', async () => {
  const needed = async (cacheGb: number, student: string): Promise<number> =>
    (
      await preflight({
        folder: tmpdir(),
        config: configSchema.parse({
          data: { cache_gb: cacheGb },
          teacher: { architecture: 'efficientnet-b3', input_size: 300 },
          student: { architecture: student, input_size: 240, weights: path.join(tmpdir(), 'no', 'such.safetensors') },
        }),
        images: { train: 1000, val: 200, test: 100, labeledVal: 200 },
        classes: 3,
      })
    ).diskNeededBytes;
  // 4 bytes per parameter: timm's counts with 1000 classes, whose classifier holds features + 1 numbers per class. A
  // checkpoint holds the weights, two moments of Adam and their average: 3 * 4 copies, and 3 model files make 15.
  // Pixels: 1300 images of 3 * (300^2 + 240^2) bytes.
  const { models } = goldenJson<{ models: Record<string, { learned: number }> }>('models/family');
  const counted = (architecture: string, features: number): number =>
    models[architecture]!.learned - (1000 - 3) * (features + 1);
  const b3 = counted('efficientnet-b3', 1536);
  const [lite0, lite1] = [counted('efficientnet-lite0', 1280), counted('efficientnet-lite1', 1280)];
  expect(await needed(10, 'efficientnet-lite1')).toBe(15 * 4 * (b3 + lite1) + 1300 * 3 * 147_600);
  expect(await needed(0.1, 'efficientnet-lite1')).toBe(15 * 4 * (b3 + lite1) + 1e8);
  expect(await needed(0, 'efficientnet-lite0')).toBe(15 * 4 * (b3 + lite0));
});

describe('networks that were measured before', () => {
  const settings = (student: object): Config =>
    configSchema.parse({ engine: { name: 'onnx-cpu' }, student: { weights: null, ...student } });
  const key = (student: object): string => measurementKey(settings(student), 3, 'onnx-cpu');

  test('are not measured again, whatever their epochs are', async () => {
    const speeds = { stepSeconds: 2, scoreSeconds: 1 };
    const measurements: Measurements = new Map([[key({}), { teacher: speeds, student: speeds, memoryBytes: 7 }]]);
    const found = await preflight({
      folder: tmpdir(),
      config: settings({ epochs_finetune: 9 }),
      images: { train: 10, val: 5, test: 5, labeledVal: 5 },
      classes: 3,
      measurements,
    });
    expect(found).toMatchObject({ memoryBytes: 7, teacherImagesPerSecond: 8, studentImagesPerSecond: 8 });
  });

  test('are measured again with other inputs, batches, dropout or frozen layers', () => {
    const frozen = { weights: 'a', unfreeze_fraction: 0.3 };
    const changes = [{ input_size: 40 }, { batch_size: 3 }, { dropout: 0.5 }, { drop_path: 0 }, frozen];
    const keys = [{}, ...changes].map(key);
    expect(new Set(keys).size).toBe(keys.length);
    expect(measurementKey(settings({}), 4, 'onnx-cpu')).not.toBe(key({}));
    expect(measurementKey(settings({}), 3, 'tfjs')).not.toBe(key({}));
    // From scratch everything is trained.
    expect(key({ unfreeze_fraction: 0.3 })).toBe(key({}));
  });
});
