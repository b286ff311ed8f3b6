import { describe, expect, test } from 'vitest';
import type { DatasetIndex } from '../../shared/contract/dataset.ts';
import { filtered, noFilter, toggled } from './filter.ts';
import {
  applied,
  changedImages,
  cooccurrence,
  countLabels,
  editOf,
  labeledFrom,
  lineChanges,
  withChanges,
  withLabel,
  withoutLabel,
} from './labelEdits.ts';

const index: DatasetIndex = {
  project: 'p',
  vocabulary: ['apple', 'banana', 'cherry'],
  separator: 'tab',
  paths: ['a.jpg', 'b.jpg', 'c.jpg', 'd.jpg'],
  split: [0, 0, 1, 2],
  line: [1, 2, 1, 1],
  labels: [[0], [0, 1], [], [2]],
  files: { train: 'x', val: 'y', test: 'z' },
  findings: [],
  draft: [],
  unlabeled: 'none_of_these',
  unlisted: null,
};
const fresh = labeledFrom(index);
const shown = (labeled = fresh) => ({
  paths: index.paths,
  labeled,
  edited: new Set(changedImages(index, labeled)),
  suspicion: new Map([
    [2, 0.9],
    [0, 0.6],
  ]),
  problemPaths: new Map([['missing' as const, new Set(['d.jpg'])]]),
});

describe('an edit', () => {
  const edit = editOf(fresh, [0, 1], (state) => withLabel(state, 1))!;
  const after = applied(fresh, edit, edit.after);

  test('touches only what it changes, and undo gives back what was', () => {
    expect(edit.images).toEqual([0]);
    expect(after.states[0]!.labels).toEqual([0, 1]);
    expect(applied(after, edit, edit.before).states).toEqual(fresh.states);
    expect(fresh.states[0]!.labels).toEqual([0]);
  });

  test('becomes the line that is written, with what was read before', () => {
    expect(lineChanges(index, after)).toEqual([
      { split: 'train', line: 1, path: 'a.jpg', before: ['apple'], after: ['apple', 'banana'], to: 'train' },
    ]);
  });

  test('that brings back what stands in the file leaves nothing to write', () => {
    const back = editOf(after, [0], (state) => withoutLabel(state, 1))!;
    expect(lineChanges(index, applied(after, back, back.after))).toEqual([]);
  });

  test('that takes an image out has no labels after, that moves it another split', () => {
    const out = editOf(fresh, [3], (state) => ({ ...state, removed: true }))!;
    const moved = editOf(fresh, [2], (state) => ({ ...state, split: 0 }))!;
    expect(lineChanges(index, applied(fresh, out, out.after))[0]).toMatchObject({ path: 'd.jpg', after: null });
    expect(lineChanges(index, applied(fresh, moved, moved.after))[0]).toMatchObject({ split: 'val', to: 'train' });
  });
});

describe('edits kept from before', () => {
  test('stand again on the files as they are', () => {
    const kept = [
      {
        split: 'train' as const,
        line: 1,
        path: 'a.jpg',
        before: ['apple'],
        after: ['apple', 'fig'],
        to: 'train' as const,
      },
    ];
    const { labeled, lost } = withChanges(index, kept);
    expect(lost).toEqual([]);
    expect(labeled.vocabulary).toEqual(['apple', 'banana', 'cherry', 'fig']);
    expect(labeled.states[0]!.labels).toEqual([0, 3]);
  });

  test('whose line somebody else changed, or took away, are given back and not applied', () => {
    const changed = {
      split: 'train' as const,
      line: 2,
      path: 'b.jpg',
      before: ['apple'],
      after: ['cherry'],
      to: 'train' as const,
    };
    const gone = { ...changed, path: 'z.jpg' };
    const { labeled, lost } = withChanges(index, [changed, gone]);
    expect(lost).toEqual([changed, gone]);
    expect(labeled.states).toEqual(fresh.states);
  });
});

describe('counts', () => {
  test('stand for each label in each split', () => {
    expect(countLabels(fresh)).toEqual({
      bySplit: [
        [2, 1, 0],
        [0, 0, 0],
        [0, 0, 1],
      ],
      images: [2, 1, 1],
      all: [2, 1, 1],
    });
  });
  test('of labels together leave a label with itself out', () =>
    expect(cooccurrence(fresh, [0, 1], [0, 1])).toEqual([
      [0, 1],
      [1, 0],
    ]));
});

describe('the filter', () => {
  const found = (part: Partial<typeof noFilter>, order: Parameters<typeof filtered>[1] = 'file') =>
    filtered({ ...noFilter, ...part }, order, shown());
  test('any, all and not', () => {
    expect(found({ any: [1, 2] })).toEqual([1, 3]);
    expect(found({ all: [0, 1] })).toEqual([1]);
    expect(found({ any: [0], not: [1] })).toEqual([0]);
  });
  test('split, text, no label, problem, review', () => {
    expect(found({ splits: [1, 2] })).toEqual([2, 3]);
    expect(found({ text: ' B.JP ' })).toEqual([1]);
    expect(found({ view: 'unlabeled' })).toEqual([2]);
    expect(found({ problem: 'missing' })).toEqual([3]);
    expect(found({ view: 'review' }, 'suspicious')).toEqual([2, 0]);
  });
  test('orders by number of labels without losing an image', () => expect(found({}, 'most')).toEqual([1, 0, 3, 2]));
  test('a click takes up, a second one out, whichever way it came in', () => {
    expect(toggled(noFilter, 1, 'not').not).toEqual([1]);
    expect(toggled(toggled(noFilter, 1, 'not'), 1, 'any')).toEqual(noFilter);
  });
  test('an image that was taken out is shown among the edited ones alone', () => {
    const out = editOf(fresh, [3], (state) => ({ ...state, removed: true }))!;
    const labeled = applied(fresh, out, out.after);
    expect(filtered(noFilter, 'file', shown(labeled))).toEqual([0, 1, 2]);
    expect(filtered({ ...noFilter, view: 'edited' }, 'file', shown(labeled))).toEqual([3]);
  });
});
