import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import type { Engine, OptimizerSpec, StepInput, TrainingState } from '../../src/main/pipeline/engine/engine.ts';
import { PLAIN_BCE } from '../../src/main/pipeline/losses/loss.ts';
import { OnnxGraph } from '../../src/main/pipeline/engine/onnx/onnxModel.ts';
import {
  clipByGlobalNorm,
  lowerOptimizer,
  OPTIMIZER_INPUTS,
  optimizerScalars,
  slotNames,
} from '../../src/main/pipeline/engine/onnx/optimizer.ts';
import { createOrtSession, Tensor as OrtTensor } from '../../src/main/pipeline/engine/onnx/session.ts';
import type { ForwardResult } from '../../src/main/pipeline/engine/tfjs/forward.ts';
import { forward } from '../../src/main/pipeline/engine/tfjs/forward.ts';
import { movedTowards } from '../../src/main/pipeline/engine/tfjs/optimizer.ts';
import type { BatchNormNode, Model, Tensor } from '../../src/main/pipeline/graph/graph.ts';
import { tinyNet } from '../conformance/nets.ts';
import { oracle } from '../conformance/oracle.ts';
import { fill, parameterValues } from '../golden/formula.ts';
import { goldenJson, loadGolden } from '../golden/golden.ts';

const largestDifference = (found: ArrayLike<number>, expected: ArrayLike<number>): number => {
  expect(found.length).toBe(expected.length);
  return Array.from(found).reduce((max, value, i) => Math.max(max, Math.abs(value - expected[i]!)), 0);
};

const floats = (data: Float32Array, shape: readonly number[]): OrtTensor => new OrtTensor('float32', data, [...shape]);

interface OptimizerRun {
  name: string;
  config: {
    learningRate: number | string;
    weightDecay?: number;
    beta1?: number;
    beta2?: number;
    epsilon?: number;
    momentum?: number;
    globalNorm?: number;
    l2?: number;
  };
  gradientNorms?: number[];
}
const kerasOptimizers = loadGolden<{ runs: OptimizerRun[] }>('optim/optim_keras');
const torchOptimizers = loadGolden<{ runs: OptimizerRun[] }>('optim/optim_torch');
const rates = goldenJson<{ schedules: { name: string; values: number[] }[] }>('optim/schedules').schedules.find(
  ({ name }) => name === 'cosine_optim',
)!.values;
// The arithmetic follows Keras. PyTorch's AdamW adds epsilon to the corrected root, and its SGD has L2 instead of
// decoupled decay.
const sameArithmetic = torchOptimizers.manifest.runs.filter(
  ({ config }) => config.momentum !== undefined && config.l2 === undefined,
);

