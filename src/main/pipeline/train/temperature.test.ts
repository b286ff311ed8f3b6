import { describe, expect, test } from 'vitest';
import { GraphBuilder } from '../graph/builder.ts';
import type { Parameters } from '../graph/graph.ts';
import { softened, temperatureOf } from './temperature.ts';

describe('the temperature', () => {
  test('makes an overconfident network as confident as it is right', () => {
    // Three of four are right at logits of 4 and -4, where log 3 would be calibrated, so T = 4 / log 3.
    const logits = Float32Array.of(4, 4, 4, 4, -4, -4, -4, -4);
    const labels = Int8Array.of(1, 1, 1, 0, 0, 0, 0, 1);
    expect(temperatureOf(logits, labels)).toBeCloseTo(4 / Math.log(3), 4);
  });

  test('is 1 for an underconfident network', () => {
    expect(temperatureOf(Float32Array.of(0.1, -0.1), Int8Array.of(1, 0))).toBeCloseTo(1, 4);
  });

  test('ignores unknown labels', () => {
    const logits = Float32Array.of(4, 4, 4, 4, 9, -9);
    expect(temperatureOf(logits, Int8Array.of(1, 1, 1, 0, -1, -1))).toBeCloseTo(4 / Math.log(3), 4);
  });
});

test('a softened network has its logits divided: kernel, bias and range of its classifier, and nothing else', () => {
  const graph = new GraphBuilder();
  const stem = graph.conv2d('stem', graph.input(1), { filters: 1, kernelSize: 1, stride: 1, bias: true });
  graph.dense('classifier', graph.globalAveragePool('pooled', stem, false), 2);
  const model = graph.build('tiny');
  const parameters: Parameters = new Map([
    ['stem.kernel', { shape: [1, 1, 3, 1], data: Float32Array.of(1, 2, 3) }],
    ['stem.bias', { shape: [1], data: Float32Array.of(4) }],
    ['classifier.kernel', { shape: [1, 2], data: Float32Array.of(5, -6) }],
    ['classifier.bias', { shape: [2], data: Float32Array.of(7, 8) }],
  ]);
  const ranges = new Map([
    ['stem.quant', [-1, 2] as const],
    [model.logits, [-6, 10] as const],
  ]);
  const soft = softened(model, parameters, ranges, 2);
  expect(Object.fromEntries(soft.ranges)).toEqual({ 'stem.quant': [-1, 2], [model.logits]: [-3, 5] });
  expect(Object.fromEntries(soft.parameters)).toEqual({
    'stem.kernel': parameters.get('stem.kernel'),
    'stem.bias': parameters.get('stem.bias'),
    'classifier.kernel': { shape: [1, 2], data: Float32Array.of(2.5, -3) },
    'classifier.bias': { shape: [2], data: Float32Array.of(3.5, 4) },
  });
});

test('never exceeds a temperature of eight', () => {
  // Every decision is wrong: the flatter the better, without end.
  expect(temperatureOf(Float32Array.of(9, -9), Int8Array.of(0, 1))).toBeCloseTo(8, 4);
});
