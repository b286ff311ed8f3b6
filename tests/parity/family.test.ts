import { beforeAll, describe, expect, test } from 'vitest';
import type { Engine } from '../../src/main/pipeline/engine/engine.ts';
import { PLAIN_BCE } from '../../src/main/pipeline/losses/loss.ts';
import { createOnnxCpuEngine } from '../../src/main/pipeline/engine/onnx/engine.ts';
import { decays, isStatistic, sizeOf } from '../../src/main/pipeline/graph/graph.ts';
import type { Model, Parameter, Tensor } from '../../src/main/pipeline/graph/graph.ts';
import { buildModel } from '../../src/main/pipeline/models/registry.ts';
import { drawMasks } from '../../src/main/pipeline/train/masks.ts';
import { architectures } from '../../src/shared/architectures.ts';
import { parameterValues, picture } from '../golden/formula.ts';
import { goldenJson } from '../golden/golden.ts';

interface Member {
  values: number;
  learned: number;
  tensors: number;
  logits: number[];
  float32MaxAbsError: number;
}
const { models, px, classes } = goldenJson<{ models: Record<string, Member>; px: number; classes: number }>(
  'models/family',
);

let engine: Engine;
beforeAll(async () => {
  engine = await createOnnxCpuEngine({ threads: 2 });
});

const count = (parameters: readonly Parameter[]): number =>
  parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
const byFormula = (model: Model): Map<string, Tensor> =>
  new Map(model.parameters.map(({ name, shape }) => [name, { shape, data: parameterValues(name, shape) }]));

test('the golden covers the whole family', () => {
  expect(Object.keys(models)).toEqual([...architectures]);
});

describe.each(architectures)('%s', (architecture) => {
  const golden = models[architecture]!;

  test('has as many parameters as the published one', () => {
    const { parameters } = buildModel(architecture, { inputSize: px, classes: 1000, dropout: 0.2, dropPath: 0.2 });
    expect({
      tensors: parameters.length,
      values: count(parameters),
      learned: count(parameters.filter(({ role }) => !isStatistic(role))),
    }).toEqual({ tensors: golden.tensors, values: golden.values, learned: golden.learned });
  });

  test(`computes the same as timm on ${px} px, with odd sizes in every stage`, async () => {
    const model = buildModel(architecture, { inputSize: px, classes, dropout: 0.2, dropPath: 0.2 });
    const session = await engine.createInference({
      model,
      parameters: byFormula(model),
      batchSize: 1,
      outputs: [model.logits],
    });
    const { outputs } = await session.run(picture(px, px));
    await session.dispose();
    const difference = Math.max(...outputs.get(model.logits)!.map((value, c) => Math.abs(value - golden.logits[c]!)));
    // PyTorch's own error in float32, with a margin for another order of summation.
    expect(difference).toBeLessThan(Math.max(1e-6, 10 * golden.float32MaxAbsError));
  });
});

/** Larger members only repeat the same blocks, and would take this test most of a minute. */
const TRAINED_BELOW = 20e6;

test.each(architectures.filter((architecture) => models[architecture]!.values < TRAINED_BELOW))(
  '%s takes a training step',
  async (architecture) => {
    const [size, batchSize] = [35, 2];
    const model = buildModel(architecture, { inputSize: size, classes, dropout: 0.2, dropPath: 0.2 });
    const parameters = byFormula(model);
    const session = await engine.createTraining({
      model,
      batchSize,
      trainableFrom: 0,
      loss: PLAIN_BCE,
      optimizer: { kind: 'sgd', momentum: 0.9, nesterov: true },
      clipNorm: 1,
      ema: false,
      state: { parameters, slots: new Map(), ema: null, steps: 0 },
    });
    try {
      const { loss, gradientNorm } = await session.step({
        inputs: new Uint8Array([...picture(size, size), ...picture(size, size).reverse()]),
        labels: Float32Array.from({ length: batchSize * classes }, (_, i) => i % 2),
        weights: new Float32Array(batchSize * classes).fill(1 / (batchSize * classes)),
        learningRate: 0.01,
        weightDecay: 1e-4,
        masks: drawMasks(model, 0, batchSize, { seed: 1, epoch: 0, step: 0 }),
      });
      expect(loss).toBeGreaterThan(0);
      expect(gradientNorm).toBeGreaterThan(0);
      const after = (await session.state()).parameters;
      // Shifts before another BatchNorm have no gradient, so only kernels must move.
      const still = model.parameters.filter(
        ({ name, role }) =>
          decays(role) && parameters.get(name)!.data.every((value, i) => value === after.get(name)!.data[i]),
      );
      expect(still.map(({ name }) => name)).toEqual([]);
      expect([...after.values()].every(({ data }) => data.every(Number.isFinite))).toBe(true);
    } finally {
      await session.dispose();
    }
  },
);
