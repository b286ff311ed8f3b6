import { expect, test } from 'vitest';
import type { Range } from '../engine/engine.ts';
import { GraphBuilder } from '../graph/builder.ts';
import { insertFakeQuant } from '../graph/insertFakeQuant.ts';
import { widenedForAdds } from './addRanges.ts';

/** Three convolutions in a row; the first sum is of the first two, the second one of it and the third. */
const graph = new GraphBuilder();
const conv = (name: string, input: string): string =>
  graph.conv2d(name, input, { filters: 3, kernelSize: 1, stride: 1, bias: true });
const a = conv('a', graph.input(1));
const b = conv('b', a);
const inner = graph.addTensors('inner', a, b);
const outer = graph.addTensors('outer', inner, conv('c', inner));
graph.dense('classifier', graph.globalAveragePool('pooled', outer, false), 1);
const model = insertFakeQuant(graph.build('sums'));

const roomy = (ranges: Readonly<Record<string, Range>>): unknown =>
  Object.fromEntries(widenedForAdds(model, new Map(Object.entries(ranges))));

// A summand is at least 1/512 as wide as its sum: where the outer sum is 8 wide, that is 1/64.
test.each<[string, Record<string, Range>, Record<string, Range>]>([
  ['wide enough, all stay as they are', { outer: [-2, 6], inner: [0, 4], c: [-1, 1 / 64 - 1] }, {}],
  ['just wide enough too', { outer: [-2, 6], inner: [0, 4], c: [0, 1 / 64] }, {}],
  [
    'narrow, it keeps its proportions',
    { outer: [-2, 6], inner: [0, 4], c: [-1 / 512, 3 / 512] },
    { c: [-1 / 256, 3 / 256] },
  ],
  ['of zeros, it lies around 0', { outer: [-2, 6], inner: [0, 4], c: [0, 0] }, { c: [-1 / 128, 1 / 128] }],
  // 0 is in every range: [1, 3] is 3 wide, [-5, -4] is 5 wide.
  ['beside 0, it is counted from 0', { outer: [256, 1536], inner: [0, 9], c: [1, 3] }, {}],
  ['below 0 as well', { outer: [-2560, -7], inner: [0, 9], c: [-5, -4] }, {}],
  ['narrow beside 0', { outer: [256, 1536], inner: [0, 9], c: [0.5, 1.5] }, { c: [1, 3] }],
  // The inner sum grows to 1, and its own summand to 1/512 with it.
  [
    'itself a sum, its summands follow',
    { outer: [0, 512], inner: [0, 0.5], c: [0, 9], a: [0, 9], b: [0, 1 / 1024] },
    { inner: [0, 1], b: [0, 1 / 512] },
  ],
])('a summand, %s', (_, ranges, widened) => {
  const named = (own: Record<string, Range>): Record<string, Range> =>
    Object.fromEntries(Object.entries(own).map(([name, range]) => [`${name}.quant`, range]));
  expect(roomy(named(ranges))).toEqual(named({ ...ranges, ...widened }));
});

test('summands and sums without a range stay as they are, and so do the given ranges', () => {
  expect(roomy({ 'outer.quant': [0, 512] })).toEqual({ 'outer.quant': [0, 512] });
  expect(roomy({ 'c.quant': [0, 0] })).toEqual({ 'c.quant': [0, 0] });
  const given = new Map<string, Range>([
    ['outer.quant', [0, 512]],
    ['c.quant', [0, 0]],
  ]);
  widenedForAdds(model, given);
  expect(given.get('c.quant')).toEqual([0, 0]);
});
