import { describe, expect, test } from 'vitest';
import type { Range } from '../engine/engine.ts';
import { GraphBuilder } from '../graph/builder.ts';
import { foldBatchNorm } from '../graph/foldBatchNorm.ts';
import type { Model, Parameters } from '../graph/graph.ts';
import { insertFakeQuant } from '../graph/insertFakeQuant.ts';
import type { IntegerOp } from './integerModel.ts';
import { toIntegerModel } from './toIntegerModel.ts';

const SIZE = 4;
const [FILTERS, K, CLASSES] = [2, 3, 3];

function network(normalization: readonly [number, number] = [127, 128]): { model: Model; parameters: Parameters } {
  const graph = new GraphBuilder();
  const [mean, std] = normalization.map((value) => [127, 127, value] as const);
  const pixels = graph.normalize(graph.input(SIZE), mean!, [128, 128, std![2]]);
  const stem = graph.conv2d('stem', pixels, { filters: FILTERS, kernelSize: K, stride: 2, bias: true });
  const active = graph.activation('active', stem, 'relu6');
  const spread = graph.batchNorm('bn', graph.depthwiseConv2d('spread', active, { kernelSize: K, stride: 1 }));
  const sum = graph.addTensors('sum', active, spread);
  graph.dense('classifier', graph.globalAveragePool('pooled', sum, false), CLASSES);
  const float = graph.build('small');
  // Every weight another number, none the largest of its filter by accident.
  const values = (count: number): Float32Array => Float32Array.from({ length: count }, (_, i) => ((i * 7) % 31) - 15);
  const parameters = new Map(
    float.parameters.map(({ name, shape, role }) => {
      const count = shape.reduce((a, b) => a * b, 1);
      const plain = { gamma: 1, beta: 0.5, mean: 0, variance: 1 - 1e-3 }[role as string];
      const data = plain === undefined ? values(count) : new Float32Array(count).fill(plain);
      return [name, { shape, data }] as const;
    }),
  );
  const folded = foldBatchNorm(float, parameters);
  return { model: insertFakeQuant(folded.model), parameters: folded.parameters };
}

const ranges = (): Map<string, Range> =>
  new Map(
    Object.entries({
      'spread.quant': [-1, 4],
      'bn.quant': [-1, 4],
      'sum.quant': [-2, 3],
      'pooled.quant': [0, 2],
      'logits.quant': [-4, 1],
    }),
  );

/** Halves to even, by the remainder. */
const nearest = (x: number): number => {
  const down = Math.floor(x);
  return x - down === 0.5 ? down + (Math.abs(down) % 2) : Math.round(x);
};

