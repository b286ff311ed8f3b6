import { expect, test } from 'vitest';
import { createOnnxCpuEngine } from '../engine/onnx/engine.ts';
import { GraphBuilder } from '../graph/builder.ts';
import { foldBatchNorm } from '../graph/foldBatchNorm.ts';
import type { Parameters } from '../graph/graph.ts';
import { insertFakeQuant } from '../graph/insertFakeQuant.ts';
import { correctBias } from './correctBias.ts';

test('subtracts the mean shift of rounded kernels from the biases', async () => {
  const graph = new GraphBuilder();
  const pixels = graph.normalize(graph.input(2), [0, 0, 0], [1, 1, 1]);
  const conv = graph.conv2d('conv', pixels, { filters: 2, kernelSize: 1, stride: 1, bias: true });
  const spread = graph.batchNorm('bn', graph.depthwiseConv2d('spread', conv, { kernelSize: 1, stride: 1 }));
  graph.dense('classifier', graph.globalAveragePool('pooled', spread, false), 2);
  const values: Record<string, readonly number[]> = {
    // The largest weight 127 gives a scale of 1, so 0.4 is rounded to 0 and 2.75 to 3. Inputs come first, filters last.
    'conv.kernel': [127, 0, 0.4, 127, 0, 2.75],
    'conv.bias': [0, -127 * 20 - 2.75 * 8],
    'spread.kernel': [1, 1],
    'bn.gamma': [1, 1],
    'bn.beta': [5, 6],
    'bn.mean': [0, 0],
    'bn.variance': [1 - 1e-3, 1 - 1e-3],
    // With one scale for all weights, the row of channel 0 is exact.
    'classifier.kernel': [127, 127, 0.25, 0.4],
    'classifier.bias': [1, 2],
  };
  const float = graph.build('tiny');
  const parameters: Parameters = new Map(
    float.parameters.map(({ name, shape }) => [name, { shape, data: Float32Array.from(values[name]!) }]),
  );
  const folded = foldBatchNorm(float, parameters);
  const model = insertFakeQuant(folded.model);
  // Two images of one color each: red 2 and 4, green 10 and 30, blue 8 and 8. The third one only fills the batch.
  const image = (...rgb: number[]): number[] => [...rgb, ...rgb, ...rgb, ...rgb];
  const batches = (async function* () {
    yield { pixels: Uint8Array.from([...image(2, 10, 8), ...image(4, 30, 8), ...image(255, 255, 255)]), count: 2 };
  })();
  const engine = await createOnnxCpuEngine({ threads: 1 });
  const corrected = await correctBias(engine, model, folded.parameters, batches, 3);
  const biasOf = (name: string): number[] => [...corrected.get(name)!.data];

  // Filter 0 loses 0.4 x 20 (green); filter 1 gains 0.25 x 8 (blue).
  expect(biasOf('conv.bias')[0]).toBeCloseTo(0.4 * 20, 4);
  expect(biasOf('conv.bias')[1]).toBeCloseTo(-127 * 20 - 2.75 * 8 - 0.25 * 8, 3);
  // With one weight per filter, each weight is the largest of its filter, and exact.
  expect(biasOf('spread.bias')[0]).toBeCloseTo(5, 4);
  expect(biasOf('spread.bias')[1]).toBeCloseTo(6, 4);
  // Filter 1 of the convolution has mean 0 in float, and 6 after the bias of the next layer.
  expect(biasOf('classifier.bias')[0]).toBeCloseTo(1 + 0.25 * 6, 3);
  expect(biasOf('classifier.bias')[1]).toBeCloseTo(2 + 0.4 * 6, 3);
  expect(corrected.get('conv.kernel')).toEqual(folded.parameters.get('conv.kernel'));
});

/**
 * A convolution that changes nothing, and that rounding leaves as it is: engines have none that is depthwise on pixels.
 */
const passed = (graph: GraphBuilder, pixels: string): string =>
  graph.conv2d('pass', pixels, { filters: 3, kernelSize: 1, stride: 1, bias: true });
const PASSED = { 'pass.kernel': [1, 0, 0, 0, 1, 0, 0, 0, 1], 'pass.bias': [0, 0, 0] };

