import { expect, test } from 'vitest';
import { digitLabels } from './digits.ts';

test.each([
  ['its own come first, then more, then the most frequent', [4], [2], [7, 1], [4, 2, 7, 1]],
  ['each stands once, where it comes first', [4, 2], [2, 7], [7, 4, 1], [4, 2, 7, 1]],
  ['a label the project does not have is left out', [], [-1, 3], [0], [3, 0]],
  ['there are nine digits', [9], [], [0, 1, 2, 3, 4, 5, 6, 7, 8], [9, 0, 1, 2, 3, 4, 5, 6, 7]],
  ['without labels there are none', [], [], [], []],
])('labels on digit keys: %s', (_, own, more, frequent, expected) =>
  expect(digitLabels(own, more, frequent)).toEqual(expected),
);