describe('the numbers of the file', () => {
  /** Converted again in each test. */
  const converted = () => {
    const { model, parameters } = network();
    const integer = toIntegerModel(model, parameters, ranges());
    const op = <K extends IntegerOp['op']>(kind: K) =>
      integer.ops.find((each): each is Extract<IntegerOp, { op: K }> => each.op === kind)!;
    const scaleOf = (name: string): number => integer.tensors.find((tensor) => tensor.name === name)!.scale;
    const data = (name: string): Float32Array => parameters.get(name)!.data;
    return { model, parameters, integer, op, scaleOf, data };
  };

  test('are those of one tensor per fake-quant, in order, with the input before and the scores behind them', () => {
    const { integer } = converted();
    expect(integer).toMatchObject({ inputSize: SIZE, classes: CLASSES, input: 'input', output: 'scores' });
    const step = (width: number): unknown => expect.closeTo(width / 255, 8);
    expect(integer.tensors).toEqual([
      { name: 'input', shape: [SIZE, SIZE, 3], scale: 1 / 128, zeroPoint: -1 },
      { name: 'active.quant', shape: [2, 2, FILTERS], scale: step(6), zeroPoint: -128 },
      {
        name: expect.stringMatching(/^(bn|spread)\.quant$/) as string,
        shape: [2, 2, FILTERS],
        scale: step(5),
        zeroPoint: 51 - 128,
      },
      { name: 'sum.quant', shape: [2, 2, FILTERS], scale: step(5), zeroPoint: 102 - 128 },
      { name: 'pooled.quant', shape: [FILTERS], scale: step(2), zeroPoint: -128 },
      { name: 'logits.quant', shape: [CLASSES], scale: step(5), zeroPoint: 204 - 128 },
      { name: 'scores', shape: [CLASSES], scale: 1 / 256, zeroPoint: -128 },
    ]);
  });

  test('flow from operator to operator', () => {
    const { integer, op } = converted();
    const names = integer.tensors.map(({ name }) => name);
    expect(
      integer.ops.map(({ op: kind, output, ...rest }) => [kind, 'inputs' in rest ? rest.inputs : rest.input, output]),
    ).toEqual([
      ['conv2d', 'input', names[1]],
      ['depthwiseConv2d', names[1], names[2]],
      ['add', [names[1], names[2]], names[3]],
      ['mean', names[3], names[4]],
      ['fullyConnected', names[4], names[5]],
      ['logistic', names[5], 'scores'],
    ]);
    expect(op('conv2d')).toMatchObject({ kernelSize: K, stride: 2, activation: 'relu6' });
    expect(op('depthwiseConv2d')).toMatchObject({ kernelSize: K, stride: 1, activation: null });
  });

  test('of a convolution are ordered by filter, each with its own scale', () => {
    const { op, data } = converted();
    const { weights, weightScales, bias } = op('conv2d');
    const kernel = data('stem.kernel');
    for (let filter = 0; filter < FILTERS; filter++) {
      let largest = 0;
      for (let i = filter; i < kernel.length; i += FILTERS) largest = Math.max(largest, Math.abs(kernel[i]!));
      expect(weightScales[filter]).toBe(Math.fround(largest / 127));
      expect(bias[filter]).toBe(nearest(data('stem.bias')[filter]! / Math.fround(weightScales[filter]! / 128)));
      for (let y = 0; y < K; y++)
        for (let x = 0; x < K; x++)
          for (let c = 0; c < 3; c++)
            expect(weights[((filter * K + y) * K + x) * 3 + c]).toBe(
              nearest((kernel[((y * K + x) * 3 + c) * FILTERS + filter]! * 127) / largest) + 0,
            );
    }
  });

  test('of a depthwise convolution stay in place', () => {
    const { op, scaleOf, data } = converted();
    const { weights, weightScales, bias } = op('depthwiseConv2d');
    const kernel = data('spread.kernel');
    const largest = [0, 1].map((c) => Math.max(...kernel.filter((_, i) => i % 2 === c).map(Math.abs)));
    expect([...weightScales]).toEqual(largest.map((value) => Math.fround(value / 127)));
    expect([...weights]).toEqual([...kernel].map((value, i) => nearest((value * 127) / largest[i % 2]!) + 0));
    // The bias is the 0.5 of the BatchNorm.
    [...bias].forEach((code, c) =>
      expect(code).toBe(nearest(0.5 / Math.fround(scaleOf('active.quant') * weightScales[c]!))),
    );
  });

  test('of the classifier are transposed and share one scale', () => {
    const { op, scaleOf, data } = converted();
    const { weights, weightScale, bias } = op('fullyConnected');
    const kernel = data('classifier.kernel');
    const largest = Math.max(...kernel.map(Math.abs));
    expect(weightScale).toBe(Math.fround(largest / 127));
    for (let i = 0; i < FILTERS; i++)
      for (let o = 0; o < CLASSES; o++)
        expect(weights[o * FILTERS + i]).toBe(nearest((kernel[i * CLASSES + o]! * 127) / largest) + 0);
    expect([...bias]).toEqual(
      [...data('classifier.bias')].map((value) => nearest(value / Math.fround(scaleOf('pooled.quant') * weightScale))),
    );
  });

  test('leave no bias too large: the scale of the weights grows with it', () => {
    const { model, parameters, op, scaleOf } = converted();
    const large = new Map(parameters).set('classifier.bias', {
      shape: [CLASSES],
      data: Float32Array.of(1, -5e7, 2),
    });
    const found = toIntegerModel(model, large, ranges()).ops.find((each) => each.op === 'fullyConnected')!;
    expect(found.weightScale / (5e7 / (scaleOf('pooled.quant') * 2 ** 30))).toBeCloseTo(1, 6);
    const heavy = new Map(parameters).set('stem.bias', { shape: [FILTERS], data: Float32Array.of(-5e7, 1) });
    const stem = toIntegerModel(model, heavy, ranges()).ops.find((each) => each.op === 'conv2d')!;
    expect(stem.weightScales[0]! / (5e7 / (2 ** 30 / 128))).toBeCloseTo(1, 6);
    expect(stem.weightScales[1]).toBe(op('conv2d').weightScales[1]);
  });
});

describe('a graph without an integer form is refused', () => {
  test.each([
    [126, 128],
    [127, 64],
  ])('pixels normalized by mean %d and deviation %d', (mean, std) => {
    const { model, parameters } = network([mean, std]);
    expect(() => toIntegerModel(model, parameters, ranges())).toThrow('normalized');
  });

  test('a tensor without a calibrated range', () => {
    const { model, parameters } = network();
    const fewer = ranges();
    fewer.delete('pooled.quant');
    expect(() => toIntegerModel(model, parameters, fewer)).toThrow('pooled.quant');
  });

  test('an operator that no fake-quant follows', () => {
    const { model, parameters } = network();
    const nodes = model.nodes.filter(({ name }) => name !== 'sum.quant');
    expect(() => toIntegerModel({ ...model, nodes }, parameters, ranges())).toThrow('sum');
  });

  test('a kind of node that is not known', () => {
    const { model, parameters } = network();
    const nodes = [
      ...model.nodes.slice(0, 2),
      { op: 'dropout', name: 'dropped', input: 'normalized', rate: 0.5, shape: [1], block: '' } as const,
      ...model.nodes.slice(2),
    ];
    expect(() => toIntegerModel({ ...model, nodes }, parameters, ranges())).toThrow('dropped');
  });
});
