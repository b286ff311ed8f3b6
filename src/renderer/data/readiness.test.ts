import { describe, expect, test } from 'vitest';
import type { UnlabeledMeaning } from '../../shared/config.ts';
import { wording } from '../i18n/words.ts';
import { readyAnswer } from '../train/readyAnswer.ts';
import { dataAnswer } from './dataAnswer.ts';
import type { ImageState } from './labelEdits.ts';
import { countLabels } from './labelEdits.ts';
import { incomplete, nothingToLearn, readinessOf } from './readiness.ts';

const vocabulary = ['apple', 'fig', 'pear'];
const [TRAIN, VAL, TEST] = [0, 1, 2];
const [APPLE, FIG, PEAR] = [0, 1, 2];
const image = (split: number, ...labels: number[]): ImageState => ({ split, labels, removed: false });
const everywhere = [TRAIN, VAL, TEST].map((split) => image(split, APPLE, FIG, PEAR));

const ready = (states: readonly ImageState[], meaning: UnlabeledMeaning = 'ask', edited = false) =>
  readinessOf({ vocabulary, states }, countLabels({ vocabulary, states }), { meaning, edited });
const english = wording('en');
const says = (states: readonly ImageState[], meaning: UnlabeledMeaning = 'ask', more: object = {}) =>
  dataAnswer(english, {
    problems: [],
    doubts: new Map(),
    checked: true,
    readiness: ready(states, meaning),
    vocabulary,
    ...more,
  });
const starts = (states: readonly ImageState[], meaning: UnlabeledMeaning = 'none_of_these', more: object = {}) =>
  readyAnswer(english, {
    readiness: ready(states, meaning),
    errors: 0,
    wrongSetting: null,
    problem: null,
    busy: false,
    seconds: null,
    now: new Date(0),
    ...more,
  });

describe('what the images can train and measure', () => {
  test('names the labels that each split lacks', () => {
    const found = ready([image(TRAIN, APPLE, FIG), image(VAL, APPLE), image(TEST, FIG, PEAR)]);
    expect(found.missing).toEqual([[PEAR], [FIG, PEAR], [APPLE]]);
    expect(incomplete(found)).toEqual([APPLE, FIG, PEAR]);
    expect(nothingToLearn(found)).toBe(false);
  });

  test('counts images without labels, and takes them out of the splits only when they are not labeled yet', () => {
    const states = [...everywhere, image(TRAIN), image(TRAIN), image(VAL), { ...image(TEST), removed: true }];
    expect(ready(states, 'ask')).toMatchObject({ unlabeled: 3, images: [3, 2, 1] });
    expect(ready(states, 'none_of_these')).toMatchObject({ unlabeled: 3, images: [3, 2, 1] });
    expect(ready(states, 'not_labeled_yet')).toMatchObject({ unlabeled: 3, images: [1, 1, 1] });
  });

  test('does not ask while nothing is labeled', () => expect(ready([image(TRAIN), image(VAL)]).unlabeled).toBe(0));

  test('a label that no image has counts, unless an unsaved edit took it away', () => {
    const states = [TRAIN, VAL, TEST].map((split) => image(split, APPLE, FIG));
    expect(ready(states, 'ask', false)).toMatchObject({ labels: 3, missing: [[PEAR], [PEAR], [PEAR]] });
    expect(ready(states, 'ask', true)).toMatchObject({ labels: 2, missing: [[], [], []] });
  });
});

