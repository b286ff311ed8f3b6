import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunEvent, Stage } from '../../src/shared/events.ts';
import { stages } from '../../src/shared/events.ts';
import { Problem } from '../../src/shared/problem.ts';
import type { Job } from '../../src/main/jobs/startJob.ts';
import { startJob } from '../../src/main/jobs/startJob.ts';
import type { BundleCheck } from '../../src/main/pipeline/export/bundle/verifyBundle.ts';
import { readMetricsReport } from '../../src/main/pipeline/eval/metricsReport.ts';
import { readReport } from '../../src/main/pipeline/artifacts/report.ts';
import { readRun, runState } from '../../src/main/pipeline/storage/runFolder.ts';
import { bundleText } from '../../src/main/studio/exporting/exports.ts';
import { resumeRun, startRun } from '../../src/main/studio/runs/runs.ts';
import { openTest, readTune, saveThresholds } from '../../src/main/studio/runs/tuning.ts';
import { makeTinyProject, tinyConfig } from './tinyProject.ts';

const root = mkdtempSync(path.join(tmpdir(), 'runs-'));
const project = path.join(root, 'project');
process.env.DESTILA_CACHE = path.join(root, 'cache');

let whole = '';

beforeAll(async () => {
  await makeTinyProject(project);
  const { folder, job } = await startRun(
    { project, config: tinyConfig(), preset: null, stages: null, runsFolder: null },
    {},
  );
  await job.result;
  whole = folder;
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const sha = (file: string): string => createHash('sha256').update(readFileSync(file)).digest('hex');
const bundleOf = async (folder: string): Promise<string> => path.join(folder, (await readRun(folder)).export!);

/**
 * What must be the same however a run came about: weights, scores, thresholds, figures and the model file; not the
 * times.
 */
async function results(folder: string): Promise<Record<string, string>> {
  const files = [
    ...readdirSync(path.join(folder, 'models')).map((name) => path.join('models', name)),
    ...readdirSync(path.join(folder, 'scores')).map((name) => path.join('scores', name)),
    'thresholds.json',
    'report/metrics.json',
  ];
  const bundle = await bundleOf(folder);
  const timeless = readFileSync(path.join(folder, 'metrics.jsonl'), 'utf8').replaceAll(
    /"(waited_)?seconds":[^,}]*/g,
    '"seconds":0',
  );
  return {
    ...Object.fromEntries(files.map((file) => [file, sha(path.join(folder, file))])),
    tflite: sha(path.join(bundle, 'model_int8.tflite')),
    metrics: timeless,
  };
}

/** Kills the job with SIGKILL as soon as an event tells that the moment has come; true if it came. */
function killAt(
  start: (onEvent: (event: RunEvent) => void) => Job,
  moment: (event: RunEvent) => boolean,
): Promise<boolean> {
  let hit = false;
  let job: Job | null = null;
  job = start((event) => {
    if (hit || !moment(event)) return;
    hit = true;
    process.kill(job!.pid!, 'SIGKILL');
  });
  return job.result.then(
    () => hit,
    () => hit,
  );
}

describe('a run', () => {
  test('goes the whole way and leaves a bundle that verifies', async () => {
    const record = await readRun(whole);
    expect(record.state).toBe('finished');
    expect(stages.map((stage) => record.stages[stage].state)).toEqual(stages.map(() => 'finished'));
    expect(record.testOpenings).toHaveLength(1);
    for (const bundle of [await bundleOf(whole), `${await bundleOf(whole)}.zip`]) {
      const checks = (await startJob({ type: 'verify', bundle }).result) as BundleCheck[];
      expect(checks.filter(({ fault }) => fault !== null)).toEqual([]);
      expect(checks.length).toBeGreaterThan(6);
    }
  });

  test('has a report whose figures are those of the bundle, with post-training quantization beside', async () => {
    const report = (await readReport(whole))!;
    const metrics = await readMetricsReport(whole);
    expect(report.metrics).toEqual(metrics);
    expect(report.classes.map(({ averagePrecision }) => averagePrecision)).toEqual(
      metrics.test.int8.perClass.map(({ averagePrecision }) => averagePrecision),
    );
    expect(report.classes.every(({ models }) => models.valPostTraining !== null)).toBe(true);
    const bundle = await bundleOf(whole);
    for (const name of ['report.html', 'report.es.html'])
      expect(sha(path.join(bundle, name))).toBe(sha(path.join(whole, 'report', name)));
    // Every error is a wrong decision, with the picture as the model saw it.
    for (const { kind, label, truth, score, threshold, picture } of report.errors) {
      expect(score >= threshold).toBe(kind === 'falsePositive');
      expect(truth.includes(label)).toBe(kind === 'falseNegative');
      expect(picture).toMatch(/^data:image\/webp;base64,/);
    }
    expect(readFileSync(path.join(bundle, 'sample', 'python', 'usage.py'), 'utf8')).toContain(', size 32 px, ');
  });

  test('keeps its figures on test closed in the bundle too, until somebody opens them and that is counted', async () => {
    const copy = path.join(root, 'opened');
    cpSync(whole, copy, { recursive: true });
    const holders = ['metrics.json', 'MODEL_CARD.md', 'report.html', 'report.es.html'];
    for (const name of holders) expect(await bundleText(copy, name), name).toEqual({ text: null, sealed: true });
    expect((await bundleText(copy, 'inference_config.json')).text).toContain('"thresholds"');
    const before = (await readRun(copy)).testOpenings.length;
    await openTest(copy);
    expect((await readRun(copy)).testOpenings).toHaveLength(before + 1);
    for (const name of holders)
      expect(await bundleText(copy, name), name).toMatchObject({ text: expect.stringMatching(/test/i), sealed: false });
  });

  test('that is killed in every stage ends in the same weights, bit for bit', async () => {
    const { folder, job } = await startRun(
      { project, config: tinyConfig(), preset: null, stages: null, runsFolder: null },
      {},
    );
    job.cancel();
    await job.result.catch(() => undefined);
    const resume = (onEvent: (event: RunEvent) => void): Job => resumeRun(folder, null, { onEvent });
    const inStage = (stage: Stage) => (event: RunEvent) => event.type === 'stageStarted' && event.stage === stage;
    const atStep = (stage: Stage, epoch: number, step: number) => (event: RunEvent) =>
      event.type === 'step' && event.stage === stage && event.epoch === epoch && event.step === step;
    const kills = [
      inStage('data'),
      atStep('teacher', 0, 2),
      atStep('teacher', 1, 1),
      atStep('student', 0, 1),
      atStep('student', 1, 2),
      inStage('qat'),
      atStep('qat', 1, 2),
      inStage('thresholds'),
      inStage('test'),
      (event: RunEvent) => event.type === 'progress' && event.stage === 'export',
    ];
    for (const moment of kills) {
      expect(await killAt(resume, moment)).toBe(true);
      expect(await runState(folder, await readRun(folder))).toBe('interrupted');
    }
    await resumeRun(folder, null, {}).result;
    expect((await readRun(folder)).state).toBe('finished');
    expect(await results(folder)).toEqual(await results(whole));
  });

  test('that is told to stop stops at a checkpoint, and another goes on from there', async () => {
    const config = tinyConfig();
    const { folder, job } = await startRun(
      { project, config, preset: null, stages: ['teacher'], runsFolder: null },
      {
        onEvent: (event) => {
          if (event.type === 'step') job.send({ type: 'stop' });
        },
      },
    );
    await expect(job.result).rejects.toMatchObject({ kind: 'cancelled' });
    expect((await readRun(folder)).state).toBe('stopped');
    await resumeRun(folder, ['teacher'], {}).result;
    expect(sha(path.join(folder, 'models', 'teacher_final.safetensors'))).toBe(
      sha(path.join(whole, 'models', 'teacher_final.safetensors')),
    );
  });

  test('of which the engine aborts leaves us up, says so, and can be resumed', async () => {
    let pid = 0;
    const { folder, job } = await startRun(
      { project, config: tinyConfig(), preset: null, stages: ['teacher'], runsFolder: null },
      {
        onEvent: (event) => {
          if (event.type === 'step') process.kill(pid, 'SIGABRT');
        },
      },
    );
    await job.started;
    pid = job.pid!;
    const problem = await job.result.catch((error: unknown) => error);
    expect(problem).toBeInstanceOf(Problem);
    expect(problem).toMatchObject({ kind: 'engine', message: expect.stringMatching(/SIGABRT.*Resume/) as string });
    await resumeRun(folder, ['teacher'], {}).result;
    expect(sha(path.join(folder, 'models', 'teacher_best.safetensors'))).toBe(
      sha(path.join(whole, 'models', 'teacher_best.safetensors')),
    );
  });

  test('cannot be run twice at a time', async () => {
    let second: Promise<unknown> | null = null;
    const { folder, job } = await startRun(
      { project, config: tinyConfig(), preset: null, stages: ['teacher'], runsFolder: null },
      {
        onEvent: (event) => {
          if (event.type === 'step') second ??= resumeRun(folder, null, {}).result.catch((error: unknown) => error);
        },
      },
    );
    await job.result;
    expect(await second!).toMatchObject({
      kind: 'busy',
      message: expect.stringMatching(/in use by process/) as string,
    });
  });

  test('from which a photo vanishes says which one, and goes on when it is back', async () => {
    const own = path.join(root, 'vanishing');
    await makeTinyProject(own);
    const photo = path.join(own, 'images', 'train-3.png');
    const bytes = readFileSync(photo);
    const config = tinyConfig((base) => ({ ...base, data: { ...base.data, cache_gb: 0 } }));
    const { folder, job } = await startRun(
      { project: own, config, preset: null, stages: ['teacher'], runsFolder: null },
      {
        onEvent: (event) => {
          if (event.type === 'stageStarted' && event.stage === 'teacher') unlinkSync(photo);
        },
      },
    );
    await expect(job.result).rejects.toMatchObject({ message: expect.stringContaining('train-3.png') as string });
    expect((await readRun(folder)).state).toBe('failed');
    writeFileSync(photo, bytes);
    await resumeRun(folder, ['teacher'], {}).result;
    expect((await readRun(folder)).stages.teacher.state).toBe('finished');
  });

  test('refuses data with errors and names the line', async () => {
    const own = path.join(root, 'wrong');
    await makeTinyProject(own, { train: 8, val: 4, test: 4 });
    unlinkSync(path.join(own, 'images', 'val-2.png'));
    const { job } = await startRun(
      { project: own, config: tinyConfig(), preset: null, stages: ['data'], runsFolder: null },
      {},
    );
    await expect(job.result).rejects.toMatchObject({
      kind: 'data',
      message: expect.stringMatching(/val\.txt:3: images\/val-2\.png does not exist/) as string,
    });
  });

  test('stays finished when its export is cut off, with the bundle it had; the next export writes another', async () => {
    const before = await readRun(whole);
    expect(
      await killAt(
        (onEvent) => resumeRun(whole, ['export'], { onEvent }),
        (event) => event.type === 'progress' && event.stage === 'export',
      ),
    ).toBe(true);
    const cut = await readRun(whole);
    expect(await runState(whole, cut)).toBe('finished');
    expect(cut).toEqual(before);
    await resumeRun(whole, ['export'], {}).result;
    const {
      state,
      export: bundle,
      stages: {
        export: { state: stageState },
      },
    } = await readRun(whole);
    expect({ state, stageState }).toEqual({ state: 'finished', stageState: 'finished' });
    expect(bundle).not.toBe(before.export);
    expect(await startJob({ type: 'verify', bundle: path.join(whole, bundle!) }).result).not.toContainEqual(
      expect.objectContaining({ fault: expect.any(String) as string }),
    );
  });

  test('keeps what a person decided on thresholds, goals and locks; a new search leaves what is locked', async () => {
    const { saved } = await readTune(whole, 'Run 1');
    const decided = saved.map((own, c) => ({
      ...own,
      ...(c < 2 && {
        k: 40 + c,
        locked: c === 0,
        goal:
          c === 0
            ? { goal: 'cost' as const, missCost: 4 }
            : { goal: 'recall' as const, min_precision: 0.5, min_recall: 0.75 },
      }),
    }));
    await saveThresholds(whole, decided);
    expect((await readTune(whole, 'Run 1')).saved).toEqual(decided);
    await resumeRun(whole, ['thresholds'], {}).result;
    expect((await readTune(whole, 'Run 1')).saved).toEqual([decided[0], ...saved.slice(1)]);
  });

  test('tunes again with another goal without opening the test split', async () => {
    await resumeRun(whole, ['thresholds'], {}).result;
    const record = await readRun(whole);
    expect(record.testOpenings).toHaveLength(1);
    expect(record.stages.export.state).toBe('pending');
  });
});
