import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { configSchema } from '../../../shared/config.ts';
import type { RunEvent } from '../../../shared/events.ts';
import { quoted } from '../../../shared/message.ts';
import type { Dataset, Sample } from '../../pipeline/data/dataset.ts';
import { snapshotFolder, writeSnapshot } from '../../pipeline/data/snapshot.ts';
import { METRICS_FORMAT_VERSION } from '../../pipeline/eval/metricsReport.ts';
import { evaluateSplit } from '../../pipeline/eval/splitMetrics.ts';
import { buildInferenceConfig } from '../../pipeline/export/bundle/inferenceConfig.ts';
import { writeThresholds } from '../../pipeline/artifacts/thresholds.ts';
import { createRun, readRun, writeRun } from '../../pipeline/storage/runFolder.ts';
import { bundleText, readExport } from '../exporting/exports.ts';
import { openTest, readTune } from './tuning.ts';
import { runsFolder } from '../state/places.ts';
import { summarizeRuns } from './runSummary.ts';
import { sealedEvent, timesOpened } from './seal.ts';

const home = mkdtempSync(path.join(tmpdir(), 'seal-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

const TEST_ONLY = 0.4321;
const labels = ['a', 'b'];
let folder = '';

const sample = (name: string, present: readonly number[]): Sample => ({
  path: `${name}.jpg`,
  file: path.join(home, `${name}.jpg`),
  labels: Int8Array.from(labels, (_, c) => (present.includes(c) ? 1 : 0)),
  hash: Buffer.from(name).toString('hex').padEnd(64, '0'),
  line: 1,
});
const images = (split: string): Sample[] => [sample(`${split}1`, [0]), sample(`${split}2`, [1])];

/** All decisions are right on validation and wrong on test, so a verdict shows which split it is based on. */
const right = Uint8Array.of(250, 5, 5, 250);
const wrong = Uint8Array.of(5, 250, 250, 5);

beforeAll(async () => {
  folder = await createRun(runsFolder(home), {
    project: home,
    preset: null,
    config: configSchema.parse({}),
    versions: {},
  });
  const dataset: Dataset = {
    root: home,
    vocabulary: labels,
    splits: { train: images('train'), val: images('val'), test: images('test') },
  };
  await writeSnapshot(snapshotFolder(folder), dataset);
  mkdirSync(path.join(folder, 'scores'));
  writeFileSync(path.join(folder, 'scores', 'int8-val.uint8.bin'), right);
  writeFileSync(path.join(folder, 'scores', 'int8-test.uint8.bin'), wrong);
  const threshold = {
    k: 128,
    rawK: 128,
    tuned: true,
    goalReached: true,
    valPrecision: 1,
    valRecall: 1,
    valF1: 1,
    valPositives: 1,
  };
  const thresholds = { globalK: 128, perClass: [threshold, threshold] };
  await writeThresholds(folder, labels, thresholds);
  writeBundleFolder(path.join(folder, 'export', 'tiny'), thresholds);
  const record = await readRun(folder);
  await writeRun(folder, {
    ...record,
    state: 'finished',
    export: 'export/tiny',
    stages: {
      ...record.stages,
      thresholds: { ...record.stages.thresholds, state: 'finished', summary: { val_int8_ap: 1 } },
      test: { ...record.stages.test, state: 'finished', summary: { int8_macro_ap: TEST_ONLY } },
    },
    testOpenings: [{ at: '2026-01-01T00:00:00Z', by: 'test stage' }],
  });
});

function writeBundleFolder(bundle: string, thresholds: Parameters<typeof writeThresholds>[2]): void {
  const evaluated = (codes: Uint8Array) =>
    evaluateSplit({
      labels: Int8Array.of(1, 0, 0, 1),
      codes,
      logits: null,
      classes: 2,
      thresholds: { globalK: 128, perClassK: [128, 128] },
      seed: 1,
    });
  const [val, onTest] = [evaluated(right), evaluated(wrong)];
  const agreement = { decisions: 1, scoreDifference: 0 };
  const metrics = {
    formatVersion: METRICS_FORMAT_VERSION,
    labels,
    images: { train: 2, val: 2, test: 2 },
    fingerprints: { train: '', val: '', test: '' },
    thresholds: { globalK: 128, perClassK: [128, 128] },
    val: { teacher: val, student: val, int8: val },
    test: { teacher: onTest, student: onTest, int8: onTest },
    agreement: { val: agreement, test: agreement },
  };
  const tensor = (scale: number, zeroPoint: number) => ({
    type: 'uint8' as const,
    quantization: { scale, zeroPoint },
  });
  const inference = buildInferenceConfig({
    file: 'model_int8.tflite',
    sha256: '0'.repeat(64),
    architecture: 'efficientnet-lite0',
    model: {
      name: 'tiny',
      labels,
      inputSize: 32,
      description: '',
      version: '1',
      input: tensor(1 / 128, 127),
      output: tensor(1 / 256, 0),
    },
    paddingColor: [0, 0, 0],
    thresholds,
  });
  mkdirSync(bundle, { recursive: true });
  writeFileSync(path.join(bundle, 'metrics.json'), JSON.stringify(metrics));
  writeFileSync(path.join(bundle, 'inference_config.json'), JSON.stringify(inference));
  for (const name of ['MODEL_CARD.md', 'report.html', 'report.es.html', 'labels.txt'])
    writeFileSync(path.join(bundle, name), `the text of ${name}`);
  writeFileSync(`${bundle}.zip`, '');
}

const sealedFiles = ['metrics.json', 'MODEL_CARD.md', 'report.html', 'report.es.html'];

test('before a person opens the test split, no screen gets its metrics', async () => {
  expect(timesOpened(await readRun(folder))).toBe(0);
  const summaries = await summarizeRuns('p', home);
  expect(JSON.stringify(summaries)).not.toContain(String(TEST_ONLY));
  expect(summaries[0]).toMatchObject({ testOpened: 0, val: { int8Ap: 1 } });
  const tune = await readTune(folder, 'Run 1');
  expect([tune.test, tune.testOpened]).toEqual([null, 0]);
  for (const name of sealedFiles) expect(await bundleText(folder, name)).toEqual({ text: null, sealed: true });
  expect(await bundleText(folder, 'labels.txt')).toEqual({ text: 'the text of labels.txt', sealed: false });
  const bundle = (await readExport(folder))!;
  expect(bundle.quality.split).toBe('val');
  expect(bundle.quality.labels.map(({ verdict, value }) => [verdict, value])).toEqual([
    ['good', 1],
    ['good', 1],
  ]);
});

test('events of a run do not contain them either', () => {
  const finished: RunEvent = {
    type: 'stageFinished',
    stage: 'test',
    seconds: 2,
    summary: { int8_macro_ap: TEST_ONLY },
  };
  expect(sealedEvent(finished)).toEqual({ ...finished, summary: {} });
  const val: RunEvent = { ...finished, stage: 'thresholds', summary: { val_int8_ap: 1 } };
  expect(sealedEvent(val)).toEqual(val);
  const message: RunEvent = { type: 'stopped', message: quoted('x') };
  expect(sealedEvent(message)).toBe(message);
});

test('opening it is counted, and the verdict is then based on test', async () => {
  await openTest(folder);
  const tune = await readTune(folder, 'Run 1');
  expect(tune.testOpened).toBe(1);
  expect(Buffer.from(tune.test!.codes, 'base64')).toEqual(Buffer.from(wrong));
  expect((await summarizeRuns('p', home))[0]!.testOpened).toBe(1);
  for (const name of sealedFiles) expect((await bundleText(folder, name)).sealed).toBe(false);
  const { quality } = (await readExport(folder))!;
  expect(quality.split).toBe('test');
  expect(quality.labels.map(({ verdict, value }) => [verdict, value])).toEqual([
    ['unusable', 0],
    ['unusable', 0],
  ]);
});
