import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Goal } from './thresholds.ts';
import { confusionByK, decide, histogram, NEVER, searchThresholds } from './thresholds.ts';

/* The search by its definition: tries every k on every image and compares fractions exactly. */

interface Fraction {
  readonly over: bigint;
  readonly under: bigint;
}
interface Image {
  readonly code: number;
  readonly label: number;
}

const fraction = (over: number, under: number): Fraction =>
  under === 0 ? { over: 0n, under: 1n } : { over: BigInt(over), under: BigInt(under) };
const isLess = (a: Fraction, b: Fraction): boolean => a.over * b.under < b.over * a.under;
const isEqual = (a: Fraction, b: Fraction): boolean => a.over * b.under === b.over * a.under;

function figuresAt(images: readonly Image[], k: number) {
  const count = (label: number, present: boolean): number =>
    images.filter((image) => image.label === label && image.code >= k === present).length;
  const [tp, fn, fp] = [count(1, true), count(1, false), count(0, true)];
  return {
    precision: fraction(tp, tp + fp),
    recall: fraction(tp, tp + fn),
    f1: fraction(2 * tp, 2 * tp + fp + fn),
    decisions: images.map(({ code, label }) => (label < 0 ? '' : Number(code >= k))).join(),
  };
}

/** Groups all k with the best figure by their decisions and returns the middle that is nearest to 128. */
function expectedK(images: readonly Image[], goal: Goal['goal'], minimum: Fraction): { k: number; reached: boolean } {
  const all = Array.from({ length: NEVER + 1 }, (_, k) => ({ k, ...figuresAt(images, k) }));
  const keeping = all.filter(
    (at) =>
      (goal === 'precision' && at.precision.over > 0n && !isLess(at.precision, minimum)) ||
      (goal === 'recall' && !isLess(at.recall, minimum)),
  );
  const reached = goal === 'max_f1' || keeping.length > 0;
  const candidates = goal === 'max_f1' || keeping.length === 0 ? all : keeping;
  const figure = !reached || goal === 'max_f1' ? 'f1' : goal === 'precision' ? 'recall' : 'precision';
  const best = candidates.reduce((a, b) => (isLess(a[figure], b[figure]) ? b : a))[figure];
  const groups = Object.values(
    Object.groupBy(
      candidates.filter((at) => isEqual(at[figure], best)),
      ({ decisions }) => decisions,
    ),
  ).map((group) => (group![0]!.k + group!.at(-1)!.k) / 2);
  const middles = groups.map((middle) => (middle < 128 ? Math.ceil(middle) : Math.floor(middle)));
  const distance = Math.min(...middles.map((middle) => Math.abs(middle - 128)));
  return { k: Math.min(...middles.filter((middle) => Math.abs(middle - 128) === distance)), reached };
}

const images = fc
  .array(
    fc.record({
      code: fc.oneof(fc.constantFrom(0, 100, 127, 128, 129, 156, 255), fc.integer({ min: 0, max: 255 })),
      label: fc.constantFrom(-1, 0, 0, 1),
    }),
    { minLength: 1, maxLength: 8 },
  )
  .filter((some) => some.some(({ label }) => label === 1));

const search = (some: readonly Image[], goal: Goal, smoothing = 0): ReturnType<typeof searchThresholds> =>
  searchThresholds(
    Uint8Array.from(some, ({ code }) => code),
    Int8Array.from(some, ({ label }) => label),
    1,
    { ...goal, smoothing },
  );

describe('a search by the definition, with exact fractions, finds the same threshold', () => {
  test.each([
    ['max_f1', 1, 2],
    ['precision', 3, 4],
    ['recall', 1, 2],
  ] as const)('%s', (goal, over, under) => {
    const minimum = fraction(over, under);
    fc.assert(
      fc.property(images, (some) => {
        const share = over / under;
        const other = 1; // the other minimum must have no effect
        const found = search(some, {
          goal,
          min_precision: goal === 'precision' ? share : other,
          min_recall: goal === 'recall' ? share : other,
        });
        const { k, reached } = expectedK(some, goal, minimum);
        expect(found.perClass[0]).toMatchObject({ k, rawK: k, tuned: true, goalReached: reached });
        const at = figuresAt(some, k);
        for (const [key, { over: top, under: bottom }] of [
          ['valPrecision', at.precision],
          ['valRecall', at.recall],
          ['valF1', at.f1],
        ] as const)
          expect(found.perClass[0]![key]).toBeCloseTo(Number(top) / Number(bottom), 12);
        expect(found.perClass[0]!.valPositives).toBe(some.filter(({ label }) => label === 1).length);
      }),
      { seed: 1, numRuns: 60 },
    );
  });
});

