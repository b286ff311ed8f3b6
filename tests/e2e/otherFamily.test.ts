import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { stages } from '../../src/shared/events.ts';
import { readRun } from '../../src/main/pipeline/storage/runFolder.ts';
import { startRun } from '../../src/main/studio/runs/runs.ts';
import { makeTinyProject, tinyConfig } from './tinyProject.ts';

const root = mkdtempSync(path.join(tmpdir(), 'family-'));
const project = path.join(root, 'project');
process.env.DESTILA_CACHE = path.join(root, 'cache');
process.env.DESTILA_STATE = path.join(root, 'state');
beforeAll(() => makeTinyProject(project, { train: 16, val: 8, test: 8 }));
afterAll(() => rmSync(root, { recursive: true, force: true }));

test('MobileNetV4 teaches, learns, is trained while quantized, and ships a file that LiteRT agrees with', async () => {
  const architecture = 'mobilenetv4-conv-small' as const;
  const config = tinyConfig(({ teacher, student, qat, ...others }) => ({
    ...others,
    teacher: { ...teacher, architecture, epochs_finetune: 1 },
    student: { ...student, architecture, epochs_finetune: 1 },
    qat: { ...qat, epochs: 1 },
    checkpoint_minutes: 5,
  }));
  const notes: string[] = [];
  const { folder, job } = await startRun(
    { project, config, preset: null, stages: null, runsFolder: null },
    {
      onEvent: (event) => {
        if (event.type === 'note') notes.push(event.message.text);
      },
    },
  );
  await job.result;
  const run = await readRun(folder);
  expect(stages.map((stage) => run.stages[stage].state)).toEqual(stages.map(() => 'finished'));
  expect(notes.join('\n')).toMatch(/After post-training quantization, on validation: mAP/);
  // The export stage refuses a file whose scores are not LiteRT's.
  expect(run.export).not.toBeNull();
});