describe('the answer of the Data screen', () => {
  test('is green only when every label is in train, val and test', () => {
    expect(says(everywhere)).toMatchObject({ tone: 'ok', headline: '3 images, ready to train.' });
    const answer = says([...everywhere.slice(0, 2), image(TEST, APPLE)]);
    expect(answer).toMatchObject({
      tone: 'warn',
      headline: '2 of 3 labels cannot be learned or measured yet.',
      reason: 'No image in test: fig, pear. Move images there, or create splits.',
    });
  });

  test('is a question while images without labels are undecided: 38 of 60 are never a green dot', () => {
    const states = [...everywhere, ...Array.from({ length: 38 }, () => image(TRAIN)), ...everywhere, ...everywhere];
    expect(says(states)).toMatchObject({
      tone: 'warn',
      asks: 'unlabeled',
      headline: '38 of 47 images have no labels.',
    });
    expect(says(states, 'none_of_these')).toMatchObject({
      tone: 'ok',
      reason: "38 images without labels count as 'none of these'. No problems found.",
    });
    expect(says(states, 'not_labeled_yet')).toMatchObject({
      headline: '9 images, ready to train.',
      reason: '38 unlabeled images are left out. No problems found.',
    });
  });

  test('is bad when nothing in train is labeled, when a split is empty, and when nothing is labeled at all', () => {
    expect(says([image(TRAIN), ...everywhere.slice(1)])).toMatchObject({
      tone: 'bad',
      headline: 'Nothing to learn: no image in train has a label.',
    });
    expect(says(everywhere.slice(0, 2))).toMatchObject({ tone: 'bad', headline: 'No images in test.' });
    expect(says([...everywhere.slice(0, 2), image(TEST)], 'not_labeled_yet')).toMatchObject({
      tone: 'bad',
      headline: 'No images in test.',
    });
    expect(says([image(TRAIN), image(VAL), image(TEST)])).toMatchObject({
      tone: 'bad',
      headline: 'No image has a label yet.',
    });
  });

  test('problems that block come first, then the question, then doubts, then what is missing', () => {
    const error = [{ severity: 'error', code: 'missing' }];
    const doubts = new Map([[0, [1]]]);
    const undecided = [...everywhere, image(TRAIN)];
    expect(says(undecided, 'ask', { problems: error, doubts }).headline).toBe('1 problem blocks training.');
    expect(says(undecided, 'ask', { doubts }).asks).toBe('unlabeled');
    expect(says(undecided, 'none_of_these', { doubts }).headline).toBe('1 label looks missing or wrong, in 1 image.');
  });

  test('does not count a warning twice that it tells itself', () => {
    const warning = (code: string) => ({ severity: 'warning', code });
    expect(says(everywhere, 'ask', { problems: [warning('notMeasured')] }).tone).toBe('ok');
    expect(says(everywhere, 'ask', { problems: [warning('fewPositives')] })).toMatchObject({
      tone: 'warn',
      headline: 'Ready to train, with 1 warning.',
    });
  });

  test('says the same in Spanish', () => {
    const states = [...everywhere.slice(0, 2), image(TEST, APPLE)];
    const facts = { problems: [], doubts: new Map(), checked: true, readiness: ready(states), vocabulary };
    expect(dataAnswer(wording('es'), facts)).toMatchObject({
      headline: '2 de 3 etiquetas aún no se pueden aprender ni medir.',
      reason: 'Sin imagen en test: fig, pear. Mueve imágenes allí o crea particiones.',
    });
  });
});

describe('the answer of the Train screen', () => {
  test('is green only when every label can be learned and measured', () => {
    expect(starts(everywhere)).toMatchObject({ tone: 'ok', blocked: false });
    expect(starts([...everywhere.slice(0, 2), image(TEST, APPLE)])).toMatchObject({
      tone: 'warn',
      blocked: false,
      reason: '2 of 3 labels cannot be learned or measured.',
    });
  });

  test('an open question and problems of the data make it amber; the run can start', () => {
    expect(starts([...everywhere, image(VAL)], 'ask')).toMatchObject({
      tone: 'warn',
      blocked: false,
      reason: "1 image without labels counts as 'none of these'.",
    });
    expect(starts(everywhere, 'none_of_these', { errors: 1 })).toMatchObject({ tone: 'warn', blocked: false });
    expect(starts([...everywhere, image(VAL)], 'not_labeled_yet')).toMatchObject({ tone: 'ok' });
  });

  test('nothing to learn blocks the start, and so does a setting that is not valid', () => {
    expect(starts([image(TRAIN), ...everywhere.slice(1)])).toMatchObject({ tone: 'bad', blocked: true });
    expect(starts(everywhere.slice(1))).toMatchObject({ tone: 'bad', blocked: true });
    expect(starts([...everywhere.slice(0, 2), image(TEST)], 'not_labeled_yet')).toMatchObject({ blocked: true });
    expect(starts(everywhere, 'none_of_these', { wrongSetting: '“Epochs” must be 0 or more.' })).toMatchObject({
      tone: 'bad',
      blocked: true,
      headline: '“Epochs” must be 0 or more.',
    });
  });

  test('settings that do not run on this machine say why, and are not blocked: another machine may run them', () =>
    expect(starts(everywhere, 'none_of_these', { problem: 'Out of memory.' })).toEqual({
      tone: 'bad',
      blocked: false,
      headline: 'These settings do not run on this machine.',
      reason: 'Out of memory.',
    }));

  test('says how long it takes, and that it waits', () => {
    expect(starts(everywhere, 'none_of_these', { seconds: 3600 }).headline).toMatch(
      /^Ready to start\. Takes about 1 h 0 min/,
    );
    expect(starts(everywhere, 'none_of_these', { busy: true })).toMatchObject({
      headline: 'Ready to queue.',
      reason: 'It starts when the previous run has finished.',
    });
  });
});