const maxF1 = { goal: 'max_f1', min_precision: 0.9, min_recall: 0.9 } as const;

describe('worked out by hand', () => {
  const codes = Uint8Array.of(3, 200, 255, 3, 0, 7);
  const labels = Int8Array.of(1, 0, 0, 1, -1, 1); // [3 images, 2 classes]

  test('a histogram counts the codes of its class alone and ignores unknown labels', () => {
    const { negatives, positives, totalNegatives, totalPositives } = histogram(codes, labels, 2, 0);
    expect([...negatives].flatMap((count, q) => (count > 0 ? [[q, count]] : []))).toEqual([[255, 1]]);
    expect([...positives].flatMap((count, q) => (count > 0 ? [[q, count]] : []))).toEqual([[3, 1]]);
    expect([totalNegatives, totalPositives]).toEqual([1, 1]);
  });

  test('the counts at each k, from always present to never', () => {
    const table = confusionByK(histogram(codes, labels, 2, 1)); // codes 200 absent, 3 and 7 present
    expect(table).toHaveLength(257);
    expect(table[0]).toEqual({ tp: 2, fp: 1, fn: 0, tn: 0 });
    expect(table[3]).toEqual({ tp: 2, fp: 1, fn: 0, tn: 0 });
    expect(table[4]).toEqual({ tp: 1, fp: 1, fn: 1, tn: 0 });
    expect(table[8]).toEqual({ tp: 0, fp: 1, fn: 2, tn: 0 });
    expect(table[200]).toEqual({ tp: 0, fp: 1, fn: 2, tn: 0 });
    expect(table[201]).toEqual({ tp: 0, fp: 0, fn: 2, tn: 1 });
    expect(table[256]).toEqual({ tp: 0, fp: 0, fn: 2, tn: 1 });
  });

  test('of two middles equally far from 128 the lower one is taken', () => {
    const some: Image[] = [
      { code: 206, label: 1 }, // 151..206: middle 178
      { code: 150, label: 0 },
      { code: 150, label: 0 }, // 106..150: F1 1/2
      { code: 105, label: 1 }, // 51..105: middle 78, F1 2/3
      { code: 50, label: 0 },
    ];
    expect(search(some, maxF1).perClass[0]!.k).toBe(78);
  });

  test('without a positive in any class every threshold is 128', () => {
    const { globalK, perClass } = searchThresholds(Uint8Array.of(9, 250), Int8Array.of(0, -1), 2, {
      ...maxF1,
      smoothing: 10,
    });
    expect(globalK).toBe(128);
    expect(perClass.map(({ k }) => k)).toEqual([128, 128]);
    expect(perClass[0]).toEqual({
      ...{ k: 128, rawK: null, tuned: false, goalReached: false },
      ...{ valPrecision: 0, valRecall: 0, valF1: 0, valPositives: 0 },
    });
  });

  test('the global threshold is the middle of the k with the best mean F1 of all classes', () => {
    // Class 0: absent 40, present 100. Class 1: absent 80, present 200. Both are right at 81..100: 90.5, toward 128.
    const { globalK } = searchThresholds(Uint8Array.of(40, 80, 100, 200), Int8Array.of(0, 0, 1, 1), 2, {
      ...maxF1,
      smoothing: 0,
    });
    expect(globalK).toBe(91);
  });

  test('the global plateau ends where one class decides differently', () => {
    const some = Uint8Array.of(100, 100, 50, 60, 60, 100);
    const truth = Int8Array.of(1, 1, 0, 0, 1, 1);
    const { globalK } = searchThresholds(some, truth, 2, { ...maxF1, smoothing: 0 });
    // Class 0: absent 50, present 60 and 100. Class 1: absent 60, present twice 100.
    // 51..60: 1 and 4/5; 61..100: 2/3 and 1. 9/5 > 5/3: the middle of 51..60 is 55.5.
    expect(globalK).toBe(56);
  });

  test('a decision compares each code with the threshold of its class', () => {
    expect([...decide(Uint8Array.of(10, 20, 9, 21, 255, 19), [10, 20])]).toEqual([1, 1, 0, 1, 1, 0]);
    expect([...decide(Uint8Array.of(0, 255), [0, NEVER])]).toEqual([1, 0]);
  });
});
