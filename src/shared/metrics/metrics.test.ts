import { describe, expect, test } from 'vitest';
import { goldenJson, loadGolden } from '../../../tests/golden/golden.ts';
import { averagePrecision, decisionMetrics, macroAveragePrecision, noLabelRate, rocAuc } from './metrics.ts';

type Averages = Record<string, number | (number | null)[]>;
interface Manifest {
  averagePrecision: { perClass: number[]; macroOverClassesWithPositives: number };
  rocAuc: { perClass: (number | null)[] };
  thresholded: ({ threshold: number; confusion_tn_fp_fn_tp: number[][] } & Record<
    'zero_division_0' | 'zero_division_1' | 'zero_division_nan',
    Averages
  >)[];
}

/** scikit-learn's averages over the classes with a positive (`labels`); 'hand' and 'grid' have a class without one. */
type MeasuredAverages = Record<'macro' | 'micro', (number | null)[]>;
const measuredGolden =
  goldenJson<
    Record<
      string,
      ({ threshold: number } & Record<'zero_division_0' | 'zero_division_1' | 'zero_division_nan', MeasuredAverages>)[]
    >
  >('metrics/measured');

/** The golden values are scikit-learn's, in float64. */
const close = (found: number, expected: number | null): void => {
  if (expected === null) expect(found).toBeNaN();
  else expect(Math.abs(found - expected)).toBeLessThan(1e-9);
};

describe.each(['hand', 'grid', 'free'])('metrics of scikit-learn, on %s', (name) => {
  const golden = loadGolden<Manifest>(`metrics/${name}`);
  const classes = golden.array('labels').shape[1]!;
  const labels = Int8Array.from(golden.bytes('labels'));
  const scores = golden.floats('scores');
  const column = <T extends ArrayLike<number>>(matrix: T, c: number): number[] =>
    Array.from({ length: matrix.length / classes }, (_, n) => matrix[n * classes + c]!);

  test('average precision, and its mean over the classes with positives', () => {
    const { macroAp, perClass, leftOut } = macroAveragePrecision(labels, scores, classes);
    const { perClass: expected, macroOverClassesWithPositives } = golden.manifest.averagePrecision;
    const supports = expected.map((_, c) => column(labels, c).reduce((a, b) => a + b, 0));
    // scikit-learn counts a class without positives as 0; here it is undefined and does not count.
    perClass.forEach((ap, c) => close(ap, supports[c] === 0 ? null : expected[c]!));
    close(macroAp, macroOverClassesWithPositives);
    expect(leftOut).toBe(supports.filter((support) => support === 0).length);
  });

  test('area under the ROC curve', () => {
    golden.manifest.rocAuc.perClass.forEach((expected, c) =>
      close(rocAuc(column(labels, c), column(scores, c)), expected),
    );
  });

  const divisions = [
    ['zero_division_0', 0],
    ['zero_division_1', 1],
    ['zero_division_nan', NaN],
  ] as const;
  describe.each(golden.manifest.thresholded)('at $threshold', (at) => {
    const predicted = Uint8Array.from(scores, (score) => (score >= at.threshold ? 1 : 0));
    test.each(divisions)('precision, recall and F1 with %s', (key, zeroDivision) => {
      const found = decisionMetrics(labels, predicted, classes, zeroDivision);
      const expected = at[key];
      const averages = measuredGolden[name]!.find(({ threshold }) => threshold === at.threshold)![key];
      averages.macro.forEach((figure, i) =>
        close([found.macroPrecision, found.macroRecall, found.macroF1][i]!, figure),
      );
      averages.micro.forEach((figure, i) =>
        close([found.microPrecision, found.microRecall, found.microF1][i]!, figure),
      );
      found.perClass.forEach((own, c) => {
        for (const name of ['precision', 'recall', 'f1', 'support'] as const)
          close(own[name], (expected[`${name}_class`] as (number | null)[])[c]!);
      });
    });

    test('confusion counts', () => {
      const { perClass } = decisionMetrics(labels, predicted, classes);
      expect(perClass.map(({ confusion: { tn, fp, fn, tp } }) => [tn, fp, fn, tp])).toEqual(at.confusion_tn_fp_fn_tp);
    });
  });
});