describe.each([
  ['Keras', kerasOptimizers, kerasOptimizers.manifest.runs],
  ['PyTorch', torchOptimizers, sameArithmetic],
] as const)("%s's optimizers, 20 steps", (_, golden, runs) => {
  test.each(runs)('$name', async ({ name, config, gradientNorms }) => {
    const sizes = { kernel: 12, bias: 4 };
    const optimizer: OptimizerSpec =
      config.beta1 === undefined
        ? { kind: 'sgd', momentum: config.momentum!, nesterov: name.includes('nesterov') }
        : { kind: 'adamw', beta1: config.beta1, beta2: config.beta2!, epsilon: config.epsilon! };
    const graph = new OnnxGraph();
    for (const input of Object.values(OPTIMIZER_INPUTS)) graph.input(input, 'float32', []);
    const groups = Object.entries(sizes);
    const gradients = groups.map(([group, size]) => graph.input(`gradient/${group}`, 'float32', [size]));
    const { norm, clipped } = clipByGlobalNorm(graph, gradients, config.globalNorm ?? null);
    graph.output('norm', graph.reshape(norm, [1]), 'float32', [1]);
    for (const [i, [group, size]] of groups.entries()) {
      const slots = new Map(
        slotNames(optimizer).map((slot) => [slot, graph.input(`${slot}/${group}`, 'float32', [size])]),
      );
      const after = lowerOptimizer(
        graph,
        optimizer,
        { weights: graph.input(`w/${group}`, 'float32', [size]), slots },
        clipped[i]!,
        { decays: group === 'kernel', learningRateScale: 1 },
      );
      graph.output(`w/${group}/next`, after.weights, 'float32', [size]);
      for (const [slot, tensor] of after.slots) graph.output(`${slot}/${group}/next`, tensor, 'float32', [size]);
    }
    const session = await createOrtSession(graph.build(), { threads: 1 });
    const state = new Map<string, Float32Array>(
      groups.flatMap(([group, size]) => [
        [`w/${group}`, fill(`optim.${group}`, [size], 0, 1)] as const,
        ...slotNames(optimizer).map((slot) => [`${slot}/${group}`, new Float32Array(size)] as const),
      ]),
    );
    for (let step = 1; step <= 20; step++) {
      const learningRate = typeof config.learningRate === 'number' ? config.learningRate : rates[step - 1]!;
      const scalars = optimizerScalars(optimizer, { learningRate, weightDecay: config.weightDecay ?? 0 }, step - 1);
      const feeds: Record<string, OrtTensor> = Object.fromEntries(
        [...state].map(([key, data]) => [key, floats(data, [data.length])]),
      );
      for (const key of ['learningRate', 'stepSize', 'decay'] as const)
        feeds[OPTIMIZER_INPUTS[key]] = floats(Float32Array.of(scalars[key]), []);
      for (const [group, size] of groups)
        feeds[`gradient/${group}`] = floats(
          step === 7 ? new Float32Array(size) : fill(`optim.grad.${group}.${step}`, [size], 0, 10 ** ((step % 8) - 6)),
          [size],
        );
      const outputs: Record<string, OrtTensor> = { norm: floats(new Float32Array(1), [1]) };
      for (const [key, data] of state) outputs[`${key}/next`] = floats(new Float32Array(data.length), [data.length]);
      await session.run(feeds, outputs);
      for (const key of state.keys()) state.set(key, outputs[`${key}/next`]!.data as Float32Array);
      for (const [group, size] of groups) {
        const expected = golden.floats(`${name}_${group}`).subarray((step - 1) * size, step * size);
        expect({ step, group, close: largestDifference(state.get(`w/${group}`)!, expected) < 1e-6 }).toEqual({
          step,
          group,
          close: true,
        });
      }
      if (gradientNorms !== undefined)
        expect(Math.abs((outputs.norm!.data as Float32Array)[0]! - gradientNorms[step - 1]!)).toBeLessThan(
          1e-5 * Math.max(1, gradientNorms[step - 1]!),
        );
    }
    await session.dispose();
  });
});

describe('BatchNorm of the oracle in training mode', () => {
  const inputs = loadGolden<{ momentum: number; epsilon: number }>('optim/batchnorm_keras3');
  const { momentum, epsilon } = inputs.manifest;
  const shape = inputs.array('x').shape as [number, number, number, number];
  const node: BatchNormNode = {
    op: 'batchNorm',
    name: 'bn',
    block: '',
    input: 'input',
    gamma: 'gamma',
    beta: 'beta',
    mean: 'mean',
    variance: 'variance',
    epsilon,
    momentum,
    shape: shape.slice(1),
  };
  const model = { nodes: [{ op: 'input', name: 'input', block: '', shape: shape.slice(1) }, node] } as unknown as Model;
  const vector = (key: string): tf.Tensor1D => tf.tensor1d(inputs.floats(`initial_${key}`));
  const run = (x: tf.Tensor, values: Readonly<Record<string, tf.Tensor>>, trainableFrom: number): ForwardResult =>
    forward(
      {
        tf,
        model,
        parameters: new Map(Object.entries(values)),
        trainableFrom,
        masks: null,
        fakeQuantRanges: new Map(),
      },
      x,
    );
  const close = (found: tf.Tensor, expected: Float32Array, tolerance: number): void =>
    expect(largestDifference(found.dataSync(), expected)).toBeLessThan(tolerance);

  // They differ in the moving variance; Keras 3 uses the population variance, as this engine does.
  test.each(['keras3', 'tf_keras', 'torch'])('outputs and gradients of %s', async (library) => {
    await tf.setBackend('cpu');
    const golden = loadGolden(`optim/batchnorm_${library}`);
    const [mean, variance] = [vector('mean'), vector('variance')];
    const outputs = (x: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor): tf.Tensor =>
      run(x, { gamma, beta, mean, variance }, 0).values.get('bn')!;
    const x = tf.tensor4d(inputs.floats('x'), shape),
      dy = tf.tensor4d(inputs.floats('dy'), shape);
    close(outputs(x, vector('gamma'), vector('beta')), golden.floats('y'), 1e-5);
    const gradients = tf.grads((...[at, gamma, beta]: tf.Tensor[]) => tf.sum(tf.mul(outputs(at!, gamma!, beta!), dy)))([
      x,
      vector('gamma'),
      vector('beta'),
    ]);
    for (const [i, name] of ['dx', 'dgamma', 'dbeta'].entries()) close(gradients[i]!, golden.floats(name), 2e-5);
  });

  test('moving statistics of Keras 3 after two batches, and inference with them', async () => {
    await tf.setBackend('cpu');
    let [mean, variance]: tf.Tensor[] = [vector('mean'), vector('variance')];
    const values = (): Record<string, tf.Tensor> => ({
      gamma: vector('gamma'),
      beta: vector('beta'),
      mean: mean!,
      variance: variance!,
    });
    for (const [i, batch] of ['x', 'x2'].entries()) {
      const { statistics } = run(tf.tensor4d(inputs.floats(batch), shape), values(), 0);
      [mean, variance] = [
        movedTowards(tf, mean!, statistics.get('mean')!, 1 - momentum),
        movedTowards(tf, variance!, statistics.get('variance')!, 1 - momentum),
      ];
      close(mean, inputs.floats(`mean${i + 1}`), 1e-5);
      close(variance, inputs.floats(`variance${i + 1}`), 1e-5);
    }
    close(run(tf.tensor4d(inputs.floats('x2'), shape), values(), 2).values.get('bn')!, inputs.floats('y_eval'), 1e-5);
  });
});

