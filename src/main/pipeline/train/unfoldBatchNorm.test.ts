import { expect, test } from 'vitest';
import { parameterValues, picture } from '../../../../tests/golden/formula.ts';
import type { Sample } from '../data/dataset.ts';
import type { Loader } from '../data/loader.ts';
import type { Engine, InferenceRequest } from '../engine/engine.ts';
import { createOnnxCpuEngine } from '../engine/onnx/engine.ts';
import { GraphBuilder } from '../graph/builder.ts';
import type { Model, Parameters } from '../graph/graph.ts';
import { quoted } from '../../../shared/message.ts';
import { foldBatchNorm } from '../graph/foldBatchNorm.ts';
import { buildNetwork, EFFICIENTNET_LITE } from '../models/families/efficientnet.ts';
import { headStart } from '../models/unfreeze.ts';
import { reestimateStatistics } from './batchStatistics.ts';
import { unfoldBatchNorm } from './unfoldBatchNorm.ts';

const SIZE = 32;
const model = buildNetwork(
  'tiny',
  { ...EFFICIENTNET_LITE, width: 0.1, depth: 1 },
  { inputSize: SIZE, classes: 3, dropout: 0, dropPath: 0 },
);

/** Eight images: the formula's, each with another brightness. */
const loader: Loader = {
  load: ({ samples }) =>
    Promise.resolve([
      Uint8Array.from(
        samples.flatMap(({ line }) => [...picture(SIZE, SIZE)].map((value) => (value * (line + 2)) / 10)),
      ),
    ]),
  decoded: () => 0,
  close: () => Promise.resolve(),
};
const samples: Sample[] = Array.from({ length: 8 }, (_, line) => ({
  path: `${line}`,
  file: `${line}`,
  labels: new Int8Array(3),
  hash: '',
  line,
}));

/** Parameters as tfliteFile.ts returns them: folded kernels, and BatchNorms that only add the bias. */
function foldedParameters(of: Model): Parameters {
  const original: Parameters = new Map(
    of.parameters.map(({ name, shape }) => [name, { shape, data: parameterValues(name, shape) }]),
  );
  const { parameters: folded } = foldBatchNorm(of, original);
  const result = new Map(original);
  for (const node of of.nodes) {
    if (node.op === 'conv2d' || node.op === 'depthwiseConv2d') result.set(node.kernel, folded.get(node.kernel)!);
    if (node.op !== 'batchNorm') continue;
    const shape = node.shape.slice(-1);
    const all = (value: number) => ({ shape, data: new Float32Array(shape[0]!).fill(value) });
    result
      .set(node.gamma, all(1))
      .set(node.mean, all(0))
      .set(node.variance, all(1 - node.epsilon))
      .set(node.beta, folded.get(`${node.input}.bias`)!);
  }
  return result;
}

test('unfolded BatchNorms compute the same and hold the statistics of their inputs', async () => {
  const engine = await createOnnxCpuEngine({ threads: 1 });
  const identities = foldedParameters(model);
  const unfolded = await unfoldBatchNorm(
    { engine, loader, sizeIndex: 0, samples, batchSize: 8, seed: 1 },
    model,
    identities,
  );

  const logits = async (parameters: Parameters): Promise<Float32Array> => {
    const session = await engine.createInference({ model, parameters, batchSize: 1, outputs: [model.logits] });
    const { outputs } = await session.run(picture(SIZE, SIZE));
    await session.dispose();
    return outputs.get(model.logits)!;
  };
  const [before, after] = [await logits(identities), await logits(unfolded)];
  after.forEach((value, c) => {
    expect(Math.abs(value - before[c]!)).toBeLessThan(1e-4);
  });

  // In training mode over the same images each BatchNorm now sees the statistics it holds, so the network is unchanged
  // there.
  const misses = async (parameters: Parameters): Promise<number[]> => {
    const session = await engine.createStatistics({ model, parameters, batchSize: 8, trainableFrom: 0 });
    const [pixels] = await loader.load({ samples, augmentation: null });
    const seen = await session.run(pixels!);
    await session.dispose();
    return model.nodes.flatMap((node) =>
      node.op !== 'batchNorm'
        ? []
        : [...seen.get(node.mean)!].map((mean, c) => {
            const deviation = Math.sqrt(seen.get(node.variance)![c]! + node.epsilon);
            return Math.abs(mean - parameters.get(node.mean)!.data[c]!) / deviation;
          }),
    );
  };
  expect(Math.max(...(await misses(unfolded)))).toBeLessThan(1e-3);
  expect(Math.max(...(await misses(identities)))).toBeGreaterThan(1);
});

test('folding a frozen backbone of a .tflite again gives the kernels and biases of its file', async () => {
  const engine = await createOnnxCpuEngine({ threads: 1 });
  const file = foldedParameters(model);
  const source = { engine, loader, sizeIndex: 0, samples, batchSize: 4, seed: 1 };
  const unfolded = await unfoldBatchNorm(source, model, file);
  // Post-training quantization re-estimates from the first trained node on; here on the darker half of the images.
  const darker = { ...source, samples: samples.slice(0, 4) };
  const furthest = async (trainableFrom: number): Promise<number> => {
    const { parameters } = foldBatchNorm(model, await reestimateStatistics(darker, model, unfolded, trainableFrom));
    const { parameters: expected } = foldBatchNorm(model, file);
    const differences = [...expected].map(([name, { data }]) => {
      const found = parameters.get(name)!.data;
      const largest = data.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
      return data.reduce((most, value, i) => Math.max(most, Math.abs(value - found[i]!)), 0) / largest;
    });
    return Math.max(...differences);
  };
  expect(await furthest(headStart(model))).toBeLessThan(1e-4);
  expect(await furthest(0)).toBeGreaterThan(0.1);
});