describe('unknown labels', () => {
  const labels = Int8Array.of(1, -1, 0, 1, 0, -1);
  const without = Int8Array.of(1, 0, 1, 0);

  test('are ignored', () => {
    const scores = [0.9, 0.1, 0.3, 0.4, 0.5, 0.99];
    expect(averagePrecision(labels, scores)).toBe(averagePrecision(without, [0.9, 0.3, 0.4, 0.5]));
    expect(rocAuc(labels, scores)).toBe(rocAuc(without, [0.9, 0.3, 0.4, 0.5]));
    expect(
      decisionMetrics(
        labels,
        scores.map((score) => (score >= 0.5 ? 1 : 0)),
        1,
      ).perClass[0]!.confusion,
    ).toEqual({ tn: 1, fp: 1, fn: 1, tp: 1 });
  });
});

test('the no-label rate is the share of rows without a decision', () => {
  expect(noLabelRate([0, 0, 1, 0, 0, 0, 0, 1], 2)).toBe(0.5);
});

describe('scores that are not numbers', () => {
  // scikit-learn refuses them (ValueError: Input contains NaN); here the figure is undefined.
  const labels = [1, 0, 1, 0];
  for (const scores of [
    [NaN, 0.2, 0.6, 0.1],
    [NaN, NaN, NaN, NaN],
    [0.9, 0.2, 0.6, NaN],
  ])
    test(`${scores.join()} give no average precision and no area`, () => {
      expect(averagePrecision(labels, scores)).toBeNaN();
      expect(rocAuc(labels, scores)).toBeNaN();
    });

  test('infinities rank like any other score', () => {
    expect(averagePrecision(labels, [Infinity, 0, Infinity, -Infinity])).toBe(1);
    expect(rocAuc(labels, [Infinity, 0, Infinity, -Infinity])).toBe(1);
  });

  test('a NaN of an unknown label is ignored', () => {
    expect(averagePrecision([1, 0, -1], [0.9, 0.1, NaN])).toBe(1);
  });

  test('one such class makes the mean undefined; a class without positives is left out', () => {
    const matrix = Int8Array.from([1, 0, 1, 0, 0, 0]); // [2 images, 3 classes]: the second class has no positive
    expect(macroAveragePrecision(matrix, [0.9, 0.1, 0.8, 0.2, 0.3, 0.1], 3)).toEqual({
      macroAp: 1,
      perClass: [1, NaN, 1],
      leftOut: 1,
    });
    expect(macroAveragePrecision(matrix, [0.9, 0.1, NaN, 0.2, 0.3, 0.1], 3)).toMatchObject({
      macroAp: NaN,
      leftOut: 1,
    });
    expect(macroAveragePrecision(matrix, [0.9, NaN, 0.8, 0.2, 0.3, 0.1], 3).macroAp).toBe(1);
  });
});

test('when no image has a label, no class is measured and every average is undefined', () => {
  const { macroF1, microF1, microPrecision, perClass } = decisionMetrics(Int8Array.of(0, 0, 0, 0), [1, 0, 1, 0], 2);
  expect([macroF1, microF1, microPrecision]).toEqual([NaN, NaN, NaN]);
  expect(perClass.map(({ confusion: { fp } }) => fp)).toEqual([2, 0]);
});

describe('where there is nothing to count', () => {
  test('no label is known: nothing can be ranked', () => {
    for (const labels of [[], [-1, -1]]) {
      expect(averagePrecision(labels, [0.3, 0.6])).toBeNaN();
      expect(rocAuc(labels, [0.3, 0.6])).toBeNaN();
    }
    expect(rocAuc([1, 1], [0.3, 0.6])).toBeNaN();
    expect(rocAuc([0, 0], [0.3, 0.6])).toBeNaN();
  });

  test('no class has a positive: there is no mean, and all are left out', () => {
    expect(macroAveragePrecision(Int8Array.of(0, 0, -1, 0), [0.1, 0.2, 0.3, 0.4], 2)).toEqual({
      macroAp: NaN,
      perClass: [NaN, NaN],
      leftOut: 2,
    });
  });

  test('nothing is predicted: precision is what 0 / 0 shall count, in both averages', () => {
    for (const zero of [0, 1, NaN] as const) {
      const { microPrecision, macroPrecision, microRecall } = decisionMetrics(
        Int8Array.of(1, 0, 1, 1),
        [0, 0, 0, 0],
        2,
        zero,
      );
      expect([microPrecision, macroPrecision, microRecall]).toEqual([zero, zero, 0]);
    }
  });

  test('no image has no label', () => expect(noLabelRate([], 3)).toBe(0));
});
