import { expect, test } from 'vitest';
import { message, quoted } from '../../../shared/message.ts';
import { createQuestions } from './questions.ts';
import { createTally } from './tally.ts';

test('a tally counts per reason, errors first, and names up to five examples', () => {
  const tally = createTally();
  tally.drop('note', 'dropped.imageUnnamed', 'a');
  for (let i = 1; i <= 6; i++) tally.drop('warning', 'dropped.link', `link ${i}`);
  tally.drop('error', 'dropped.labelEmpty', message('list.more', { count: 2 }));
  tally.drop('warning', 'dropped.labelEmpty', 'b');
  expect(tally.dropped()).toEqual([
    {
      ...{ reason: message('dropped.labelEmpty'), severity: 'error', count: 1 },
      examples: [message('list.more', { count: 2 })],
    },
    {
      ...{ reason: message('dropped.link'), severity: 'warning', count: 6 },
      examples: [1, 2, 3, 4, 5].map((i) => quoted(`link ${i}`)),
    },
    { reason: message('dropped.labelEmpty'), severity: 'warning', count: 1, examples: [quoted('b')] },
    { reason: message('dropped.imageUnnamed'), severity: 'note', count: 1, examples: [quoted('a')] },
  ]);
});

test('a tally shortens long examples, and keeps the labels of what is dropped', () => {
  const tally = createTally();
  tally.drop('note', 'dropped.link', 'x'.repeat(200), ['cat', 'dog']);
  tally.drop('note', 'dropped.link', 'x'.repeat(201), ['dog', 'fox']);
  tally.drop('note', 'dropped.link', 'y');
  expect(tally.dropped()[0]!.examples).toEqual([
    quoted('x'.repeat(200)),
    quoted(`${'x'.repeat(200)}\u2026`),
    quoted('y'),
  ]);
  expect([...tally.labels]).toEqual(['cat', 'dog', 'fox']);
});

const choices = [
  { value: 'a', text: quoted('A') },
  { value: 'b', text: quoted('B') },
] as const;

test('a question has the given answer, the assumed one, or stays open with its first choice', () => {
  const questions = createQuestions({ given: 'b', wrong: 'c' });
  const ask = (id: string, assumed: 'a' | 'b' | null) => questions.ask({ id, text: quoted(id), choices, assumed });
  expect(ask('given', 'a')).toBe('b');
  expect(ask('wrong', 'b')).toBe('b');
  expect(ask('open', null)).toBe('a');
  expect(questions.asked).toEqual([
    { id: 'given', text: quoted('given'), choices, answer: 'b' },
    { id: 'wrong', text: quoted('wrong'), choices, answer: 'b' },
    { id: 'open', text: quoted('open'), choices, answer: null },
  ]);
  expect(createQuestions(undefined).asked).toEqual([]);
});

test('a question for which two files suggest different answers stays open', () => {
  const questions = createQuestions({});
  const ask = (assumed: 'a' | 'b') => questions.ask({ id: 'same', text: quoted(assumed), choices, assumed });
  ask('b');
  expect(questions.asked).toEqual([{ id: 'same', text: quoted('b'), choices, answer: 'b' }]);
  ask('b');
  expect(questions.asked[0]!.answer).toBe('b');
  expect(ask('a')).toBe('a');
  expect(questions.asked).toEqual([{ id: 'same', text: quoted('a'), choices, answer: null }]);
});
