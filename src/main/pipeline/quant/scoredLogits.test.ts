import { expect, test } from 'vitest';
import { GraphBuilder } from '../graph/builder.ts';
import type { Parameters } from '../graph/graph.ts';
import { insertFakeQuant } from '../graph/insertFakeQuant.ts';
import { logisticTable } from './integerReference.ts';
import { toIntegerModel } from './toIntegerModel.ts';

/** The logits' quantization in a one-label network with this range of logits, and the score code of each logit code. */
function scoresOf(min: number, max: number): { scale: number; zeroPoint: number; codes: number[] } {
  const graph = new GraphBuilder();
  const pixels = graph.normalize(graph.input(1), [127, 127, 127], [128, 128, 128]);
  const gray = graph.conv2d('gray', pixels, { filters: 1, kernelSize: 1, stride: 1, bias: true });
  graph.dense('classifier', graph.globalAveragePool('pooled', gray, false), 1);
  const model = insertFakeQuant(graph.build('gray'));
  const ones = (...shape: number[]) => ({ shape, data: new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(1) });
  const parameters: Parameters = new Map([
    ['gray.kernel', ones(1, 1, 3, 1)],
    ['gray.bias', ones(1)],
    ['classifier.kernel', ones(1, 1)],
    ['classifier.bias', ones(1)],
  ]);
  const ranges = new Map([
    ['gray.quant', [-3, 3] as const],
    ['pooled.quant', [-3, 3] as const],
    [model.logits, [min, max] as const],
  ]);
  const integer = toIntegerModel(model, parameters, ranges);
  const logits = integer.tensors.find(({ name }) => name === model.logits)!;
  return { ...logits, codes: Array.from(logisticTable(logits), (code) => code + 128) };
}

/** LOGISTIC of a logit in float: 256 * sigmoid, rounded, at most 255. */
const exactCode = (logit: number): number => Math.min(255, Math.round(256 / (1 + Math.exp(-logit))));

test.each([
  ['far to both sides', -33, 23],
  ['far below zero', -90, 2],
  ['far above zero', -1, 40],
])('logits that reach %s score like float ones, within two codes', (_, min, max) => {
  const { scale, zeroPoint, codes } = scoresOf(min, max);
  const logits = Array.from({ length: Math.round((max - min) * 100) }, (_, i) => min + i / 100);
  const far = logits.filter((logit) => {
    const code = Math.min(127, Math.max(-128, Math.round(logit / scale) + zeroPoint));
    // Half a step of 11.5 / 255 where the sigmoid is steepest, 64 codes per unit, is 1.4 codes; rounding adds 0.5.
    return Math.abs(codes[code + 128]! - exactCode(logit)) > 2;
  });
  expect(far).toEqual([]);
});

test('the ends of the range keep the scores 0 and 255', () => {
  const { codes } = scoresOf(-33, 23);
  expect([codes[0], codes[255]]).toEqual([0, 255]);
});

test.each([
  [-2, 1.5],
  [-6, 5],
])('a range without equal scores, %f to %f, is not changed', (min, max) => {
  expect(scoresOf(min, max).scale).toBe(Math.fround((max - min) / 255));
});

test('logits that all score 0 or 255 still have a range that includes 0', () => {
  for (const [min, max] of [
    [8, 30],
    [-30, -8],
  ] as const) {
    const { scale, codes } = scoresOf(min, max);
    expect(scale).toBeGreaterThan(0);
    expect(codes.at(min > 0 ? -1 : 0)).toBe(min > 0 ? 255 : 0);
  }
});
