import { describe, expect, test } from 'vitest';
import { loadGolden } from '../../../tests/golden/golden.ts';
import { decisionMetrics } from './metrics.ts';
import { decide, NEVER, searchThresholds } from './thresholds.ts';

const maxF1 = { goal: 'max_f1', min_precision: 0.9, min_recall: 0.9, smoothing: 0 } as const;
const single = (
  codes: number[],
  labels: number[],
  config: Parameters<typeof searchThresholds>[3] = maxF1,
): ReturnType<typeof searchThresholds> => searchThresholds(Uint8Array.from(codes), Int8Array.from(labels), 1, config);

describe('against an exhaustive search with scikit-learn', () => {
  interface Manifest {
    thresholdSearch: {
      globalMacroF1: { f1: number };
      perClassMacroF1: number;
      perClass: { f1: number; tiedK: [number, number] }[];
    };
  }
  test.each(['hand', 'grid'])('the best F1 of every class and of all: %s', (name) => {
    const golden = loadGolden<Manifest>(`metrics/${name}`);
    const classes = golden.array('labels').shape[1]!;
    const labels = Int8Array.from(golden.bytes('labels'));
    const codes = Uint8Array.from(golden.floats('scores'), (score) => Math.round(score * 256));
    const { perClass, globalK } = searchThresholds(codes, labels, classes, maxF1);
    const { thresholdSearch } = golden.manifest;
    thresholdSearch.perClass.forEach(({ f1, tiedK: [low, high] }, c) => {
      const { k, valF1, tuned } = perClass[c]!;
      if (!tuned) return; // a class without positives takes the global threshold
      expect(valF1).toBeCloseTo(f1, 9);
      expect(k).toBeGreaterThanOrEqual(low === 1 ? 0 : low);
      expect(k).toBeLessThanOrEqual(high === 255 ? NEVER : high);
    });
    // scikit-learn's search counts classes without positives as 0 for each k, so its best k is the same.
    const at = decisionMetrics(labels, decide(codes, new Array<number>(classes).fill(globalK)), classes);
    // Its mean includes them; here they are not measured.
    const measured = perClass.filter(({ valPositives }) => valPositives > 0).length;
    expect(at.macroF1).toBeCloseTo((thresholdSearch.globalMacroF1.f1 * classes) / measured, 9);
  });
});

describe('a threshold', () => {
  test('is the middle of its plateau between attained codes', () => {
    expect(single([10, 20, 200, 220], [0, 0, 1, 1]).perClass[0]!.k).toBe(111); // 21..200: 110.5, toward 128
    expect(single([10, 60, 200, 220], [0, 0, 1, 1]).perClass[0]!.k).toBe(130); // 61..200: 130.5, toward 128
    expect(single([10, 20, 201, 220], [0, 0, 1, 1]).perClass[0]!.k).toBe(111);
    expect(single([30, 30, 100, 101], [1, 1, 1, 1]).perClass[0]!.k).toBe(15);
  });

  test('is on the plateau nearer to 128 when two are equally good', () => {
    // Above 20: 2 of 2 positives with 2 false ones (F1 2/3); above 240: 1 of 2 with none (F1 2/3).
    expect(single([21, 100, 100, 250], [1, 0, 0, 1]).perClass[0]!.k).toBe(175);
  });

  test('is never on a border where equal F1 comes from different decisions', () => {
    // 101..150: 1 of 2 positives and no false one. 21..100: both and two false ones. F1 is 2/3 on either side of 100.
    expect(single([150, 100, 100, 100, 20], [1, 1, 0, 0, 0]).perClass[0]!.k).toBe(126);
  });

  test('ignores unknown labels', () => {
    expect(single([10, 20, 120, 200, 220], [0, 0, -1, 1, 1]).perClass[0]!.k).toBe(111);
  });

  test('of a class without validation positives is the global one and is marked as not tuned', () => {
    const { perClass, globalK } = searchThresholds(Uint8Array.of(10, 7, 200, 9), Int8Array.of(0, 0, 1, 0), 2, maxF1);
    expect(perClass[1]).toMatchObject({ k: globalK, rawK: null, tuned: false, valPositives: 0 });
    expect(globalK).toBe(106);
  });
});

describe('goals', () => {
  const codes = [250, 240, 230, 220, 210, 200, 190, 180];
  const labels = [1, 1, 0, 1, 0, 1, 0, 0];
  test('precision: the best recall that keeps it', () => {
    const result = single(codes, labels, { ...maxF1, goal: 'precision', min_precision: 0.75 }).perClass[0]!;
    expect(result).toMatchObject({ goalReached: true, valPrecision: 0.75, valRecall: 0.75 });
    expect(result.k).toBe(215);
  });

  test('recall: the best precision that keeps it', () => {
    const result = single(codes, labels, { ...maxF1, goal: 'recall', min_recall: 0.5 }).perClass[0]!;
    expect(result).toMatchObject({ goalReached: true, valPrecision: 1, valRecall: 0.5 });
  });

  test('a precision that no threshold reaches is reported, and the best F1 is used instead', () => {
    const result = single([100, 200], [1, 0], { ...maxF1, goal: 'precision', min_precision: 0.9 }).perClass[0]!;
    expect(result.goalReached).toBe(false);
    expect(result.valF1).toBeCloseTo(2 / 3, 9);
  });

  test('smoothing that breaks the goal is undone', () => {
    // Class 0 needs a high threshold; class 1, with many images, pulls the global threshold far down.
    const n = 40;
    const two = new Uint8Array(2 * n);
    const truth = new Int8Array(2 * n);
    for (let i = 0; i < n; i++) {
      two[2 * i] = i < 2 ? 240 : i < 6 ? 200 : 5;
      truth[2 * i] = i < 2 ? 1 : 0;
      two[2 * i + 1] = i % 2 === 0 ? 60 : 5;
      truth[2 * i + 1] = i % 2 === 0 ? 1 : 0;
    }
    const shrunk = searchThresholds(two, truth, 2, { ...maxF1, smoothing: 50 });
    const kept = searchThresholds(two, truth, 2, { ...maxF1, goal: 'precision', min_precision: 1, smoothing: 50 });
    expect(shrunk.perClass[0]!.k).toBeLessThan(200);
    expect(kept.perClass[0]).toMatchObject({ k: kept.perClass[0]!.rawK, valPrecision: 1 });
  });

  test('smoothing gives the weighted mean of class and global threshold', () => {
    const [codesOfTwo, truth] = [Uint8Array.of(10, 250, 20, 5, 60, 5, 80, 5), Int8Array.of(0, 1, 0, 0, 1, 0, 1, 0)];
    const raw = searchThresholds(codesOfTwo, truth, 2, maxF1);
    const smooth = searchThresholds(codesOfTwo, truth, 2, { ...maxF1, smoothing: 3 });
    smooth.perClass.forEach(({ k, valPositives }, c) =>
      expect(k).toBe(Math.round((valPositives * raw.perClass[c]!.k + 3 * raw.globalK) / (valPositives + 3))),
    );
  });
});
