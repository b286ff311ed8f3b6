import { expect, test } from 'vitest';
import { translator } from '../../../shared/locales/translate.ts';
import { unlabeledQuestion, unlabeledReply } from './unlabeled.ts';

const [english, spanish] = [translator('en'), translator('es')];

test('the question counts the images in the language of the command line', () => {
  expect(unlabeledQuestion(1, english)).toContain('1 image has no labels.');
  expect(unlabeledQuestion(12, english)).toContain('12 images have no labels.');
  expect(unlabeledQuestion(1, spanish)).toContain('1 imagen no tiene etiquetas.');
  expect(unlabeledQuestion(12, spanish)).toContain('12 imágenes no tienen etiquetas.');
});

test.each([
  ['1', 'none_of_these'],
  [' 2\n', 'not_labeled_yet'],
  ['None of these', 'none_of_these'],
  ['Ninguna de estas', 'none_of_these'],
  ['not_labeled_yet', 'not_labeled_yet'],
  ['aún sin etiquetar', 'not_labeled_yet'],
  ['', null],
  ['y', null],
  ['12', null],
])('%j means %s', (reply, meaning) => expect(unlabeledReply(reply, spanish)).toBe(meaning));
