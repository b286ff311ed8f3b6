import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { InferenceConfig } from './inferenceConfig.ts';
import { buildInferenceConfig } from './inferenceConfig.ts';
import { BUNDLE_FILES, SAMPLE_FILES } from './manifest.ts';
import { sampleCode, usageCode } from './sampleCode.ts';

function configOf(labels: readonly string[]): InferenceConfig {
  return buildInferenceConfig({
    file: 'model_int8.tflite',
    sha256: '0'.repeat(64),
    architecture: 'efficientnet-lite0',
    model: {
      inputSize: 240,
      input: { type: 'float32', quantization: null },
      output: { type: 'uint8', quantization: null },
      labels,
      name: 'fruit',
      description: '',
      version: '1',
    },
    paddingColor: [0, 0, 0],
    thresholds: {
      globalK: 128,
      perClass: labels.map((_, c) => ({ k: 100 + c })) as never,
    },
  });
}

const texts = async (config: InferenceConfig): Promise<Map<string, string>> =>
  new Map((await sampleCode(config)).map(({ name, data }) => [name, Buffer.from(data).toString('utf8')]));

test('every template is in the bundle, and nothing else', async () => {
  const folder = path.join(import.meta.dirname, '../../../../../resources');
  const templates = readdirSync(path.join(folder, 'sample'), { recursive: true, encoding: 'utf8' })
    .map((name) => path.join('sample', name))
    .filter((name) => statSync(path.join(folder, name)).isFile())
    .map((name) => name.split(path.sep).join('/'));
  expect([...SAMPLE_FILES].sort()).toEqual(templates.sort());
  expect([...(await texts(configOf(['a']))).keys()]).toEqual([...SAMPLE_FILES]);
  for (const name of SAMPLE_FILES) expect(BUNDLE_FILES).toContain(name);
});

test('only comments name the model, and the screen shows the same texts as the bundle', async () => {
  const config = configOf(['apple', 'pear']);
  const bundle = await texts(config);
  for (const [name, text] of bundle) expect(text, name).not.toMatch(/@(facts|example)@/);
  const usage = await usageCode(config);
  expect(usage).toEqual({
    kotlin: bundle.get('sample/android/tagger/src/main/kotlin/Usage.kt'),
    swift: bundle.get('sample/ios/Sources/Tagger/Usage.swift'),
    python: bundle.get('sample/python/usage.py'),
  });
  const facts = 'fruit: labels 2, size 240 px, input float32, output uint8\n';
  expect(usage.kotlin).toContain(`\n// ${facts}`);
  expect(usage.swift).toContain(`\n// ${facts}`);
  expect(usage.python.startsWith(`# ${facts}`)).toBe(true);
  expect(usage.kotlin).toContain(' // apple: q >= 100\n');
  expect(usage.swift).toContain(' // apple: q >= 100\n');
  expect(usage.python).toContain(' # apple: q >= 100\n');
});

test('no label leaves its comment or is taken for a pattern', async () => {
  const usage = await usageCode(configOf(["$&$'\n; drop()\r\u2028x\u2029\u0085y"]));
  for (const text of Object.values(usage)) {
    expect(text).toContain(" $&$' ; drop()  x  y: q >= 100\n");
    expect(text).not.toMatch(/[\r\u0085\u2028\u2029]/);
  }
});
