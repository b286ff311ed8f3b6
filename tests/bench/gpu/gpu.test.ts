import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stageGpuBench } from './pack.ts';
import { runPart } from './part.ts';
import type { GpuReport } from './report.ts';
import { conformanceFigures, differenceFromCpu, reportTable, stepFigures } from './report.ts';
import { lastResult } from './results.ts';

const node = (script: string, limitSeconds: number): ReturnType<typeof runPart> =>
  runPart({ command: process.execPath, args: ['-e', script], environment: {}, limitSeconds });

describe('a part in a process of its own', () => {
  test('returns the last result of a process that finishes', async () => {
    const end = await node(`console.log('RESULT {"n":1}\\nnoise\\nRESULT {"n":2}')`, 60);
    expect(end).toMatchObject({ state: 'finished', result: { n: 2 }, reason: '' });
  });

  test('keeps what a process reported before it crashed, and says how it ended', async () => {
    const end = await node(
      `require('fs').writeSync(1, 'RESULT {"n":1}\\n'); console.error('driver fault'); process.abort()`,
      60,
    );
    expect(end).toMatchObject({ state: 'died', result: { n: 1 } });
    expect(end.reason).toContain('SIGABRT');
    expect(end.reason).toContain('driver fault');
  });

  test('kills a process that hangs, with the processes that it started, and keeps what it reported', async () => {
    // The grandchild holds the pipe open: without killing it, too, the part would never end.
    const end = await node(
      `require('fs').writeSync(1, 'RESULT {"n":1}\\n');
       require('child_process').spawn(process.execPath, ['-e', 'setInterval(() => 0, 1000)'], { stdio: 'inherit' });
       setInterval(() => 0, 1000)`,
      3,
    );
    expect(end).toMatchObject({ state: 'hung', result: { n: 1 } });
  });

  test('reports a command that does not exist', async () => {
    const end = await runPart({ command: '/nonexistent/engine', args: [], environment: {}, limitSeconds: 60 });
    expect(end).toMatchObject({ state: 'died', result: null });
    expect(end.reason).toContain('ENOENT');
  });
});

test('a result cut off in the middle of its line does not count', () => {
  expect(lastResult('RESULT {"n":1}\nRESULT {"n":')).toEqual({ n: 1 });
  expect(lastResult('RESULT {"n":')).toBeNull();
});

describe('the report', () => {
  test('takes the larger difference of loss and logits, relative to the largest value', () => {
    // Loss: 1 / 100; logits: 0.5 / 4.
    expect(differenceFromCpu({ loss: 1.01, logits: [1, -3.5] }, { loss: 1, logits: [1, -4] })).toBeCloseTo(0.125, 12);
    // Loss: 0.5; logits equal.
    expect(differenceFromCpu({ loss: 3, logits: [1, -4] }, { loss: 2, logits: [1, -4] })).toBeCloseTo(0.5, 12);
    expect(differenceFromCpu({ loss: 1, logits: [1] }, { loss: 1, logits: [1, 2] })).toBe(Infinity);
  });

  test('has one line per part, and says why an engine did not start', () => {
    const end = { state: 'finished', reason: '', seconds: 1.25, cardBytes: null } as const;
    const worst = { what: 'x', found: 0.0002, allowed: 0.005 };
    const steps = { imagesPerSecond: 100.04, firstStepSeconds: 1, peakBytes: 2.5e9, loss: 1, logits: [2] };
    const table = reportTable({
      engines: [
        {
          name: 'a',
          reason: null,
          findings: [
            { part: 'conformance', ...end, ...conformanceFigures({ cases: 2, passed: 2, failures: [], worst }) },
            { part: 'steps', ...end, cardBytes: 4e9, ...stepFigures(steps, { ...steps, loss: 2 }) },
            { part: 'run', ...end, state: 'hung', reason: 'still running | after 9 s' },
          ],
        },
        { name: 'b', reason: 'no driver', findings: [] },
      ],
    });
    expect(table.split('\n').slice(2)).toEqual([
      '| a | conformance | finished in 1.3 s, 2 of 2 cases passed |  |  |  | 2.0e-4 (allowed 0.005) |',
      '| a | steps | finished in 1.3 s | 100.0 | 2.50 GB | 4.00 GB | 5.0e-1 |',
      '| a | run | hung in 1.3 s; still running / after 9 s |  |  |  |  |',
      '| b |  | not started: no driver |  |  |  |  |',
    ]);
  });
});

describe.skipIf(process.platform !== 'linux')('the packed benchmark, without an adapter', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'gpu-bench-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('runs on its own Node and packages, reports each dead part with its reason, and goes on', async () => {
    const packed = path.join(folder, 'packed');
    const out = path.join(folder, 'report.json');
    await stageGpuBench(packed);
    const { status, stdout, stderr } = spawnSync(
      path.join(packed, 'run.sh'),
      ['--software', `--out=${out}`],
      // No driver: the WebGPU engine is tried and cannot start. A state folder of its own has no other engines.
      {
        cwd: folder,
        encoding: 'utf8',
        env: {
          PATH: '/usr/bin:/bin',
          VK_ICD_FILENAMES: '/nonexistent.json',
          DESTILA_STATE: path.join(folder, 'state'),
        },
      },
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const { engines } = JSON.parse(readFileSync(out, 'utf8')) as GpuReport;
    expect(engines.map(({ name, reason }) => [name, reason === null])).toEqual([
      ['onnx-webgpu', true],
      ['onnx-cuda', false],
      ['tfjs', false],
    ]);
    const { findings } = engines[0]!;
    expect(findings.map(({ part, state }) => [part, state])).toEqual([
      ['conformance', 'died'],
      ['efficientnet-lite0, 32 px, batch 2', 'died'],
      ['whole run', 'died'],
    ]);
    for (const { reason } of findings) expect(reason).toContain('The engine could not load the network');
    expect(stdout).toContain('| onnx-webgpu | conformance | died');
  });
});