describe('the tiny net of Keras, 20 steps', () => {
  interface Run {
    name: string;
    config: {
      learningRate: number;
      weightDecay?: number;
      beta1?: number;
      beta2?: number;
      epsilon?: number;
      momentum?: number;
      globalNorm: number;
    };
    losses: number[];
    gradientNorms: number[];
  }
  const golden = loadGolden<{ runs: Run[]; parameters: { name: string; shape: number[] }[] }>('optim/tinynet');
  const settings = (config: Run['config']): { optimizer: OptimizerSpec; model: Model; state: TrainingState } => {
    const model = tinyNet();
    const optimizer: OptimizerSpec =
      config.beta1 === undefined
        ? { kind: 'sgd', momentum: config.momentum!, nesterov: true }
        : { kind: 'adamw', beta1: config.beta1, beta2: config.beta2!, epsilon: config.epsilon! };
    const parameters = new Map<string, Tensor>(
      model.parameters.map(({ name, shape }) => [name, { shape, data: parameterValues(name, shape) }]),
    );
    return { optimizer, model, state: { parameters, slots: new Map(), ema: null, steps: 0 } };
  };

  async function train(
    on: Engine,
    config: Run['config'],
    pixels: Uint8Array,
  ): Promise<{ losses: number[]; norms: number[]; end: TrainingState }> {
    const { optimizer, model, state } = settings(config);
    const session = await on.createTraining({
      model,
      batchSize: 4,
      trainableFrom: 0,
      loss: PLAIN_BCE,
      optimizer,
      clipNorm: config.globalNorm,
      ema: false,
      state,
    });
    const input: StepInput = {
      inputs: pixels,
      labels: golden.floats('labels'),
      weights: new Float32Array(16).fill(1 / 16),
      learningRate: config.learningRate,
      weightDecay: config.weightDecay ?? 0,
      masks: new Map(),
    };
    const results = [];
    for (let step = 0; step < 20; step++) results.push(await session.step(input));
    const end = await session.state();
    await session.dispose();
    return { losses: results.map(({ loss }) => loss), norms: results.map(({ gradientNorm }) => gradientNorm), end };
  }

  test.each(golden.manifest.runs)(
    '$name: TensorFlow.js, our oracle, is Keras',
    async ({ name, config, losses, gradientNorms }) => {
      // The golden's inputs are not integer pixels, but TensorFlow.js accepts any numbers.
      const found = await train(oracle, config, golden.floats('x') as unknown as Uint8Array);
      expect(largestDifference(found.losses, losses)).toBeLessThan(1e-5);
      expect(largestDifference(found.norms, gradientNorms)).toBeLessThan(1e-5);
      for (const { name: key } of golden.manifest.parameters)
        expect({
          key,
          close: largestDifference(found.end.parameters.get(key)!.data, golden.floats(`${name}_end_${key}`)) < 1e-4,
        }).toEqual({ key, close: true });
    },
  );
});
