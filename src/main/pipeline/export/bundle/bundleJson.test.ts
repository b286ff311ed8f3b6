import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { parseBundleJson } from './bundleJson.ts';

const anything = z.unknown();
const read = (text: string): unknown => parseBundleJson(anything, 'x.json', Buffer.from(text));
const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
const listOf = (lists: number): string => `[${'[],'.repeat(lists - 1)}[]]`;

describe('JSON of a bundle', () => {
  test.each([
    ['64 levels', nested(64)],
    ['65 lists side by side', listOf(65)],
    ['brackets inside a text', JSON.stringify({ label: '['.repeat(100) })],
    ['brackets after an escaped quote', JSON.stringify({ label: `"\\${'{'.repeat(100)}` })],
  ])('with %s is read', (_, text) => {
    expect(read(text)).toEqual(JSON.parse(text));
  });

  test.each([
    ['65 levels of lists', nested(65)],
    ['65 levels of objects', '{"a":'.repeat(65)],
    ['levels after a text', `["a\\"",${nested(65)}]`],
    ['two million lists', listOf(2_000_000)],
  ])('with %s is refused before it is parsed', (_, text) => {
    expect(() => read(text)).toThrow(expect.objectContaining({ code: 'file.jsonTooDeep', params: { file: 'x.json' } }));
  });
});
