import { describe, expect, test } from 'vitest';
import type { LabelGoal } from './goal.ts';
import { belowGoal, labelQuality, modelQuality } from './quality.ts';

const f1: LabelGoal = { goal: 'max_f1', min_precision: 0.9, min_recall: 0.9 };
const precision: LabelGoal = { goal: 'precision', min_precision: 0.9, min_recall: 0.1 };
const recall: LabelGoal = { goal: 'recall', min_precision: 0.1, min_recall: 0.6 };
const counts = (tp: number, fp: number, fn: number) => ({ tp, fp, fn, tn: 100 });
const verdict = (goal: LabelGoal, tp: number, fp: number, fn: number) =>
  labelQuality('a', counts(tp, fp, fn), goal).verdict;

describe('a label against its goal', () => {
  // Worked out by hand: F1 = 2 tp / (2 tp + fp + fn).
  test.each([
    [8, 2, 2, 'good'], // 16 / 20 = 0.8
    [79, 20, 21, 'weak'], // 158 / 199 = 0.794
    [4, 6, 6, 'weak'], // 8 / 20 = 0.4
    [39, 60, 61, 'unusable'], // 78 / 199 = 0.392
    [0, 0, 5, 'unusable'],
  ] as const)('best F1: tp %i, fp %i, fn %i is %s', (tp, fp, fn, expected) =>
    expect(verdict(f1, tp, fp, fn)).toBe(expected),
  );

  test.each([
    [9, 1, 90, 'good'], // only the precision counts: 0.9
    [8, 2, 0, 'weak'],
    [4, 6, 0, 'unusable'], // 0.4 is below 0.45
    [0, 0, 3, 'unusable'], // nothing is predicted, so precision is undefined
    [0, 4, 3, 'unusable'],
  ] as const)('precision 0.9: tp %i, fp %i, fn %i is %s', (tp, fp, fn, expected) =>
    expect(verdict(precision, tp, fp, fn)).toBe(expected),
  );

  test.each([
    [6, 900, 4, 'good'],
    [5, 0, 5, 'weak'],
    [3, 0, 7, 'weak'], // exactly half of 0.6
    [29, 0, 71, 'unusable'],
  ] as const)('recall 0.6: tp %i, fp %i, fn %i is %s', (tp, fp, fn, expected) =>
    expect(verdict(recall, tp, fp, fn)).toBe(expected),
  );

  test('cost: F-beta weighs a miss like missCost false alarms; with 1 it is F1', () => {
    const cost = (missCost: number) => labelQuality('a', counts(9, 6, 1), { goal: 'cost', missCost }).value;
    expect(cost(1)).toBeCloseTo(18 / 25, 12);
    // beta = 2: scikit-learn's fbeta_score gives 5 * 9 / (5 * 9 + 4 * 1 + 6) = 0.81818.
    expect(cost(4)).toBeCloseTo(0.8181818181, 9);
    expect(labelQuality('a', counts(9, 6, 1), { goal: 'cost', missCost: 4 }).verdict).toBe('good');
    expect(labelQuality('a', counts(9, 6, 1), { goal: 'cost', missCost: 1 }).verdict).toBe('weak');
  });

  test('finding nothing does not meet a goal of 0', () =>
    expect(verdict({ ...recall, min_recall: 0 }, 0, 0, 3)).toBe('unusable'));

  test('without a positive image a label is not measured, whatever is predicted', () =>
    expect(labelQuality('a', counts(0, 7, 0), f1)).toEqual({
      label: 'a',
      verdict: null,
      measure: 'f1',
      minimum: 0.8,
      value: null,
    }));
});

describe('a model', () => {
  const labels = (good: number, weak: number, unusable: number, notMeasured = 0) => [
    ...Array.from({ length: good }, (_, i) => labelQuality(`good ${i}`, counts(10, 0, 0), f1)),
    ...Array.from({ length: weak }, (_, i) => labelQuality(`weak ${i}`, counts(5, 5, 5 + i), f1)),
    ...Array.from({ length: unusable }, (_, i) => labelQuality(`bad ${i}`, counts(0, 1, 9), f1)),
    ...Array.from({ length: notMeasured }, (_, i) => labelQuality(`none ${i}`, counts(0, 1, 0), f1)),
  ];
  test.each([
    [8, 0, 0, 0, 'good'],
    [9, 1, 0, 0, 'good'], // 9 of 10
    [8, 1, 0, 0, 'weak'], // 8 of 9 is below 0.9
    [19, 0, 1, 0, 'weak'], // one unusable label is too many
    [3, 5, 0, 0, 'weak'],
    [1, 0, 1, 0, 'unusable'], // half of them
    [2, 1, 2, 0, 'weak'],
    [9, 1, 0, 50, 'good'], // labels that are not measured do not count
    [0, 0, 0, 3, null],
  ] as const)('%i good, %i weak, %i unusable, %i not measured: %s', (good, weak, unusable, none, expected) =>
    expect(modelQuality(labels(good, weak, unusable, none)).verdict).toBe(expected),
  );

  test('lists the labels below their goal, farthest first', () =>
    expect(belowGoal(labels(1, 2, 1, 1)).map(({ label }) => label)).toEqual(['bad 0', 'weak 1', 'weak 0']));
});
