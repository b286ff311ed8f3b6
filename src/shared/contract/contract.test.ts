import { expect, test } from 'vitest';
import type { PictureQuery } from './contract.ts';
import { pictureQuery, pictureQuerySchema } from './contract.ts';

test.each<{ query: PictureQuery; text: string }>([
  { query: { kind: 'thumbnail', edge: 128 }, text: 'kind=thumbnail&edge=128' },
  { query: { kind: 'photo' }, text: 'kind=photo' },
  {
    query: { kind: 'letterbox', size: 300, padding: [0, 127, 255] },
    text: 'kind=letterbox&size=300&padding=0%2C127%2C255',
  },
  {
    query: { kind: 'augmented', size: 96, padding: [1, 2, 3], draw: 2, settings: '{"flip":0.5}' },
    text: 'kind=augmented&size=96&padding=1%2C2%2C3&draw=2&settings=%7B%22flip%22%3A0.5%7D',
  },
])('the address of a picture is read back as it was requested: $text', ({ query, text }) => {
  const address = new URLSearchParams(pictureQuery(query));
  expect(address.toString()).toBe(text);
  expect(pictureQuerySchema.parse(Object.fromEntries(address))).toEqual(query);
});
