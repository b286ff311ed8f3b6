import { beforeEach, expect, test, vi } from 'vitest';
import { translator } from '../../shared/locales/translate.ts';
import type { DatasetIndex, LabelProblem } from '../../shared/contract/dataset.ts';

const { call } = vi.hoisted(() => ({ call: vi.fn() }));
vi.mock('../api/client.ts', () => ({ call, listen: () => undefined, chooseFolder: null }));
const { useDataset, undo } = await import('../stores/dataset.ts');
const { labeledFrom, countLabels } = await import('./labelEdits.ts');
const { fixesFor } = await import('./fixes.ts');

const index: DatasetIndex = {
  project: 'p',
  vocabulary: ['Apple', 'apple', 'apple;pear', 'plum'],
  separator: 'tab',
  paths: ['a.jpg', 'b.jpg', 'a.jpg', 'c.jpg'],
  split: [0, 0, 1, 1],
  line: [1, 2, 1, 2],
  labels: [[1], [2, 3], [1, 3], [0]],
  files: { train: 'x', val: 'y', test: '' },
  problems: [],
  draft: [],
  unlabeled: 'none_of_these',
  unlisted: null,
};
const problem = (part: Partial<LabelProblem>): LabelProblem => ({
  code: '',
  severity: 'error',
  title: '',
  advice: '',
  message: '',
  split: null,
  file: null,
  line: null,
  path: null,
  label: null,
  others: [],
  ...part,
});
const fix = (code: string, found: LabelProblem, name: string): void =>
  fixesFor(code, [found], translator('en'))
    .find((offered) => offered.name === name)!
    .run();
const labels = (): string[] =>
  useDataset
    .getState()
    .labeled.states.map(({ labels: own, removed }) =>
      removed ? 'out' : own.map((label) => useDataset.getState().labeled.vocabulary[label]).join('+'),
    );

beforeEach(() => {
  const labeled = labeledFrom(index);
  useDataset.setState({ project: 'p', index, labeled, counts: countLabels(labeled), done: [], undone: [] });
  call.mockReset().mockResolvedValue({});
});

test('an image with two label sets gets the labels of both, and undo takes them back', () => {
  fix(
    'twoLabelSets',
    problem({ file: 'val.txt', line: 1, path: 'a.jpg', others: [{ file: 'train.txt', line: 1, path: 'a.jpg' }] }),
    'Merge the label sets',
  );
  expect(labels()).toEqual(['apple+plum', 'apple;pear+plum', 'apple+plum', 'Apple']);
  undo();
  expect(labels()).toEqual(['apple', 'apple;pear+plum', 'apple+plum', 'Apple']);
});

test('a label that holds a separator becomes the labels that it names', () => {
  fix('separatorInLabel', problem({ file: 'train.txt', line: 2, path: 'b.jpg' }), 'Split the labels');
  expect(labels()[1]).toBe('apple+pear+plum');
});

test('the spelling that most images have wins', () => {
  fix(
    'similarLabels',
    problem({ label: 'Apple', message: "'Apple', 'apple' differ only in case, spaces or the like." }),
    'Use one spelling',
  );
  expect(labels()[3]).toBe('apple');
});

test('only the very line that is named goes', () => {
  fix('pathTwice', problem({ file: 'val.txt', line: 1, path: 'a.jpg' }), 'Remove these lines');
  expect(labels()).toEqual(['apple', 'apple;pear+plum', 'out', 'Apple']);
});

test('a path that is spelled otherwise on disk may be put right; one that is gone only taken out', () => {
  const names = (message: string): string[] =>
    fixesFor('missing', [problem({ file: 'train.txt', line: 1, path: 'a.jpg', message })], translator('en')).map(
      ({ name }) => name,
    );
  expect(names('a.jpg does not exist. There is A.jpg: is that meant?')).toEqual([
    'Fix the paths',
    'Remove these lines',
  ]);
  expect(names('a.jpg does not exist.')).toEqual(['Remove these lines']);
});
