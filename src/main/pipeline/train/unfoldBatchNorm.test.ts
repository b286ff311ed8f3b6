import { expect, test } from 'vitest';
import { parameterValues, picture } from '../../../../tests/golden/formula.ts';
import type { Sample } from '../data/dataset.ts';
import type { Loader } from '../data/loader.ts';
import { createOnnxCpuEngine } from '../engine/onnx/engine.ts';
import type { Model, Parameters } from '../graph/graph.ts';
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
