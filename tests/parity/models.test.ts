import { beforeAll, describe, expect, test } from 'vitest';
import type { Engine } from '../../src/main/pipeline/engine/engine.ts';
import { createOnnxCpuEngine } from '../../src/main/pipeline/engine/onnx/engine.ts';
import type { Model, Tensor } from '../../src/main/pipeline/graph/graph.ts';
import { buildModel } from '../../src/main/pipeline/models/registry.ts';
import { bits, parameterValues, picture, unit } from '../golden/formula.ts';
import { goldenJson, loadGolden } from '../golden/golden.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await createOnnxCpuEngine({ threads: 2 });
});

test('the formula gives its check values', () => {
  expect([0, 1, 2, 3].map((i) => bits('input', i))).toEqual([0xcc8d6f84, 0xaf679459, 0xfaf2a100, 0x0115d988]);
  expect(unit('input', 3)).toBe(-0.9915207624435425);
});

const architectures = { b3: 'efficientnet-b3', lite1: 'efficientnet-lite1' } as const;
const CLASSES = 20;

const built = (name: keyof typeof architectures, inputSize: number): Model =>
  buildModel(architectures[name], { inputSize, classes: CLASSES, dropout: 0.3, dropPath: 0.2 });
const byFormula = (model: Model): Map<string, Tensor> =>
  new Map(model.parameters.map(({ name, shape }) => [name, { shape, data: parameterValues(name, shape) }]));

describe.each(['b3', 'lite1'] as const)('%s', (name) => {
  const { parameters } = goldenJson<{ parameters: { name: string; shape: number[]; first: number[] }[] }>(
    `models/names_${name}`,
  );

  test('has the parameters of the reference, by name and shape', () => {
    const shapes = (list: readonly { name: string; shape: readonly number[] }[]): string[] =>
      list.map((entry) => `${entry.name} ${entry.shape.join('x')}`).sort();
    const classifier = (shape: readonly number[]): boolean => shape.includes(1000) || shape.includes(CLASSES);
    const reference = parameters.filter(({ shape }) => !classifier(shape));
    expect(shapes(built(name, 64).parameters.filter(({ shape }) => !classifier(shape)))).toEqual(shapes(reference));
    for (const entry of reference)
      expect([...parameterValues(entry.name, entry.shape).slice(0, 2)]).toEqual(
        entry.first.slice(0, 2).map(Math.fround),
      );
  });
});

interface Tap {
  tap: string;
  shape: number[];
  mean: number;
  std: number;
  maxAbs: number;
}

// Tolerances in float32 from the goldens: B3 1e-5; Lite, whose values are larger, 1e-3 on features and 1e-4 on logits.
describe.each([
  { file: 'b3_64', name: 'b3', size: 64, everyChannel: 1, array: 'features', features: 1e-5, logits: 1e-5 },
  {
    file: 'b3_300',
    name: 'b3',
    size: 300,
    everyChannel: 16,
    array: 'features_every_16th_channel',
    features: 1e-5,
    logits: 1e-5,
  },
  { file: 'lite1_64', name: 'lite1', size: 64, everyChannel: 1, array: 'features', features: 1e-3, logits: 1e-4 },
  {
    file: 'lite1_240',
    name: 'lite1',
    size: 240,
    everyChannel: 16,
    array: 'features_every_16th_channel',
    features: 1e-3,
    logits: 1e-4,
  },
] as const)(
  'timm $file',
  ({ file, name, size, everyChannel, array, features: featureTolerance, logits: logitTolerance }) => {
    test('features and logits in inference mode', async () => {
      const golden = loadGolden<{ taps: Tap[] }>(`models/${file}`);
      const model = built(name, size);
      const features = model.nodes.find((node) => node.op === 'globalAveragePool' && !node.keepDims)!;
      const featureMap = 'input' in features ? features.input : '';
      const session = await engine.createInference({
        model,
        parameters: byFormula(model),
        batchSize: 1,
        outputs: [featureMap, features.name, model.logits],
      });
      const { outputs } = await session.run(picture(size, size));
      await session.dispose();
      const channels = features.shape.at(-1)!;
      const found = outputs.get(featureMap)!.filter((_, i) => (i % channels) % everyChannel === 0);
      expect(largestDifference(found, golden.floats(array))).toBeLessThan(featureTolerance);
      expect(largestDifference(outputs.get(model.logits)!, golden.floats('logits'))).toBeLessThan(logitTolerance);
      for (const tap of golden.manifest.taps.filter((entry) => entry.tap === 'pooled' || entry.tap === 'logits')) {
        const values = outputs.get(tap.tap === 'pooled' ? features.name : model.logits)!;
        expect(values.reduce((a, b) => a + b, 0) / values.length).toBeCloseTo(tap.mean, 4);
      }
    });
  },
);

test.each([
  { size: 64, everyChannel: 1, array: 'features' },
  { size: 300, everyChannel: 16, array: 'features_every_16th_channel' },
])(
  'Keras B3 at $size px from pixels 0..255, its rescaling and normalization inside',
  async ({ size, everyChannel, array }) => {
    const golden = loadGolden(`models/b3_keras_${size}`);
    const model = built('b3', size);
    const pool = model.nodes.find((node) => node.op === 'globalAveragePool' && !node.keepDims)!;
    const featureMap = 'input' in pool ? pool.input : '';
    const channels = pool.shape.at(-1)!;
    const session = await engine.createInference({
      model,
      parameters: byFormula(model),
      batchSize: 1,
      outputs: [featureMap],
    });
    const { outputs } = await session.run(picture(size, size));
    await session.dispose();
    expect(
      largestDifference(
        outputs.get(featureMap)!.filter((_, i) => (i % channels) % everyChannel === 0),
        golden.floats(array),
      ),
    ).toBeLessThan(1e-5);
  },
);

function largestDifference(found: Float32Array, expected: Float32Array): number {
  expect(found.length).toBe(expected.length);
  return found.reduce((max, value, i) => Math.max(max, Math.abs(value - expected[i]!)), 0);
}
