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
