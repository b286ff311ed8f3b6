import { describe, expect, test } from 'vitest';
import type { Labeled } from './labelEdits.ts';
import { allDoubts, doubts, suspicionOf } from './suspicion.ts';

const opinion = (codes: readonly (readonly [string, readonly number[]])[]) => ({
  run: 'r',
  runName: 'Run 1',
  vocabulary: ['plum', 'fig', 'kiwi'],
  thresholds: [100, 128, 128],
  codes: new Map(codes.map(([path, own]) => [path, Uint8Array.from(own)])),
});
/** The project does not have the model's kiwi, and numbers the other labels otherwise. */
const labeled = (...states: { labels: number[]; removed?: boolean }[]): Labeled => ({
  vocabulary: ['fig', 'plum'],
  states: states.map(({ labels, removed = false }) => ({ labels, split: 1, removed })),
});
const [FIG, PLUM] = [0, 1];

describe('a model doubts a label', () => {
  // A fifth of the scale, 51 codes, is the distance that counts as clear. Thresholds: plum 100, fig 128.
  test.each([
    ['that it clearly sees and the image lacks', [], [151, 128], [[PLUM, 'missing', 151 / 256]]],
    ['that it clearly does not see and the image has', [PLUM], [49, 128], [[PLUM, 'wrong', 49 / 256]]],
    ['not by a hair, above', [], [150, 178], []],
    ['not by a hair, below', [FIG, PLUM], [50, 78], []],
    ['not where they agree', [PLUM], [255, 0], []],
    [
      'and the clearest doubt comes first, by the distance to its own threshold',
      [FIG],
      [180, 20],
      [
        [FIG, 'wrong', 20 / 256],
        [PLUM, 'missing', 180 / 256],
      ],
    ],
  ])('%s', (_, labels, codes, expected) =>
    expect(
      doubts(labeled({ labels }), opinion([]), 0, Uint8Array.from([...codes, 255])).map(({ label, kind, score }) => [
        label,
        kind,
        score,
      ]),
    ).toEqual(expected),
  );
});

test('only images that the model scored and that stay in the files are doubted', () => {
  const seen = opinion([
    ['a', [255, 0, 0]],
    ['b', [255, 0, 0]],
    ['d', [0, 0, 0]],
  ]);
  const states = labeled({ labels: [] }, { labels: [], removed: true }, { labels: [] }, { labels: [] });
  expect([...allDoubts(['a', 'b', 'c', 'd'], states, seen).keys()]).toEqual([0]);
  expect(allDoubts(['a'], states, null).size).toBe(0);
});

test('suspicion is that of the surest doubt: a high score for a missing label, a low one for a wrong one', () => {
  expect(suspicionOf([{ label: 0, kind: 'missing', score: 0.75 }])).toBe(0.75);
  expect(suspicionOf([{ label: 0, kind: 'wrong', score: 0.1 }])).toBe(0.9);
  expect(
    suspicionOf([
      { label: 0, kind: 'missing', score: 0.6 },
      { label: 1, kind: 'wrong', score: 0.3 },
    ]),
  ).toBe(0.7);
});
