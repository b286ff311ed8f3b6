import { describe, expect, test } from 'vitest';
import type { Dataset, Split } from './dataset.ts';
import { looseLabel } from '../../../shared/hiddenCharacters.ts';
import { checkLabels } from './labelRules.ts';

/** One text per image: '' for none of the labels, 'a b' for both. Lines are numbered from 1. */
function dataset(vocabulary: string[], lists: Partial<Record<Split, string[]>>): Dataset {
  const samples = (split: Split) =>
    (lists[split] ?? []).map((labels, at) => ({
      path: `${split}${at + 1}.jpg`,
      file: `/p/${split}${at + 1}.jpg`,
      labels: Int8Array.from(vocabulary, (label) => (labels.split(' ').includes(label) ? 1 : 0)),
      hash: '',
      line: at + 1,
    }));
  return { root: '/p', vocabulary, splits: { train: samples('train'), val: samples('val'), test: samples('test') } };
}
const all: Split[] = ['train', 'val', 'test'];
const nowhere = { split: null, file: null, line: null };

describe('labels as a whole', () => {
  test('that can be learned and measured everywhere cause no finding', () => {
    const good = ['a', 'b', 'a b'];
    expect(checkLabels(dataset(['a', 'b'], { train: good, val: good, test: good }), all, 2)).toEqual([]);
  });

  test('an empty split is an error that names its file; splits that were not asked for are not missed', () => {
    const some = dataset(['a'], { train: ['a'], test: ['a'] });
    expect(checkLabels(some, all, 1)).toMatchObject([
      {
        code: 'emptySplit',
        severity: 'error',
        split: 'val',
        file: 'val.txt',
        line: null,
        message: { code: 'findings.emptySplit.file', params: { file: 'val.txt' } },
      },
    ]);
    expect(checkLabels(some, ['train', 'test'], 1)).toEqual([]);
  });

  test('no label at all is one error, not one per label', () => {
    expect(checkLabels(dataset(['a', 'b'], { train: [''], val: [''], test: ['', ''] }), all, 5)).toMatchObject([
      { code: 'noLabels', severity: 'error', ...nowhere },
    ]);
  });

  test('without any image only the empty lists are reported', () =>
    expect(checkLabels(dataset([], {}), all, 1).map(({ code, file }) => [code, file])).toEqual([
      ['emptySplit', 'train.txt'],
      ['emptySplit', 'val.txt'],
      ['emptySplit', 'test.txt'],
    ]));

  test('no positive in train is an error; each label says where its images are', () => {
    const found = checkLabels(
      dataset(['a', 'b', 'c'], { train: [''], val: ['a', 'a b'], test: ['a b', 'a b'] }),
      all,
      2,
    );
    const inTrain = { split: 'train', file: 'train.txt', line: null } as const;
    expect(found).toMatchObject([
      { code: 'nothingToLearn', severity: 'error', ...inTrain, message: { params: { file: 'train.txt' } } },
      {
        code: 'notInTrain',
        severity: 'warning',
        ...inTrain,
        label: 'a',
        message: { params: { label: 'a', splits: ['val', 'test'] } },
      },
      {
        code: 'notInTrain',
        severity: 'warning',
        ...inTrain,
        label: 'b',
        message: { params: { label: 'b', splits: ['val', 'test'] } },
      },
      {
        code: 'fewPositives',
        severity: 'warning',
        split: 'val',
        file: 'val.txt',
        line: null,
        label: 'b',
        message: { params: { label: 'b', count: 1, split: 'val', images: 2 } },
      },
      {
        code: 'notInTrain',
        severity: 'warning',
        ...inTrain,
        label: 'c',
        message: { code: 'findings.notInTrain.nowhere', params: { label: 'c' } },
      },
      ...(['val', 'test'] as const).map((split) => ({
        code: 'notMeasured',
        severity: 'warning',
        split,
        file: `${split}.txt`,
        line: null,
        label: 'c',
        message: { params: { label: 'c', split } },
      })),
    ]);
  });

  test('one label without training images does not mean that there is nothing to learn', () =>
    expect(
      checkLabels(dataset(['a', 'b'], { train: ['a'], val: ['b'] }), ['train'], 1).map(({ code }) => code),
    ).toEqual(['notInTrain']));

  test('a label with fewer images than asked for is counted per split', () => {
    const found = checkLabels(dataset(['a'], { train: ['a', 'a', '', 'a'], val: ['a', 'a'] }), ['train', 'val'], 3);
    expect(found).toMatchObject([
      {
        code: 'fewPositives',
        severity: 'warning',
        split: 'val',
        file: 'val.txt',
        line: null,
        label: 'a',
        message: { params: { label: 'a', count: 2, split: 'val', images: 2 } },
      },
    ]);
  });

  test('a split that was not asked for is not checked', () =>
    expect(checkLabels(dataset(['a'], { val: ['a'] }), ['val'], 1)).toEqual([]));
});

