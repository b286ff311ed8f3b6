import { describe, expect, test } from 'vitest';
import type { Edit, Labeled } from './labelEdits.ts';
import { renumberedEdits, renumbering } from './renumbering.ts';

interface Line {
  readonly path: string;
  readonly split: number;
}

const read = (vocabulary: readonly string[], lines: readonly Line[]) => ({
  index: { paths: lines.map(({ path }) => path) },
  labeled: {
    vocabulary,
    states: lines.map(({ split }) => ({ labels: [], split, removed: false })),
  } satisfies Labeled,
});
const line = (path: string, split = 0): Line => ({ path, split });

describe('after the files were read again', () => {
  const before = read(['apple', 'plum'], [line('a'), line('b'), line('c'), line('b'), line('d', 1), line('b', 1)]);
  const now = read(
    ['apple', 'fig', 'plum'],
    [line('new'), line('a'), line('b'), line('b'), line('b', 1), line('d', 2)],
  );
  const numbers = renumbering(before, now);

  test('images are found by split and path, equal lines in their order, moved ones by path', () =>
    expect([0, 1, 2, 3, 4, 5].map((image) => numbers.image(image))).toEqual([1, 2, null, 3, 5, 4]));
  test('labels are found by name', () => {
    expect([0, 1].map((label) => numbers.label(label))).toEqual([0, 2]);
    expect(renumbering(before, read(['plum'], [])).label(0)).toBeNull();
  });
  test('only what was not there is new', () => expect(numbers.added).toEqual([0]));

  test('the history keeps its newest edits, up to one of a line or a label that is gone', () => {
    const edit = (image: number, label = 1): Edit => ({
      images: [image],
      before: [{ labels: [], split: 0, removed: false }],
      after: [{ labels: [label], split: 1, removed: true }],
    });
    const moved: Edit = {
      images: [2],
      before: [{ labels: [], split: 0, removed: false }],
      after: [{ labels: [2], split: 1, removed: true }],
    };
    expect(renumberedEdits([edit(0), edit(1)], numbers)).toHaveLength(2);
    expect(renumberedEdits([edit(0), edit(2), edit(1)], numbers)).toEqual([moved]);
    expect(renumberedEdits([edit(0, 7), edit(1)], numbers)).toEqual([moved]);
    expect(renumberedEdits([edit(1), edit(2)], numbers)).toEqual([]);
  });
});
