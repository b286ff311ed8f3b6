import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parameterValues, picture } from '../../../../../tests/golden/formula.ts';
import { loadGolden } from '../../../../../tests/golden/golden.ts';
import { smallIntegerModel } from '../../../../../tests/parity/tfliteModel.ts';
import { createOnnxCpuEngine } from '../../engine/onnx/engine.ts';
import { readTflite } from '../../tflite/read.ts';
import { writeTflite } from '../../tflite/write.ts';
import { foldBatchNorm } from '../../graph/foldBatchNorm.ts';
import type { Parameters } from '../../graph/graph.ts';
import { buildModel } from '../registry.ts';
import { buildNetwork, EFFICIENTNET_LITE } from '../families/efficientnet.ts';
import { tfliteWeights } from './tfliteFile.ts';

// A Lite1 of a tenth of its width, written by TensorFlow's own converter.
const golden = loadGolden<{ px: number; classes: number; layers: { name: string; weights: number; bias: number }[] }>(
  'weights/tiny_lite_tflite',
);
const bytes = new Uint8Array(
  readFileSync(new URL('../../../../../tests/golden/weights/tiny_lite_fp32.tflite', import.meta.url)),
);
const tiny = buildNetwork(
  'tiny',
  { ...EFFICIENTNET_LITE, width: 0.1, depth: 1.1 },
  { inputSize: golden.manifest.px, classes: golden.manifest.classes, dropout: 0, dropPath: 0 },
);

test("a network read from a .tflite computes what TensorFlow's interpreter computes", async () => {
  const { tensors, folded, head, normalization } = tfliteWeights('tiny.tflite', bytes, tiny);
  expect([folded, head, normalization]).toEqual([true, null, null]);
  const parameters: Parameters = new Map([
    ...tensors,
    ...['classifier.kernel', 'classifier.bias'].map((name) => {
      const { shape } = tiny.parameters.find((parameter) => parameter.name === name)!;
      return [name, { shape, data: parameterValues(name, shape) }] as const;
    }),
  ]);
  const engine = await createOnnxCpuEngine({ threads: 1 });
  const session = await engine.createInference({ model: tiny, parameters, batchSize: 1, outputs: [tiny.logits] });
  const { outputs } = await session.run(picture(64, 64));
  await session.dispose();
  const logits = golden.floats('logits');
  outputs.get(tiny.logits)!.forEach((value, c) => {
    expect(Math.abs(value - logits[c]!)).toBeLessThan(5e-5);
  }); // timm in float64 is 1.2e-5 away
});

test("folded again, its convolutions are the file's, bit for bit", () => {
  const { parameters } = foldBatchNorm(tiny, tfliteWeights('tiny.tflite', bytes, tiny).tensors);
  const { tensors } = readTflite(bytes);
  const floats = (at: number): Float32Array => new Float32Array(tensors[at]!.data!.slice().buffer);
  const layers = golden.manifest.layers.filter(({ name }) => name !== 'classifier');
  expect(layers.length).toBe(64);
  for (const { name, weights, bias } of layers) {
    const kernel = parameters.get(`${name}.conv.kernel`)!;
    const [k, , channels, filters] = kernel.shape as [number, number, number, number];
    const expected = floats(weights);
    const stored =
      filters === 1
        ? expected
        : Float32Array.from(
            kernel.data,
            (_, i) => expected[(i % filters) * k * k * channels + Math.floor(i / filters)]!,
          );
    expect(kernel.data, name).toEqual(stored);
    expect(parameters.get(`${name}.conv.bias`)!.data, name).toEqual(floats(bias));
  }
});

test('another network and a quantized one are refused', () => {
  const lite1 = buildModel('efficientnet-lite1', { inputSize: 64, classes: 5, dropout: 0, dropPath: 0 });
  const refusal = {
    code: 'mismatch.weightsOfUnknownNetwork',
    params: { file: 'tiny.tflite', expected: 'efficientnet-lite1' },
  };
  expect(() => tfliteWeights('tiny.tflite', bytes, lite1)).toThrow(expect.objectContaining(refusal) as Error);
  const shallow = buildNetwork(
    'tiny',
    { ...EFFICIENTNET_LITE, width: 0.1, depth: 1 },
    { inputSize: 64, classes: 5, dropout: 0, dropPath: 0 },
  );
  expect(() => tfliteWeights('tiny.tflite', bytes, shallow)).toThrow(
    expect.objectContaining({
      detail:
        'Convolution 11: DEPTHWISE_CONV_2D 1 x 3 x 3 x 48, stride 1, expected DEPTHWISE_CONV_2D 1 x 5 x 5 x 48, stride 2',
    }) as Error,
  );
  const quantized = writeTflite(smallIntegerModel(1, 32, 2), {
    inputType: 'uint8',
    outputType: 'uint8',
    labels: ['a', 'b'],
    name: 'small',
  });
  const quantizedRefusal = { code: 'mismatch.tfliteQuantized', params: { file: 'q.tflite', type: 'int8' } };
  expect(() => tfliteWeights('q.tflite', quantized, lite1)).toThrow(expect.objectContaining(quantizedRefusal) as Error);
});
