import { describe, expect, test } from 'vitest';
import type { Engine, OptimizerSpec, StepInput, TrainingState } from '../../src/main/pipeline/engine/engine.ts';
import { PLAIN_BCE } from '../../src/main/pipeline/engine/engine.ts';
import { OnnxGraph } from '../../src/main/pipeline/engine/onnx/onnxModel.ts';
import { clipByGlobalNorm, lowerOptimizer, OPTIMIZER_INPUTS, optimizerScalars, slotNames } from '../../src/main/pipeline/engine/onnx/optimizer.ts';
import { createOrtSession, Tensor as OrtTensor } from '../../src/main/pipeline/engine/onnx/session.ts';
import type { Model, Tensor } from '../../src/main/pipeline/graph/graph.ts';
import { tinyNet } from '../conformance/nets.ts';
import { oracle } from '../conformance/oracle.ts';
import { fill, parameterValues } from '../golden/formula.ts';
import { loadGolden } from '../golden/golden.ts';

const largestDifference = (found: ArrayLike<number>, expected: ArrayLike<number>): number => {
  expect(found.length).toBe(expected.length);
  return Array.from(found).reduce((max, value, i) => Math.max(max, Math.abs(value - expected[i]!)), 0);
};

const floats = (data: Float32Array, shape: readonly number[]): OrtTensor => new OrtTensor('float32', data, [...shape]);

describe('Keras optimizers, 20 steps', () => {
  interface Run { name: string; config: { learningRate: number | string; weightDecay?: number; beta1?: number; beta2?: number; epsilon?: number; momentum?: number; globalNorm?: number }; gradientNorms?: number[] }
  const golden = loadGolden<{ runs: Run[] }>('optim/optim_keras');
  const runs = golden.manifest.runs.filter(({ config }) => typeof config.learningRate === 'number');

  test.each(runs)('$name', async ({ name, config, gradientNorms }) => {
    const sizes = { kernel: 12, bias: 4 };
    const optimizer: OptimizerSpec = config.beta1 === undefined
      ? { kind: 'sgd', momentum: config.momentum!, nesterov: name.includes('nesterov') }
      : { kind: 'adamw', beta1: config.beta1, beta2: config.beta2!, epsilon: config.epsilon! };
    const graph = new OnnxGraph();
    for (const input of Object.values(OPTIMIZER_INPUTS)) graph.input(input, 'float32', []);
    const groups = Object.entries(sizes);
    const gradients = groups.map(([group, size]) => graph.input(`gradient/${group}`, 'float32', [size]));
    const { norm, clipped } = clipByGlobalNorm(graph, gradients, config.globalNorm ?? null);
    graph.output('norm', graph.reshape(norm, [1]), 'float32', [1]);
    for (const [i, [group, size]] of groups.entries()) {
      const slots = new Map(slotNames(optimizer).map((slot) => [slot, graph.input(`${slot}/${group}`, 'float32', [size])]));
      const after = lowerOptimizer(graph, optimizer, { weights: graph.input(`w/${group}`, 'float32', [size]), slots }, clipped[i]!, { decays: group === 'kernel', learningRateScale: 1 });
      graph.output(`w/${group}/next`, after.weights, 'float32', [size]);
      for (const [slot, tensor] of after.slots) graph.output(`${slot}/${group}/next`, tensor, 'float32', [size]);
    }
    const session = await createOrtSession(graph.build(), { threads: 1 });
    const state = new Map<string, Float32Array>(groups.flatMap(([group, size]) => [[`w/${group}`, fill(`optim.${group}`, [size], 0, 1)] as const, ...slotNames(optimizer).map((slot) => [`${slot}/${group}`, new Float32Array(size)] as const)]));
    for (let step = 1; step <= 20; step++) {
      const learningRate = config.learningRate as number;
      const scalars = optimizerScalars(optimizer, { learningRate, weightDecay: config.weightDecay ?? 0 }, step - 1);
      const feeds: Record<string, OrtTensor> = Object.fromEntries([...state].map(([key, data]) => [key, floats(data, [data.length])]));
      for (const key of ['learningRate', 'stepSize', 'decay'] as const) feeds[OPTIMIZER_INPUTS[key]] = floats(Float32Array.of(scalars[key]), []);
      for (const [group, size] of groups) feeds[`gradient/${group}`] = floats(step === 7 ? new Float32Array(size) : fill(`optim.grad.${group}.${step}`, [size], 0, 10 ** ((step % 8) - 6)), [size]);
      const outputs: Record<string, OrtTensor> = { norm: floats(new Float32Array(1), [1]) };
      for (const [key, data] of state) outputs[`${key}/next`] = floats(new Float32Array(data.length), [data.length]);
      await session.run(feeds, outputs);
      for (const key of state.keys()) state.set(key, outputs[`${key}/next`]!.data as Float32Array);
      for (const [group, size] of groups) {
        const expected = golden.floats(`${name}_${group}`).subarray((step - 1) * size, step * size);
        expect({ step, group, close: largestDifference(state.get(`w/${group}`)!, expected) < 1e-6 }).toEqual({ step, group, close: true });
      }
      if (gradientNorms !== undefined) expect(Math.abs((outputs.norm!.data as Float32Array)[0]! - gradientNorms[step - 1]!)).toBeLessThan(1e-5 * Math.max(1, gradientNorms[step - 1]!));
    }
    await session.dispose();
  });
});

