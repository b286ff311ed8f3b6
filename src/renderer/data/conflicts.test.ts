import { describe, expect, test } from 'vitest';
import type { DatasetIndex, LineChange } from '../../shared/contract/dataset.ts';
import { apartFrom, conflictsOf, openConflicts } from './conflicts.ts';

const index: DatasetIndex = {
  project: 'p',
  vocabulary: ['fig', 'plum'],
  separator: 'tab',
  paths: ['a', 'b', 'a', 'c'],
  split: [0, 0, 1, 1],
  line: [1, 2, 1, 2],
  labels: [[0], [0, 1], [1], []],
  files: { train: 'x', val: 'y', test: 'z' },
  findings: [],
  draft: [],
  unlisted: null,
  unlabeled: 'ask',
};
const change = (part: Partial<LineChange>): LineChange => ({
  split: 'train',
  line: 1,
  path: 'a',
  before: [],
  after: ['kiwi'],
  to: 'train',
  ...part,
});
const disk = (part: Partial<LineChange>): readonly (readonly string[] | null)[] =>
  openConflicts(index, [], [change(part)]).map((conflict) => conflict.disk);

describe('open conflicts', () => {
  test.each([
    ['say what the line of the same split has', { split: 'val' as const, to: 'val' as const }, [['plum']]],
    ['say what the other split has when the line moved there', { split: 'test' as const, path: 'c' }, [[]]],
    ['say that the line is gone', { path: 'z' }, [null]],
    ['are solved when the file says what the user wants, in any order', { path: 'b', after: ['plum', 'fig'] }, []],
    ['stay when the file has a label more', { path: 'b', after: ['fig'] }, [['fig', 'plum']]],
    ['stay when the file has another label', { after: ['plum'] }, [['fig']]],
    ['stay while the line is to be removed', { after: null }, [['fig']]],
    ['stay while the line is to move', { after: ['fig'], to: 'val' as const }, [['fig']]],
  ])('%s', (_, part, expected) => expect(disk(part)).toEqual(expected));

  test('are one per line, with the newest change, and earlier ones stay', () => {
    const before = openConflicts(index, [], [change({ after: ['old'] }), change({ path: 'b' })]);
    expect(openConflicts(index, before, [change({ after: ['new'] })]).map(({ path, yours }) => [path, yours])).toEqual([
      ['a', ['new']],
      ['b', ['kiwi']],
    ]);
  });
});

test('changes of lines in conflict are told apart by split and path', () => {
  const open = openConflicts(index, [], [change({})]);
  const other = change({ split: 'val', to: 'val' });
  expect(apartFrom([change({}), other, change({ path: 'b' })], open)).toEqual([other, change({ path: 'b' })]);
});

test('conflicts of a save carry the change that was sent', () => {
  const found = { split: 'train' as const, line: 1, path: 'a', yours: ['kiwi'], disk: null };
  expect(conflictsOf([found, { ...found, path: 'z' }], [change({})])).toEqual([{ ...found, change: change({}) }]);
});
