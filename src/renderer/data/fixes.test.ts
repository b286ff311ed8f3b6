import { beforeEach, expect, test, vi } from 'vitest';
import { translator } from '../../shared/locales/translate.ts';
import type { DatasetIndex } from '../../shared/contract/dataset.ts';
import type { Finding, FindingCode } from '../../shared/findings.ts';
import { message, quoted } from '../../shared/message.ts';

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
  findings: [],
  draft: [],
  unlabeled: 'none_of_these',
  unlisted: null,
};
const finding = (part: Partial<Finding>): Finding => ({
  code: 'missing',
  severity: 'error',
  message: quoted(''),
  detail: null,
  split: null,
  file: null,
  line: null,
  path: null,
  label: null,
  others: [],
  ...part,
});
const fix = (code: FindingCode, found: Finding, name: string): void =>
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
    finding({ file: 'val.txt', line: 1, path: 'a.jpg', others: [{ file: 'train.txt', line: 1, path: 'a.jpg' }] }),
    'Merge the label sets',
  );
  expect(labels()).toEqual(['apple+plum', 'apple;pear+plum', 'apple+plum', 'Apple']);
  undo();
  expect(labels()).toEqual(['apple', 'apple;pear+plum', 'apple+plum', 'Apple']);
});

test('a label that contains a separator is split into several labels', () => {
  fix('separatorInLabel', finding({ file: 'train.txt', line: 2, path: 'b.jpg' }), 'Split the labels');
  expect(labels()[1]).toBe('apple+pear+plum');
});

test('the most frequent spelling replaces the others', () => {
  fix('similarLabels', finding({ label: 'Apple' }), 'Use one spelling');
  expect(labels()[3]).toBe('apple');
});

test('only the line of the finding is removed', () => {
  fix('pathTwice', finding({ file: 'val.txt', line: 1, path: 'a.jpg' }), 'Remove these lines');
  expect(labels()).toEqual(['apple', 'apple;pear+plum', 'out', 'Apple']);
});

test('a path that is spelled differently on disk can be fixed; one without a similar file only removed', () => {
  const names = (text: Finding['message']): string[] =>
    fixesFor('missing', [finding({ file: 'train.txt', line: 1, path: 'a.jpg', message: text })], translator('en')).map(
      ({ name }) => name,
    );
  expect(names(message('findings.missing.similar', { path: 'a.jpg', suggestion: 'A.jpg' }))).toEqual([
    'Fix the paths',
    'Remove these lines',
  ]);
  expect(names(message('findings.missing.image', { path: 'a.jpg' }))).toEqual(['Remove these lines']);
});
