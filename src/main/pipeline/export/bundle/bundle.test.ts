import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, describe, expect, test } from 'vitest';
import { smallIntegerModel } from '../../../../../tests/parity/tfliteModel.ts';
import { evaluateSplit } from '../../eval/splitMetrics.ts';
import type { MetricsReport } from '../../eval/metricsReport.ts';
import { searchThresholds } from '../../../../shared/metrics/thresholds.ts';
import { configSchema } from '../../../../shared/config.ts';
import { summarizeTflite } from '../../tflite/io.ts';
import type { IoType } from '../../tflite/metadata.ts';
import { readTflite } from '../../tflite/read.ts';
import { writeTflite } from '../../tflite/write.ts';
import { buildInferenceConfig } from './inferenceConfig.ts';
import { bundleJsonSchemas } from './jsonSchemas.ts';
import { readBundle } from './readBundle.ts';
import { buildThresholdRecommendation } from './thresholdRecommendation.ts';
import { sha256, writeBundle } from './writeBundle.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'bundle-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const schemas = path.join(import.meta.dirname, '../../../../../resources/schemas');
const labels = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
const codes = Uint8Array.from({ length: 7 * 30 }, (_, i) => (i * 37) % 256);
const truth = Int8Array.from(codes, (code, i) => (i % 7 !== 6 && code > 150 ? 1 : 0));
const { threshold_search: search } = configSchema.parse({});
const thresholds = searchThresholds(codes, truth, 7, search);

function inferenceConfig(inputType: IoType, outputType: IoType): object {
  const tflite = writeTflite(smallIntegerModel(1), { inputType, outputType, labels, name: 'small' });
  return buildInferenceConfig({
    file: 'model_int8.tflite',
    sha256: sha256(tflite),
    architecture: 'efficientnet-lite0',
    model: summarizeTflite(readTflite(tflite)),
    paddingColor: [1, 2, 3],
    thresholds,
  });
}

function metrics(): MetricsReport {
  const used = { globalK: thresholds.globalK, perClassK: thresholds.perClass.map(({ k }) => k) };
  const report = evaluateSplit({ labels: truth, codes, logits: null, classes: 7, thresholds: used, seed: 1 });
  const splits = { teacher: report, student: report, int8: report };
  const agreement = { decisions: 0.9, scoreDifference: 0.1 };
  return {
    formatVersion: 1,
    labels,
    images: { train: 1, val: 30, test: 30 },
    fingerprints: { train: 'x', val: 'y', test: 'z' },
    thresholds: used,
    val: splits,
    test: splits,
    agreement: { val: agreement, test: agreement },
  };
}

describe('the JSON files of a bundle', () => {
  const ajv = new Ajv2020({ strict: true, allErrors: true });
  const validator = (name: string): ((value: unknown) => string[]) => {
    const validate = ajv.compile(JSON.parse(readFileSync(path.join(schemas, `${name}.schema.json`), 'utf8')) as object);
    return (value) =>
      validate(JSON.parse(JSON.stringify(value)))
        ? []
        : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
  };
  const checks: Record<string, { validate: (value: unknown) => string[]; value: object }> = {
    inference_config: { validate: validator('inference_config'), value: inferenceConfig('uint8', 'uint8') },
    threshold_recommendation: {
      validate: validator('threshold_recommendation'),
      value: buildThresholdRecommendation(labels, thresholds, search, 30),
    },
    metrics: { validate: validator('metrics'), value: metrics() },
  };

  test('have schemas that `npm run docs` generates from the code', () => {
    for (const [file, text] of bundleJsonSchemas()) expect(readFileSync(path.join(schemas, file), 'utf8')).toBe(text);
  });

  test.each(Object.entries(checks))(
    '%s matches its JSON Schema, and an altered one does not',
    (_, { validate, value }) => {
      expect(validate(value)).toEqual([]);
      expect(validate({ ...value, formatVersion: 2 })).not.toEqual([]);
      expect(validate({ ...value, more: 1 })).not.toEqual([]);
      for (const key of Object.keys(value))
        expect(validate(Object.fromEntries(Object.entries(value).filter(([name]) => name !== key)))).not.toEqual([]);
    },
  );

  test.each([
    [
      'uint8',
      'uint8',
      {
        value: 'the pixel, 0..255',
        ofBlackPixel: 0,
        ofWhitePixel: 255,
        quantization: { scale: 1 / 128, zeroPoint: 127 },
      },
      { code: 'q = output', quantization: { scale: 1 / 256, zeroPoint: 0 } },
      'model',
    ],
    [
      'int8',
      'int8',
      { value: 'pixel - 128', ofBlackPixel: -128, ofWhitePixel: 127, quantization: { scale: 1 / 128, zeroPoint: -1 } },
      { code: 'q = output + 128', quantization: { scale: 1 / 256, zeroPoint: -128 } },
      'model',
    ],
    [
      'float32',
      'float32',
      { value: '(pixel - 127) / 128', ofBlackPixel: -127 / 128, ofWhitePixel: 1, quantization: null },
      { code: 'q = output * 256', quantization: null },
      'app',
    ],
  ] as const)(
    'inference_config.json describes input %s and output %s',
    (input, output, expectedInput, expectedOutput, appliedBy) => {
      const config = inferenceConfig(input, output);
      expect(config).toMatchObject({
        input: expectedInput,
        output: expectedOutput,
        preprocessing: { normalization: { appliedBy } },
      });
      expect(checks.inference_config!.validate(config)).toEqual([]);
    },
  );
});

describe('writing a bundle', () => {
  const files = [
    { name: 'labels.txt', data: Buffer.from('a\nb\n') },
    { name: 'parity/images/01.png', data: Uint8Array.of(1, 2, 3) },
  ];

  test('gives a folder and a zip of the same files, with checksums that sha256sum accepts', async () => {
    const bundle = await writeBundle(folder, 'first', files);
    const [ofFolder, ofZip] = [(await readBundle(bundle)).files, (await readBundle(`${bundle}.zip`)).files];
    expect([...ofFolder.keys()].sort()).toEqual(['SHA256SUMS', 'labels.txt', 'parity/images/01.png']);
    for (const [name, data] of ofFolder) expect(Buffer.compare(data, ofZip.get(name)!)).toBe(0);
    const check = spawnSync('sha256sum', ['--check', '--strict', 'SHA256SUMS'], { cwd: bundle });
    if (check.error === undefined) expect(check.status).toBe(0);
    expect(readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  test('keeps an older bundle of the same name', async () => {
    const older = await writeBundle(folder, 'twice', files);
    const newer = await writeBundle(folder, 'twice', [{ name: 'labels.txt', data: Buffer.from('z\n') }]);
    expect(path.basename(newer)).toBe('twice-2');
    expect(readFileSync(path.join(older, 'labels.txt'), 'utf8')).toBe('a\nb\n');
  });

  test('leaves nothing behind when it fails', async () => {
    const impossible = [...files, { name: 'labels.txt/inside a file', data: Uint8Array.of(1) }];
    await expect(writeBundle(folder, 'failing', impossible)).rejects.toThrow();
    expect(readdirSync(folder).filter((name) => name.includes('failing'))).toEqual([]);
  });

  test('makes the same zip from the same files', async () => {
    const bytes = await Promise.all(
      ['one', 'two'].map(
        async (name) =>
          statSync(`${await writeBundle(path.join(folder, name), 'same', files)}.zip`).size &&
          sha256(readFileSync(path.join(folder, name, 'same.zip'))),
      ),
    );
    expect(bytes[0]).toBe(bytes[1]);
  });
});
