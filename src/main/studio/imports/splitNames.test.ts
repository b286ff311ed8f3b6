import { describe, expect, test } from 'vitest';
import { message, quoted } from '../../../shared/message.ts';
import { createQuestions } from './questions.ts';
import { readSplitColumn, setOf, splitNamed, splitOfFile, splitOfFolders } from './splitNames.ts';

describe('the split of a name', () => {
  test.each([
    ['train', 'train'],
    [' Training ', 'train'],
    ['train2017', 'train'],
    ['train_1', 'train'],
    ['train 02', 'train'],
    ['val', 'val'],
    ['valid', 'val'],
    ['VALIDATION', 'val'],
    ['dev-3', 'val'],
    ['eval', 'val'],
    ['test', 'test'],
    ['testing', 'test'],
    ['holdout', 'test'],
    ['test-dev', null],
    ['2017train', null],
    ['train2017x', null],
    ['constructor', null],
    ['', null],
  ])('%j is %j', (name, split) => expect(splitNamed(name)).toBe(split));

  test.each([
    ['a/train/b/test/c.jpg', 'train'],
    ['train/a.jpg', 'train'],
    ['a/train.jpg', null],
    ['train', null],
  ])('by its folders, %j is %j', (file, split) => expect(splitOfFolders(file)).toBe(split));

  test.each([
    ['instances_val2017.json', 'val'],
    ['valid/_classes.csv', 'val'],
    ['test/train.csv', 'train'],
    ['my-test.labels.csv', 'test'],
    ['train_val.json', null],
    ['test/train_val.json', 'test'],
    ['train.test/labels.csv', null],
    ['labels.train', null],
    ['train_train.csv', 'train'],
  ])('by its name or folders, the file %j is %j', (file, split) => expect(splitOfFile(file)).toBe(split));

  test.each([
    ['train/_annotations.coco.json', '*/_annotations.coco.json'],
    ['a/instances_val2017.json', 'a/instances_*.json'],
    ['a b/Test-set (train).csv', 'a b/*-set (*).csv'],
    ['plain.csv', 'plain.csv'],
  ])('in the set of %j it is a star', (file, set) => expect(setOf(file)).toBe(set));
});

describe('the values of a split column', () => {
  const read = (column: string, values: readonly string[], answers = {}) => {
    const questions = createQuestions(answers);
    const splits = readSplitColumn(column, values, questions);
    return { splits: splits === null ? null : Object.fromEntries(splits), asked: questions.asked };
  };

  test('that are names of splits need no question', () => {
    expect(read('split', ['train', ' Val ', '', 'test', 'train', 'training2'])).toEqual({
      ...{ splits: { train: 'train', Val: 'val', test: 'test', training2: 'train' }, asked: [] },
    });
  });

  test('that may be something else are asked for, with the number of their rows', () => {
    const { splits, asked } = read('split', ['dev', 'x', 'dev ', 'Evaluation', 'holdout', 'eval']);
    expect(splits).toEqual({ dev: 'val', x: null, Evaluation: null, holdout: 'test', eval: 'val' });
    expect(asked.map(({ id, answer }) => [id, answer])).toEqual([
      ['split:dev', 'val'],
      ['split:x', null],
      ['split:Evaluation', null],
      ['split:holdout', 'test'],
      ['split:eval', 'val'],
    ]);
    expect(asked[0]).toMatchObject({
      text: message('importQuestion.split', { value: 'dev', count: 2 }),
      choices: [
        { value: 'shares', text: message('importQuestion.splitByShares') },
        { value: 'train', text: quoted('train') },
        { value: 'val', text: quoted('val') },
        { value: 'test', text: quoted('test') },
      ],
    });
    expect(read('split', ['x', 'y'], { 'split:x': 'val', 'split:y': 'shares' }).splits).toEqual({ x: 'val', y: null });
  });

  test('are at most 20', () => {
    const values = Array.from({ length: 21 }, (_, i) => `train${i}`);
    expect(read('split', values).splits).toBeNull();
    expect(Object.keys(read('split', [...values.slice(0, 20), '', 'train0']).splits!)).toHaveLength(20);
  });

  test.each([
    ['is_train', { '1': 'train', '0': null }],
    ['is-valid', { '1': 'val', '0': 'train' }],
    ['Valid', { '1': 'val', '0': 'train' }],
    ['istest', { '1': 'test', '0': 'train' }],
    ['IS TEST', { '1': 'test', '0': 'train' }],
  ])('that are 0 and 1 in %s say whether it is that split', (column, splits) => {
    expect(read(column, ['1', '0', ' 1'])).toEqual({ splits, asked: [] });
  });

  test('may say so in words', () => {
    expect(read('is_valid', ['True', 'no', 'Y', '0.0', 'N', '1.0', 'false', 'yes']).splits).toEqual({
      ...{ True: 'val', Y: 'val', '1.0': 'val', yes: 'val' },
      ...{ no: 'train', '0.0': 'train', N: 'train', false: 'train' },
    });
    expect(read('is_valid', ['1', 'train']).asked.map(({ id }) => id)).toEqual(['split:1']);
    expect(read('split', ['1', '0']).asked.map(({ id }) => id)).toEqual(['split:1', 'split:0']);
  });

  test('may be folds, in the order of their numbers', () => {
    const { splits, asked } = read('fold', ['10', '9', '1', '9']);
    expect(splits).toEqual({ '10': null, '9': null, '1': null });
    expect(asked).toEqual([
      {
        ...{ id: 'folds', text: message('importQuestion.folds', { column: 'fold', count: 3 }), answer: null },
        choices: [
          { value: 'shares', text: message('importQuestion.foldsIgnored') },
          { value: 'folds', text: message('importQuestion.foldsAsSplits', { val: '9', test: '10' }) },
        ],
      },
    ]);
    expect(read('kfold', ['10', '9', '1', '2'], { folds: 'folds' }).splits).toEqual({
      ...{ '1': 'train', '2': 'train', '9': 'val', '10': 'test' },
    });
  });

  test('of two folds are not splits', () => {
    expect(read('k-fold', ['1', '2'])).toEqual({ splits: null, asked: [] });
  });
});
