import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RunEvent } from '../../src/shared/events.ts';
import { rateRangeSchema } from '../../src/shared/contract/runs.ts';
import { startJob } from '../../src/main/jobs/startJob.ts';
import { makeTinyProject, tinyConfig } from './tinyProject.ts';

const root = mkdtempSync(path.join(tmpdir(), 'rates-'));
const project = path.join(root, 'project');
beforeAll(() => makeTinyProject(project));
afterAll(() => rmSync(root, { recursive: true, force: true }));

test('a search in its own process: rising rates, progress to the end, the same curve every time, nothing left in the project', async () => {
  const events: RunEvent[] = [];
  const search = (onEvent?: (event: RunEvent) => void) =>
    startJob(
      {
        type: 'learningRateRange',
        project,
        config: tinyConfig(),
        network: 'student',
        steps: 12,
        cacheFolder: path.join(root, 'cache'),
        engine: 'onnx-cpu',
        enginesFolder: path.join(root, 'engines'),
      },
      onEvent === undefined ? {} : { onEvent },
    ).result.then((found) => rateRangeSchema.parse(found));
  const first = await search((event) => events.push(event));
  const rates = first.points.map(({ learningRate }) => learningRate);
  expect(rates[0]).toBeCloseTo(1e-6, 12);
  expect(rates).toEqual([...rates].sort((a, b) => a - b));
  expect(first.network).toBe('student');
  const progress = events.filter((event) => event.type === 'progress');
  expect(progress[0]).toMatchObject({ stage: 'student', unit: 'steps', total: 3 + 12 });
  expect(await search()).toEqual(first);
  expect(readdirSync(project).sort()).toEqual(['images', 'test.txt', 'train.txt', 'val.txt']);
});
