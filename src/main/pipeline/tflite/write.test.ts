import { describe, expect, it } from 'vitest';
import { smallIntegerModel } from '../../../../tests/parity/tfliteModel.ts';
import { readTflite } from './read.ts';
import { writeTflite } from './write.ts';
import type { TfliteOptions } from './write.ts';

const model = smallIntegerModel(1);
const labels = Array.from({ length: model.classes }, (_, i) => `label ${i}`);
const defaults: TfliteOptions = { inputType: 'uint8', outputType: 'uint8', name: 'Fruit', labels };
const read = (options: Partial<TfliteOptions> = {}): ReturnType<typeof readTflite> =>
  readTflite(writeTflite(model, { ...defaults, ...options }));

describe('writeTflite', () => {
  it("contains the integer model's exact numbers", () => {
    const file = read();
    for (const { name, shape, scale, zeroPoint } of model.tensors) {
      const tensor = file.tensors.find((candidate) => candidate.name === name);
      expect(tensor, name).toMatchObject({
        type: 'int8',
        shape: [1, ...shape],
        quantization: { scales: [Math.fround(scale)], zeroPoints: [zeroPoint] },
        data: null,
      });
    }
    const written = file.ops.filter(({ operator }) => !operator.endsWith('QUANTIZE'));
    expect(written).toHaveLength(model.ops.length);
    for (const [i, op] of model.ops.entries()) {
      if (!('weights' in op)) continue;
      const [input, weights, bias] = written[i]!.inputs.map((index) => file.tensors[index]!);
      expect(new Int8Array(weights!.data!.slice().buffer)).toEqual(op.weights);
      expect(new Int32Array(bias!.data!.slice().buffer)).toEqual(op.bias);
      const scales = 'weightScales' in op ? Array.from(op.weightScales) : [op.weightScale];
      expect(weights!.quantization!.scales).toEqual(scales);
      expect(bias!.quantization!.scales).toEqual(
        scales.map((scale) => Math.fround(input!.quantization!.scales[0]! * scale)),
      );
    }
  });

  it.each([
    [
      'uint8',
      ['QUANTIZE'],
      ['QUANTIZE'],
      { scales: [1 / 128], zeroPoints: [127], axis: 0 },
      { scales: [1 / 256], zeroPoints: [0], axis: 0 },
    ],
    [
      'int8',
      [],
      [],
      { scales: [1 / 128], zeroPoints: [-1], axis: 0 },
      { scales: [1 / 256], zeroPoints: [-128], axis: 0 },
    ],
    ['float32', ['QUANTIZE'], ['DEQUANTIZE'], null, null],
  ] as const)('writes %s input and output', (type, first, last, inputQuantization, outputQuantization) => {
    const file = read({ inputType: type, outputType: type });
    const operators = file.ops.map(({ operator }) => operator);
    expect(operators.slice(0, first.length)).toEqual(first);
    expect(operators.slice(operators.length - last.length)).toEqual(last);
    expect(operators).toHaveLength(model.ops.length + first.length + last.length);
    const { inputSize: side, classes } = model;
    expect(file.tensors[file.inputs[0]!]).toMatchObject({
      name: 'image',
      type,
      shape: [1, side, side, 3],
      quantization: inputQuantization,
    });
    expect(file.tensors[file.outputs[0]!]).toMatchObject({
      name: 'scores',
      type,
      shape: [1, classes],
      quantization: outputQuantization,
    });
    expect(file.signatures).toEqual([
      {
        key: 'serving_default',
        subgraph: 0,
        inputs: [{ name: 'image', tensor: file.inputs[0] }],
        outputs: [{ name: 'scores', tensor: file.outputs[0] }],
      },
    ]);
  });

  it('contains the metadata that MediaPipe and the Task Library read', () => {
    const file = read({
      description: 'Fruit in shops',
      version: '3',
      author: 'me',
      license: 'MIT',
      scoreThreshold: 0.25,
      labels: ['🥝', ...labels.slice(1)],
    });
    expect(file.labels).toEqual(['🥝', ...labels.slice(1)]);
    expect(file.metadata).toMatchObject({
      name: 'Fruit',
      description: 'Fruit in shops',
      version: '3',
      author: 'me',
      license: 'MIT',
      minParserVersion: '1.0.0',
    });
    const graph = file.metadata!.subgraphMetadata[0]!;
    expect(graph.inputTensorMetadata).toMatchObject([
      {
        name: 'image',
        content: { contentProperties: { type: 'ImageProperties', values: { colorSpace: 1 } } },
        processUnits: [{ options: { type: 'NormalizationOptions', values: { mean: [127], std: [128] } } }],
        stats: { min: [0], max: [255] },
      },
    ]);
    expect(graph.outputTensorMetadata).toMatchObject([
      {
        name: 'scores',
        content: { contentProperties: { type: 'FeatureProperties' } },
        processUnits: [{ options: { type: 'ScoreThresholdingOptions', values: { globalScoreThreshold: 0.25 } } }],
        stats: { min: [0], max: [1] },
        associatedFiles: [{ name: 'labels.txt', type: 2 }],
      },
    ]);
  });

  it('declares the range of normalized pixels for float32 input', () => {
    expect(read({ inputType: 'float32' }).metadata!.subgraphMetadata[0]!.inputTensorMetadata[0]!.stats).toEqual({
      min: [-127 / 128],
      max: [1],
    });
  });

  it('writes the same bytes each time', () => {
    expect(writeTflite(model, defaults)).toEqual(writeTflite(model, defaults));
  });

  it('refuses labels that do not fit the model or a line', () => {
    expect(() => read({ labels: labels.slice(1) })).toThrow(/has 7 classes, but 6 labels/);
    expect(() => read({ labels: ['two\nlines', ...labels.slice(1)] })).toThrow(
      expect.objectContaining({
        kind: 'export',
        message: expect.stringMatching(/Label 1 \("two\\nlines"\) contains a line break/) as string,
      }),
    );
  });
});