describe('similar labels', () => {
  test('are one warning at the first use of the first, with the first use of each other', () => {
    const found = checkLabels(
      dataset(['Fig', 'apple', 'fig'], { train: ['apple', 'fig'], val: ['Fig', 'Fig'] }),
      ['train', 'val'],
      0,
    );
    expect(found.filter(({ code }) => code === 'similarLabels')).toMatchObject([
      {
        code: 'similarLabels',
        severity: 'warning',
        split: 'val',
        file: 'val.txt',
        line: 1,
        label: 'Fig',
        message: { params: { labels: ["'Fig'", "'fig'"] } },
        others: [{ file: 'train.txt', line: 2, path: 'train2.jpg' }],
      },
    ]);
  });

  test('without any image are reported without a line', () => {
    const found = checkLabels(dataset(['a', 'Fig', 'fig'], { train: ['a'] }), ['train'], 0);
    expect(found.find(({ code }) => code === 'similarLabels')).toMatchObject({
      code: 'similarLabels',
      severity: 'warning',
      ...nowhere,
      label: 'Fig',
      message: { params: { labels: ["'Fig'", "'fig'"] } },
      others: [],
    });
  });

  // By Unicode: U+FF21 is a wide A, U+017F a long s, U+1E9E a capital sharp s, U+200B a space without width.
  test.each([
    ['Red Apple', 'redapple'],
    ['red_ -apple', 'redapple'],
    ['red\u200bapple', 'redapple'],
    ['\uff21', 'a'],
    ['\u017f', 's'],
    ['\u1e9e', '\u00df'],
    ['red.apple', 'red.apple'],
  ])('%j counts as %j', (label, loose) => expect(looseLabel(label)).toBe(loose));
});

describe('labels with invisible characters', () => {
  const hidden = 'fi\u200bg';
  test('are a warning at their first use', () =>
    expect(checkLabels(dataset(['a', hidden], { train: ['a', hidden] }), ['train'], 0)).toMatchObject([
      {
        code: 'hiddenCharacters',
        severity: 'warning',
        split: 'train',
        file: 'train.txt',
        line: 2,
        label: hidden,
        message: { params: { label: 'fi\\u200bg' } },
      },
    ]));

  test('without any image are reported without a line', () =>
    expect(
      checkLabels(dataset(['a', hidden], { train: ['a'] }), ['train'], 0).find(
        ({ code }) => code === 'hiddenCharacters',
      ),
    ).toMatchObject({ ...nowhere, label: hidden }));

  test('are shown as escapes in every message', () => {
    const lists = { train: ['a', hidden], val: ['a'], test: [hidden] };
    const messages = [
      ...checkLabels(dataset(['a', 'fig', hidden], lists), all, 2),
      ...checkLabels(dataset(['a', hidden], { ...lists, train: ['a'] }), all, 2),
    ].map(({ message }) => message.text);
    expect(messages.filter((message) => message.includes('fi\\u200bg')).length).toBeGreaterThan(4);
    expect(messages.filter((message) => message.includes('\u200b'))).toEqual([]);
  });
});