test('follows depthwise kernels channel by channel, and the one scale of a classifier', async () => {
  const graph = new GraphBuilder();
  const pixels = graph.normalize(graph.input(2), [0, 0, 0], [1, 1, 1]);
  const spread = graph.batchNorm(
    'bn',
    graph.depthwiseConv2d('spread', passed(graph, pixels), { kernelSize: 1, stride: 1 }),
  );
  graph.dense('classifier', graph.globalAveragePool('pooled', spread, false), 2);
  const float = graph.build('tiny');
  const values: Record<string, readonly number[]> = {
    'spread.kernel': [1, 2, 3],
    ...PASSED,
    'bn.gamma': [1, 1, 1],
    'bn.beta': [0, 0, 0],
    'bn.mean': [0, 0, 0],
    'bn.variance': [1 - 1e-3, 1 - 1e-3, 1 - 1e-3],
    // The largest of both columns sets the scale to 1: 0.25 is rounded to 0, and so is 0.4.
    'classifier.kernel': [127, 0.25, 0, 0.4, 0, 0],
    'classifier.bias': [0, 0],
  };
  const parameters: Parameters = new Map(
    float.parameters.map(({ name, shape }) => [name, { shape, data: Float32Array.from(values[name]!) }]),
  );
  const folded = foldBatchNorm(float, parameters);
  const engine = await createOnnxCpuEngine({ threads: 1 });
  const batches = async function* (fails: boolean) {
    yield { pixels: Uint8Array.from([1, 2, 3, 4].flatMap(() => [10, 20, 30])), count: 1 };
    if (fails) throw new Error('cannot be read');
  };
  const corrected = await correctBias(engine, insertFakeQuant(folded.model), folded.parameters, batches(false), 1);
  // One weight per filter is the largest of its filter, and exact.
  [...corrected.get('spread.bias')!.data].forEach((bias) => expect(bias).toBeCloseTo(0, 4));
  // The second output loses 0.25 x 10 and 0.4 x 2 x 20.
  const [first, second] = corrected.get('classifier.bias')!.data;
  expect(first).toBeCloseTo(0, 4);
  expect(second).toBeCloseTo(0.25 * 10 + 0.4 * 40, 3);
  await expect(correctBias(engine, insertFakeQuant(folded.model), folded.parameters, batches(true), 1)).rejects.toThrow(
    'cannot be read',
  );
});

test('of a depthwise kernel, each filter uses its own channel and scale', async () => {
  const graph = new GraphBuilder();
  const pixels = graph.normalize(graph.input(1), [0, 0, 0], [1, 1, 1]);
  const spread = graph.batchNorm(
    'bn',
    graph.depthwiseConv2d('spread', passed(graph, pixels), { kernelSize: 3, stride: 1 }),
  );
  graph.dense('classifier', graph.globalAveragePool('pooled', spread, false), 1);
  const float = graph.build('tiny');
  const fill = (count: number, value: number): number[] => Array.from({ length: count }, () => value);
  // [3, 3, C, 1], channels last: corners that set the scales to 1, 2 and 4, and centers between two codes.
  const kernel = fill(27, 0);
  [127, 254, 508].forEach((value, c) => (kernel[c] = value));
  [0.25, 2.5, 5].forEach((value, c) => (kernel[12 + c] = value));
  const values: Record<string, readonly number[]> = {
    ...PASSED,
    'spread.kernel': kernel,
    'bn.gamma': fill(3, 1),
    'bn.beta': fill(3, 0),
    'bn.mean': fill(3, 0),
    'bn.variance': fill(3, 1 - 1e-3),
    'classifier.kernel': [1, 1, 1],
    'classifier.bias': [0],
  };
  const parameters: Parameters = new Map(
    float.parameters.map(({ name, shape }) => [name, { shape, data: Float32Array.from(values[name]!) }]),
  );
  const folded = foldBatchNorm(float, parameters);
  const engine = await createOnnxCpuEngine({ threads: 1 });
  const batches = (async function* () {
    yield { pixels: Uint8Array.of(10, 20, 30), count: 1 };
  })();
  const corrected = await correctBias(engine, insertFakeQuant(folded.model), folded.parameters, batches, 1);
  // 0.25 becomes 0, 2.5 becomes 2 (one code of 2), 5 becomes 4 (one code of 4).
  const biases = [...corrected.get('spread.bias')!.data];
  [0.25 * 10, 0.5 * 20, 1 * 30].forEach((expected, c) => expect(biases[c]).toBeCloseTo(expected, 2));
});
