import { expect, test } from 'vitest';
import { unlabeledQuestion, unlabeledReply } from './unlabeled.ts';

test('the question counts the images', () => {
  expect(unlabeledQuestion(1)).toContain('1 image has no labels.');
  expect(unlabeledQuestion(12)).toContain('12 images have no labels.');
});

test.each([
  ['1', 'none_of_these'],
  [' 2\n', 'not_labeled_yet'],
  ['None of these', 'none_of_these'],
  ['not_labeled_yet', 'not_labeled_yet'],
  ['', null],
  ['y', null],
  ['12', null],
])('%j means %s', (reply, meaning) => expect(unlabeledReply(reply)).toBe(meaning));
