import { describe, expect, test } from 'vitest';
import { averagePrecision, classMetrics } from '../../shared/metrics/metrics.ts';
import { confusionByK, histogram } from '../../shared/metrics/thresholds.ts';
import { compareRuns } from '../compare/differences.ts';
import { confusionsBetween, flips, mistakes, scored, togetherCounts } from './images.ts';
import { bestK } from './goals.ts';
import type { Counted } from './scores.ts';

const codes = Uint8Array.of(10, 90, 200, 120, 60, 250);
const labels = Int8Array.of(0, 1, 1, 0, 1, -1);
const counted = (): Counted => {
  const histograms = [histogram(codes, labels, 1, 0)];
  return {
    paths: ['a', 'b', 'c', 'd', 'e', 'f'],
    bytes: { codes, labels, teacher: null, student: null },
    histograms,
    tables: histograms.map(confusionByK),
  };
};

describe('images at a threshold', () => {
  const images = scored(counted(), 1, 0);
  test('leave unknown labels out', () => expect(images.map(({ path }) => path)).toEqual(['a', 'b', 'c', 'd', 'e']));
  test('false alarms and misses, the most confident first', () => {
    expect(mistakes(images, 100)).toMatchObject({
      falseAlarms: [{ path: 'd' }],
      missed: [{ path: 'e' }, { path: 'b' }],
    });
  });
  test('what flips when the threshold moves down, and back', () => {
    expect(flips(images, 150, 80)).toMatchObject({
      found: [{ path: 'b' }],
      alarms: [{ path: 'd' }],
      lost: [],
      cleared: [],
    });
    expect(flips(images, 80, 150)).toMatchObject({
      found: [],
      alarms: [],
      lost: [{ path: 'b' }],
      cleared: [{ path: 'd' }],
    });
    expect(flips(images, 80, 80)).toEqual({ found: [], alarms: [], lost: [], cleared: [] });
  });
});

test('confusions: false alarms by what is there instead, misses on the diagonal', () => {
  const two = {
    paths: ['a', 'b', 'c'],
    bytes: {
      codes: Uint8Array.of(200, 10, 200, 200, 10, 200),
      labels: Int8Array.of(1, 1, 0, 1, 0, -1),
      teacher: null,
      student: null,
    },
    histograms: [],
    tables: [],
  };
  expect(confusionsBetween(two, 2, [100, 100])).toEqual([
    [0, 1],
    [0, 1],
  ]);
});

test('labels said together against those that are: unknown ones count for neither', () => {
  const split = {
    paths: ['a', 'b', 'c'],
    bytes: {
      codes: Uint8Array.of(200, 200, 200, 10, 200, 200),
      labels: Int8Array.of(1, 0, 1, 1, 1, -1),
      teacher: null,
      student: null,
    },
    histograms: [],
    tables: [],
  };
  expect(togetherCounts(split, 2, [100, 100])).toEqual({
    truth: [
      [0, 1],
      [1, 0],
    ],
    said: [
      [0, 1],
      [1, 0],
    ],
  });
  expect(togetherCounts(split, 2, [100, 201]).said).toEqual([
    [0, 0],
    [0, 0],
  ]);
});

describe('a goal by cost', () => {
  const [table] = counted().tables;
  test('dear misses pull the threshold down, dear false alarms push it up', () => {
    const cheap = bestK(table!, { goal: 'cost', missCost: 0.1 })!.k;
    const dear = bestK(table!, { goal: 'cost', missCost: 10 })!.k;
    expect(table![dear]!.fn).toBe(0);
    expect(table![cheap]!.fp).toBe(0);
    expect(dear).toBeLessThan(cheap);
  });
  test('a label without positives has no best threshold', () =>
    expect(
      bestK(confusionByK(histogram(Uint8Array.of(1, 2), Int8Array.of(0, 0), 1, 0)), { goal: 'cost', missCost: 1 }),
    ).toBeNull());
});

describe('two runs on the same images', () => {
  const truth = Int8Array.from({ length: 200 }, (_, i) => (i % 4 === 0 ? 1 : 0));
  const good = {
    codes: Uint8Array.from(truth, (label, i) => (label === 1 ? 150 + (i % 100) : i % 160)),
    labels: truth,
    thresholds: [150],
  };
  const bad = { codes: Uint8Array.from(truth, (_, i) => (i * 37) % 256), labels: truth, thresholds: [128] };
  test('the change is that of average precision, and a clear one is called so', () => {
    const {
      labels: [row],
      macro,
    } = compareRuns(['x'], bad, good, 'ap', 300);
    expect(row!.to - row!.from).toBeCloseTo(
      averagePrecision(truth, good.codes) - averagePrecision(truth, bad.codes),
      12,
    );
    expect(macro.clear).toBe(true);
    expect(macro.low).toBeGreaterThan(0);
  });
  test("F1 is measured at each run's own thresholds", () => {
    const {
      labels: [row],
    } = compareRuns(['x'], bad, good, 'f1', 100);
    const f1At = (codes: Uint8Array, k: number): number =>
      classMetrics(confusionByK(histogram(codes, truth, 1, 0))[k]!).f1;
    expect([row!.from, row!.to]).toEqual([f1At(bad.codes, 128), f1At(good.codes, 150)]);
  });
  test('a run against itself is within chance', () => {
    const { macro } = compareRuns(['x'], good, good, 'ap', 100);
    expect(macro).toMatchObject({ change: 0, low: 0, high: 0, clear: false });
  });
});