describe('the tiny net of Keras, 20 steps', () => {
  interface Run { name: string; config: { learningRate: number; weightDecay?: number; beta1?: number; beta2?: number; epsilon?: number; momentum?: number; globalNorm: number }; losses: number[]; gradientNorms: number[] }
  const golden = loadGolden<{ runs: Run[]; parameters: { name: string; shape: number[] }[] }>('optim/tinynet');
  const settings = (config: Run['config']): { optimizer: OptimizerSpec; model: Model; state: TrainingState } => {
    const model = tinyNet();
    const optimizer: OptimizerSpec = config.beta1 === undefined
      ? { kind: 'sgd', momentum: config.momentum!, nesterov: true }
      : { kind: 'adamw', beta1: config.beta1, beta2: config.beta2!, epsilon: config.epsilon! };
    const parameters = new Map<string, Tensor>(model.parameters.map(({ name, shape }) => [name, { shape, data: parameterValues(name, shape) }]));
    return { optimizer, model, state: { parameters, slots: new Map(), ema: null, steps: 0 } };
  };

  async function train(on: Engine, config: Run['config'], pixels: Uint8Array): Promise<{ losses: number[]; norms: number[]; end: TrainingState }> {
    const { optimizer, model, state } = settings(config);
    const session = await on.createTraining({ model, batchSize: 4, trainableFrom: 0, loss: PLAIN_BCE, optimizer, clipNorm: config.globalNorm, ema: false, state });
    const input: StepInput = { pixels, labels: golden.floats('labels'), weights: new Float32Array(16).fill(1 / 16), learningRate: config.learningRate, weightDecay: config.weightDecay ?? 0, masks: new Map() };
    const results = [];
    for (let step = 0; step < 20; step++) results.push(await session.step(input));
    const end = await session.state();
    await session.dispose();
    return { losses: results.map(({ loss }) => loss), norms: results.map(({ gradientNorm }) => gradientNorm), end };
  }

  test.each(golden.manifest.runs)('$name: TensorFlow.js, our oracle, is Keras', async ({ name, config, losses, gradientNorms }) => {
    // The golden's picture is no grid of pixels. TensorFlow.js takes any numbers for them.
    const found = await train(oracle, config, golden.floats('x') as unknown as Uint8Array);
    expect(largestDifference(found.losses, losses)).toBeLessThan(1e-5);
    expect(largestDifference(found.norms, gradientNorms)).toBeLessThan(1e-5);
    for (const { name: key } of golden.manifest.parameters) expect({ key, close: largestDifference(found.end.parameters.get(key)!.data, golden.floats(`${name}_end_${key}`)) < 1e-4 }).toEqual({ key, close: true });
  });
});
