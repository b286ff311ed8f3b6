import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Config } from '../../src/shared/config.ts';
import { readModelFile } from '../../src/main/pipeline/models/modelFile.ts';
import { startRun } from '../../src/main/studio/runs/runs.ts';
import { makeTinyProject, tinyConfig } from './tinyProject.ts';

const root = mkdtempSync(path.join(tmpdir(), 'head-'));
const project = path.join(root, 'project');
process.env.DESTILA_CACHE = path.join(root, 'cache');
process.env.DESTILA_STATE = path.join(root, 'state');
beforeAll(() => makeTinyProject(project));
afterAll(() => rmSync(root, { recursive: true, force: true }));

async function run(
  stages: ('data' | 'teacher' | 'student')[],
  change: (config: Config) => Config,
): Promise<{ folder: string; notes: string[]; features: number }> {
  const notes: string[] = [];
  let features = 0;
  const { folder, job } = await startRun(
    { project, config: tinyConfig(change), preset: null, stages, runsFolder: null },
    {
      onEvent: (event) => {
        if (event.type === 'note') notes.push(event.message.code ?? '');
        if (
          event.type === 'progress' &&
          event.activity.code === 'activity.computingFeatures' &&
          event.done === event.total
        )
          features += event.total;
      },
    },
  );
  await job.result;
  return { folder, notes, features };
}

const ONCE = 'training.featuresCached';
/** Too little to change a level of 0 to 255. */
const IMPERCEPTIBLE = 1e-9;

test('features that are computed once teach the head what features of every epoch do, bit for bit', async () => {
  const before = await run(['data', 'teacher'], (config) => ({
    ...config,
    teacher: { ...config.teacher, architecture: 'efficientnet-lite0' },
  }));
  const headOnly = { weights: before.folder, epochs_head: 3, epochs_finetune: 0, lr_head: 0.01 };
  const withNoise =
    (noise: number) =>
    (config: Config): Config => ({
      ...config,
      augmentation: {
        ...config.augmentation,
        horizontal_flip: 0,
        geometry_probability: 0,
        color_probability: 0,
        noise,
      },
      teacher: { ...config.teacher, ...headOnly, architecture: 'efficientnet-lite0' },
      student: { ...config.student, ...headOnly, input_size: 48, alpha: 0.5, ema_decay: null },
    });
  const once = await run(['data', 'teacher', 'student'], withNoise(0));
  const everyEpoch = await run(['data', 'teacher', 'student'], withNoise(IMPERCEPTIBLE));
  expect(once.notes.filter((note) => note === ONCE)).toHaveLength(2);
  expect(everyEpoch.notes).not.toContain(ONCE);
  // Validation for both networks; training images too, and once more through the teacher.
  expect([once.features, everyEpoch.features]).toEqual([12 + 24 + 12 + 24 + 24, 12 + 12]);
  for (const network of ['teacher', 'student']) {
    const file = path.join('models', `${network}_best.safetensors`);
    expect(readFileSync(path.join(once.folder, file)).equals(readFileSync(path.join(everyEpoch.folder, file)))).toBe(
      true,
    );
  }
  const [start, end] = [
    await readModelFile(path.join(before.folder, 'models', 'teacher_best.safetensors')),
    await readModelFile(path.join(once.folder, 'models', 'student_best.safetensors')),
  ];
  expect(end.parameters.get('head.conv.kernel')).toEqual(start.parameters.get('head.conv.kernel'));
  expect(end.parameters.get('classifier.kernel')).not.toEqual(start.parameters.get('classifier.kernel'));
});
