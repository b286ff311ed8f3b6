import { expect, test } from 'vitest';
import { f1, precision, recall } from './ratios.ts';

test.each([
  [{ tp: 3, fp: 1, fn: 2 }, 3 / 4, 3 / 5, 6 / 9],
  [{ tp: 0, fp: 2, fn: 4 }, 0, 0, 0],
  [{ tp: 0, fp: 2, fn: 0 }, 0, NaN, 0],
  [{ tp: 0, fp: 0, fn: 4 }, NaN, 0, 0],
  [{ tp: 0, fp: 0, fn: 0 }, NaN, NaN, NaN],
])('%j: 0/0 is undefined', (counts, ...expected) => {
  expect([precision(counts), recall(counts), f1(counts)]).toEqual(expected);
});

test('the caller may name what stands in for 0/0', () => {
  const none = { tp: 0, fp: 0, fn: 0 };
  expect([precision(none, 1), recall(none, 0), f1(none, 0)]).toEqual([1, 0, 0]);
});
