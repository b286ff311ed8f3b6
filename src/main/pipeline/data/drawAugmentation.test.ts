import { expect, test } from 'vitest';
import type { AugmentationConfig } from '../../../shared/config.ts';
import { configSchema } from '../../../shared/config.ts';
import { identityColor } from './color.ts';
import type { Augmentation } from './drawAugmentation.ts';
import { drawAugmentation } from './drawAugmentation.ts';

const all: AugmentationConfig = {
  ...configSchema.parse({}).augmentation,
  horizontal_flip: 0.5,
  vertical_flip: 0.5,
  geometry_probability: 0.5,
  color_probability: 0.5,
  noise: 8,
  noise_probability: 0.5,
  erase: 0.5,
};

type Kind = 'place' | 'color' | 'noise' | 'erased';
const draws = (change: Partial<AugmentationConfig>): Augmentation[] =>
  Array.from({ length: 60 }, (_, position) => drawAugmentation({ ...all, ...change }, 3, 1, position));
const kindsOf = (one: Augmentation) => ({
  place: one.place,
  color: one.color,
  noise: [one.noise, one.noiseSeed],
  erased: one.erased,
});

/** Settings that change how many numbers a kind draws, with that kind. */
const changes: readonly (readonly [Kind, Partial<AugmentationConfig>])[] = [
  ['place', { geometry_probability: 0 }],
  ['place', { geometry_probability: 1 }],
  ['place', { horizontal_flip: 0, vertical_flip: 0 }],
  ['color', { color_probability: 0 }],
  ['color', { color_probability: 1 }],
  ['noise', { noise_probability: 0 }],
  ['noise', { noise: 0 }],
  ['erased', { erase: 0 }],
  ['erased', { erase: 1 }],
];

test.each(changes)('switching %s changes the draws of no other kind: %o', (changed, change) => {
  const [before, after] = [draws({}), draws(change)];
  for (const kind of ['place', 'color', 'noise', 'erased'] as const) {
    const [old, now] = [before, after].map((list) => list.map((one) => kindsOf(one)[kind]));
    if (kind === changed) expect(now).not.toEqual(old);
    else expect(now).toEqual(old);
  }
});

test('RandAugment adds to what is drawn without it, and leaves noise and erasing as they were', () => {
  const [before, after] = [draws({}), draws({ rand_operations: 2 })];
  expect(after.map(({ noise, noiseSeed, erased }) => [noise, noiseSeed, erased])).toEqual(
    before.map(({ noise, noiseSeed, erased }) => [noise, noiseSeed, erased]),
  );
  expect(after).not.toEqual(before);
});

test('kinds are drawn independently of each other', () => {
  const images = Array.from({ length: 4000 }, (_, position) => drawAugmentation(all, 3, 1, position));
  const traits: readonly ((one: Augmentation) => boolean)[] = [
    ({ place }) => place.xy !== 0,
    ({ color }) => color !== identityColor,
    ({ noise }) => noise > 0,
    ({ erased }) => erased !== null,
  ];
  const share = (has: (one: Augmentation) => boolean): number => images.filter(has).length / images.length;
  for (const [i, a] of traits.entries())
    for (const b of traits.slice(i + 1))
      // Each happens to half of the images, both to a quarter: within 4 standard deviations of sqrt(3 / 16 / 4000).
      expect(Math.abs(share((one) => a(one) && b(one)) - 0.25)).toBeLessThan(0.028);
});