/** Unfolds one BatchNorm of two channels, whose inputs are for an image of line n: [n, 1] and [-n, 1]. */
async function unfoldedByScript(images: number, broken = false) {
  const builder = new GraphBuilder(0.9);
  const norm = builder.batchNorm(
    'norm',
    builder.conv2d('conv', builder.input(2), { filters: 2, kernelSize: 1, stride: 2, bias: false }),
  );
  builder.dense('classifier', builder.globalAveragePool('pooled', norm, false), 1);
  const small = builder.build('small');
  const values: Record<string, readonly number[]> = {
    ...{ 'norm.gamma': [3, 2], 'norm.beta': [0.5, -1], 'norm.mean': [1, 2], 'norm.variance': [9 - 1e-3, 4 - 1e-3] },
    ...{ 'conv.kernel': [7], 'classifier.kernel': [7], 'classifier.bias': [7] },
  };
  const parameters: Parameters = new Map(
    Object.entries(values).map(([name, data]) => [name, { shape: [data.length], data: Float32Array.from(data) }]),
  );
  const requests: InferenceRequest[] = [];
  const batches: number[][] = [];
  let disposed = 0;
  const scripted: Engine = {
    ...{ name: 'scripted', device: 'cpu' as const, description: quoted('') },
    createStatistics: () => Promise.reject(new Error('not needed')),
    createTraining: () => Promise.reject(new Error('not needed')),
    createInference: (request) => {
      requests.push(request);
      return Promise.resolve({
        run: (input) => {
          if (broken) return Promise.reject(new Error('broken'));
          batches.push([...input]);
          const values = Float32Array.from([...input].flatMap((line) => [line, 1, -line, 1]));
          return Promise.resolve({ outputs: new Map([['conv', values]]), ranges: new Map() });
        },
        load: () => undefined,
        dispose: () => {
          disposed++;
          return Promise.resolve();
        },
      });
    },
  };
  const result = await unfoldBatchNorm(
    {
      ...{ engine: scripted, sizeIndex: 1, batchSize: 9, seed: 1 },
      samples: Array.from({ length: images }, (_, line) => ({ ...samples[0]!, line })),
      loader: {
        ...loader,
        load: ({ samples: asked }) => Promise.resolve([new Uint8Array(0), Uint8Array.from(asked, ({ line }) => line)]),
      },
    },
    small,
    parameters,
  ).catch((error: unknown) => error as Error);
  return { small, parameters, requests, batches, disposed, result };
}

test('a BatchNorm keeps its slope and its output for the statistics of its inputs', async () => {
  const { small, parameters, requests, batches, disposed, result } = await unfoldedByScript(3);
  expect(requests).toEqual([{ model: small, parameters, batchSize: 4, outputs: ['conv'] }]);
  expect(batches).toHaveLength(1);
  expect(new Set(batches[0])).toEqual(new Set([0, 1, 2]));
  expect(disposed).toBe(1);
  const unfolded = result as Map<string, { shape: readonly number[]; data: Float32Array }>;
  const variance = batches[0]!.reduce((sum, line) => sum + line ** 2, 0) / 4;
  // Channel 0 has mean 0 and slope 3 / 3 = 1: beta' = 0.5 + 1 (0 - 1). Channel 1 has mean 1, variance 0 and slope
  // 2 / 2 = 1: beta' = -1 + 1 (1 - 2).
  const expected: Record<string, readonly number[]> = {
    'norm.mean': [0, 1],
    'norm.variance': [variance, 0],
    'norm.gamma': [Math.sqrt(variance + 1e-3), Math.sqrt(1e-3)],
    'norm.beta': [-0.5, -2],
  };
  for (const [name, values] of Object.entries(expected)) {
    const { shape, data } = unfolded.get(name)!;
    expect(shape).toEqual([2]);
    values.forEach((value, c) => expect([name, data[c]]).toEqual([name, expect.closeTo(value, 6)]));
  }
  expect(unfolded.get('conv.kernel')).toBe(parameters.get('conv.kernel'));
});

test('reads full batches of different images, and of many images only a part', async () => {
  const { batches } = await unfoldedByScript(11);
  expect(batches.map((batch) => batch.length)).toEqual([4, 4]);
  expect(new Set(batches.flat()).size).toBe(8);
  expect(batches.flat()).not.toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  expect((await unfoldedByScript(200)).batches.map((batch) => batch.length)).toEqual(Array(16).fill(4));
});

test('an error of the engine is passed on, after the session is disposed', async () => {
  const { disposed, result } = await unfoldedByScript(4, true);
  expect([disposed, result]).toEqual([1, new Error('broken')]);
});
