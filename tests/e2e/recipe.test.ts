import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Config } from '../../src/shared/config.ts';
import type { Job, JobWatcher } from '../../src/main/jobs/startJob.ts';
import { readSafetensors } from '../../src/main/pipeline/storage/safetensors.ts';
import { resumeRun, startRun } from '../../src/main/studio/runs/runs.ts';
import { makeTinyProject, tinyConfig } from './tinyProject.ts';

const root = mkdtempSync(path.join(tmpdir(), 'recipe-'));
const project = path.join(root, 'project');
process.env.DESTILA_CACHE = path.join(root, 'cache');
beforeAll(() => makeTinyProject(project));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/**
 * Every option that changes a step, spread over two networks. 24 images in batches of 8: cycles of three batches, and
 * of two and one.
 */
const config = tinyConfig((base): Config => ({
  ...base,
  teacher: {
    ...base.teacher,
    architecture: 'efficientnet-lite0',
    accumulation_steps: 3,
    layer_decay: 0.8,
    ema_decay: 0.9,
    schedule: 'one_cycle',
    loss: 'focal',
    focal_alpha: 0.6,
    label_smoothing: 0.1,
    early_stopping_start: 1,
    min_delta: 0.001,
    reduce_lr_patience: 1,
    reduce_lr_cooldown: 1,
    monitor: 'macro_f1',
  },
  student: {
    ...base.student,
    optimizer: 'sgd',
    lr_finetune: 0.02,
    accumulation_steps: 2,
    schedule: 'step',
    step_epochs: 1,
    step_factor: 0.3,
    loss: 'asymmetric',
    positive_weights: 'effective_number',
    layer_decay: 0.9,
  },
}));

const stages = ['data', 'teacher', 'student', 'qat'] as const;
const run = async (watcher: (job: () => Job) => JobWatcher): Promise<{ folder: string; job: Job }> => {
  let job: Job | null = null;
  const started = await startRun(
    { project, config, preset: null, stages: [...stages], runsFolder: null },
    watcher(() => job!),
  );
  job = started.job;
  return started;
};

const weightsOf = (folder: string): Record<string, string> => {
  const models = path.join(folder, 'models');
  return Object.fromEntries(
    readdirSync(models).map((name) => [
      name,
      createHash('sha256')
        .update(readFileSync(path.join(models, name)))
        .digest('hex'),
    ]),
  );
};

interface Line {
  type: string;
  stage: string;
  epoch: number;
  step: number;
  learning_rate: number;
  loss: number;
  hard_loss: number;
  val_loss: number;
  best: boolean;
}
const lines = (folder: string): Line[] =>
  readFileSync(path.join(folder, 'metrics.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);

describe('a run with every option of the recipe', () => {
  let whole = '';
  beforeAll(async () => {
    const { folder, job } = await run(() => ({}));
    await job.result;
    whole = folder;
  });

  test('stopped in the middle of a cycle and resumed ends in the same weights, bit for bit', async () => {
    // The checkpoint after step 1, or 2 if the word comes late, holds a part of a cycle of the teacher's gradients.
    let stops: readonly (readonly [string, number, number])[] = [
      ['teacher', 1, 1],
      ['student', 1, 1],
    ];
    const watcher = (job: () => Job): JobWatcher => ({
      onEvent: (event) => {
        const [next] = stops;
        if (
          next === undefined ||
          event.type !== 'step' ||
          event.stage !== next[0] ||
          event.epoch !== next[1] ||
          event.step !== next[2]
        )
          return;
        stops = stops.slice(1);
        job().send({ type: 'stop' });
      },
    });
    const { folder, job } = await run(watcher);
    await expect(job.result).rejects.toMatchObject({ kind: 'cancelled' });
    const checkpoints = path.join(folder, 'checkpoints');
    const newest = readdirSync(checkpoints).sort().at(-1)!;
    const { tensors } = readSafetensors(readFileSync(path.join(checkpoints, newest)));
    expect(tensors.get('gradientSum/classifier.bias')!.data.some((value) => value !== 0)).toBe(true);
    let second: Job | null = null;
    second = resumeRun(
      folder,
      [...stages].slice(1),
      watcher(() => second!),
    );
    await expect(second.result).rejects.toMatchObject({ kind: 'cancelled' });
    await resumeRun(folder, ['student', 'qat'], {}).result;
    expect(stops).toEqual([]);
    expect(weightsOf(folder)).toEqual(weightsOf(whole));
  });

  test('goes along its schedules and keeps no epoch that is not judged', () => {
    const rates = (stage: string): number[] =>
      lines(whole)
        .filter(({ type, stage: of }) => type === 'step' && of === stage)
        .map(({ learning_rate: rate }) => rate);
    expect(rates('teacher')[0]).toBeCloseTo(0.002 / 25, 8);
    expect(Math.max(...rates('teacher'))).toBeCloseTo(0.002, 3);
    expect(rates('teacher').at(-1)).toBeLessThan(1e-6);
    // Half an epoch of warm-up (2 of 3 steps), then 0.3 times as much after every epoch.
    const student = rates('student');
    expect(
      [student[0]! / 0.02, student[1]! / 0.02, student.at(-1)! / 0.02].map((rate) => Number(rate.toFixed(3))),
    ).toEqual([0.5, 1, 0.3]);
    expect(
      lines(whole)
        .filter(({ type, stage }) => type === 'epoch' && stage === 'teacher')
        .map(({ best }) => best),
    ).toEqual([false, true]);
  });

  test('watches the plain cross-entropy whatever the loss: near log 2 or below, far from the weighted loss', () => {
    const [epoch] = lines(whole).filter(({ type, stage }) => type === 'epoch' && stage === 'student');
    expect(epoch!.val_loss).toBeGreaterThan(0.2);
    expect(epoch!.val_loss).toBeLessThan(1.5);
    expect(epoch!.hard_loss).not.toBeCloseTo(epoch!.val_loss, 1);
  });
});
