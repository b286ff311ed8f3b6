import { describe, expect, test } from 'vitest';
import type { Confusion } from '../../shared/metrics/metrics.ts';
import { histogram, confusionByK } from '../../shared/metrics/thresholds.ts';
import { f1, precision, recall } from '../../shared/metrics/ratios.ts';
import { bestK } from './goals.ts';
import { galleryOf } from './images.ts';
import type { Scored } from './images.ts';
import { groupOf, tuneOrder } from './tuneOrder.ts';

const counts = (tp: number, fp: number, fn: number, tn = 0): Confusion => ({ tp, fp, fn, tn });

test.each([
  [counts(3, 1, 0), 6 / 7, 3 / 4, 1],
  [counts(1, 0, 3), 2 / 5, 1, 1 / 4],
  [counts(0, 2, 1), 0, 0, 0],
  [counts(0, 0, 2), 0, NaN, 0],
  [counts(0, 1, 0), 0, 0, NaN],
])('F1, precision and recall of %j', (own, ...expected) =>
  expect([f1(own, 0), precision(own), recall(own)]).toEqual(expected),
);

/** Labels of four images: scores and truth of each. */
function measured(labels: readonly { codes: readonly number[]; truth: readonly number[] }[]) {
  const histograms = labels.map(({ codes, truth }) => histogram(Uint8Array.from(codes), Int8Array.from(truth), 1, 0));
  return { histograms, tables: histograms.map(confusionByK) };
}
const own = { codes: [200, 150, 100, 50], truth: [1, 0, 1, 0] };
const untuned = { codes: [200, 150, 100, 50], truth: [0, 0, 0, 0] };
const goal = { goal: 'max_f1', min_precision: 0.6, min_recall: 1, smoothing: 0 } as const;

describe('a label is', () => {
  // At 100: tp 2, fp 1. At 160: tp 1, fn 1. At 40: tp 2, fp 2.
  test.each([
    ['good by F1 from .8 on', 100, null, 'meets'],
    ['below it under .8', 160, null, 'below'],
    ['good by precision from its least on', 100, { ...goal, goal: 'precision' as const }, 'meets'],
    ['below its precision', 40, { ...goal, goal: 'precision' as const }, 'below'],
    ['below its precision when nothing is found', 256, { ...goal, goal: 'precision' as const }, 'below'],
    ['good by recall from its least on', 40, { ...goal, goal: 'recall' as const }, 'meets'],
    ['below its recall', 160, { ...goal, goal: 'recall' as const }, 'below'],
    ['good at a cost as by F1', 100, { goal: 'cost' as const, missCost: 5 }, 'meets'],
  ])('%s', (_, k, aim, expected) => expect(groupOf(measured([own]), 0, { k, goal: aim }, goal)).toBe(expected));
  test('not tunable without a positive image', () =>
    expect(groupOf(measured([untuned]), 0, { k: 100, goal: null }, goal)).toBe('untuned'));
});

test('labels are listed by group, the weakest first', () => {
  const ks = [100, 160, 256, 100, 200];
  expect(
    tuneOrder(
      measured([own, own, own, untuned, { codes: [200, 150, 100, 50], truth: [1, 0, 0, 0] }]),
      ks.map((k) => ({ k, goal: null })),
      goal,
    ),
  ).toEqual([
    { kind: 'below', labels: [2, 1] },
    { kind: 'meets', labels: [0, 4] },
    { kind: 'untuned', labels: [3] },
  ]);
});

describe('the best threshold for a cost', () => {
  const table = measured([own]).tables[0]!;
  // A miss at 3: 51..100 costs one false alarm, 101..150 a false alarm and a miss, 151..200 a miss.
  test.each([
    ['a miss costs 3: the middle of 51..100', 3, 76],
    ['a miss costs half: the middle of 151..200', 0.5, 176],
  ])('%s', (_, missCost, expected) =>
    expect(bestK(table, { goal: 'cost', missCost })).toEqual({ k: expected, reached: true }),
  );
  test('is none for a label without a positive image', () =>
    expect(bestK(measured([untuned]).tables[0]!, { goal: 'cost', missCost: 3 })).toBeNull());
});

describe('the error gallery', () => {
  const one = (path: string, q: number, has: boolean): Scored => ({
    path,
    image: 0,
    q,
    has,
    teacher: null,
    student: null,
  });
  const images = [one('a', 250, false), one('b', 200, false), one('c', 150, false), one('d', 20, true)];
  const shown = (k: number, chosen: string | null, most = 2) => {
    const { falseAlarms, missed, isError } = galleryOf(images, k, chosen, most);
    return [falseAlarms.map(({ path }) => path).join(''), missed.map(({ path }) => path).join(''), isError];
  };
  test.each([
    ['lists the surest errors', 100, null, ['ab', 'd', false]],
    ['leaves a chosen error in its place', 100, 'b', ['ab', 'd', true]],
    ['brings a chosen error to the front that would be cut off', 100, 'c', ['ca', 'd', true]],
    ['keeps a chosen image that is no longer a false alarm', 251, 'c', ['c', 'd', false]],
    ['keeps a chosen image that is no longer missed', 10, 'd', ['ab', 'd', false]],
    ['chooses none that the split does not have', 100, 'z', ['ab', 'd', false]],
  ])('%s', (_, k, chosen, expected) => expect(shown(k, chosen)).toEqual(expected));
});
