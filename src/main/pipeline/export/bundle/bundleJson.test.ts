import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { message } from '../../../../shared/message.ts';
import { firstDifference, parseBundleJson, pathText } from './bundleJson.ts';

const anything = z.unknown();
const read = (text: string): unknown => parseBundleJson(anything, 'x.json', Buffer.from(text));
const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
const listOf = (lists: number): string => `[${'[],'.repeat(lists - 1)}[]]`;

describe('JSON of a bundle', () => {
  test.each([
    ['64 levels', nested(64)],
    ['65 lists side by side', listOf(65)],
    ['64 levels, twice', `[${nested(63)},${nested(63)}]`],
    ['brackets behind a text that ends in a backslash', JSON.stringify(['\\\\', [['\\\\']]])],
    ['brackets inside a text', JSON.stringify({ label: '['.repeat(100) })],
    ['brackets after an escaped quote', JSON.stringify({ label: `"\\${'{'.repeat(100)}` })],
  ])('with %s is read', (_, text) => {
    expect(read(text)).toEqual(JSON.parse(text));
  });

  test('with two million lists, the one around them included, is read', () => {
    expect((read(listOf(1_999_999)) as unknown[]).length).toBe(1_999_999);
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

describe("a file that is not a bundle's JSON", () => {
  const schema = z.strictObject({ labels: z.array(z.strictObject({ k: z.int().min(0).max(256) })) });
  const fault = (bytes: Uint8Array): { kind: string; message: string; detail?: string } => {
    try {
      parseBundleJson(schema, 'x.json', bytes);
    } catch (error) {
      return error as { kind: string; message: string; detail?: string };
    }
    throw new Error('It was read.');
  };
  test.each<readonly [string, Uint8Array, readonly string[]]>([
    ['is cut off', Buffer.from('{"labels": ['), ['x.json']],
    ['has a byte order mark', Buffer.from('\ufeff{"labels": []}'), ['x.json']],
    ['is no UTF-8', Buffer.from([...Buffer.from('{"labels": "'), 0xff, ...Buffer.from('"}')]), ['x.json']],
    ['lacks an entry', Buffer.from('{}'), ['x.json: labels']],
    ['is something else', Buffer.from('7'), ['x.json']],
    ['has an entry too many', Buffer.from('{"labels": [], "more": 1}'), ['x.json', '"more"']],
    [
      'has one too many further in',
      Buffer.from('{"labels": [{"k": 1, "more": 1}]}'),
      ['x.json', '"more"', 'labels[0]'],
    ],
    [
      'has a number that is too large',
      Buffer.from('{"labels": [{"k": 1}, {"k": 257}]}'),
      ['x.json: labels[1].k', '256'],
    ],
  ])('because it %s is refused, and the place is named', (_, bytes, names) => {
    const { kind, message } = fault(bytes);
    expect(kind).toBe('file');
    for (const name of names) expect(message).toContain(name);
  });

  test('is reported without a position when the whole value has another type', () => {
    expect(fault(Buffer.from('7')).message).not.toContain('x.json:');
    expect(fault(Buffer.from('{"labels": [], "more": 1}')).message).not.toContain(' in ');
  });

  test('keeps what the parser said for the details', () => {
    for (const text of ['{"labels": [', '{}']) expect(fault(Buffer.from(text)).detail).toBeTruthy();
  });

  test('because it is too long is not parsed', () => {
    const long = Buffer.alloc(64 * 2 ** 20 + 1, ' ');
    expect(fault(long)).toMatchObject({ kind: 'file', message: expect.stringContaining('x.json') as string });
    expect(fault(long).detail).toBeUndefined();
    const longest = long.subarray(1);
    longest.write('7');
    expect(parseBundleJson(anything, 'x.json', longest)).toBe(7);
  });
});

test.each([
  [[], ''],
  [['a'], 'a'],
  [['a', 'b'], 'a.b'],
  [['a', 0, 'b', 12, 3], 'a[0].b[12][3]'],
  [[2, 'a'], '[2].a'],
])('the place %j is written %j', (path, text) => expect(pathText(path)).toBe(text));

const nothing = message('bundle.nothing');

describe('the first difference', () => {
  test.each<readonly [unknown, unknown, ReturnType<typeof firstDifference>]>([
    [{ a: [1, { b: 'x' }], c: null }, { c: null, a: [1, { b: 'x' }] }, null],
    [1, 1, null],
    [NaN, NaN, null],
    [1, 2, { path: '', found: '1', expected: '2' }],
    [0, -0, { path: '', found: '0', expected: '0' }],
    [{ a: 1 }, { a: '1' }, { path: 'a', found: '1', expected: '"1"' }],
    // The order is that of what is expected; what there is beyond it comes last.
    [
      { z: 1, b: 1, a: 1 },
      { b: 2, a: 2 },
      { path: 'b', found: '1', expected: '2' },
    ],
    [{ z: 1, a: 1 }, { a: 1 }, { path: 'z', found: '1', expected: nothing }],
    [{}, { a: null }, { path: 'a', found: nothing, expected: 'null' }],
    [{ a: [{ b: [1, 2] }] }, { a: [{ b: [1, 3] }] }, { path: 'a[0].b[1]', found: '2', expected: '3' }],
    [[1], [1, 2], { path: '[1]', found: nothing, expected: '2' }],
    [[1, 2], [1], { path: '[1]', found: '2', expected: nothing }],
    [{ 0: 1 }, { 0: 2 }, { path: '0', found: '1', expected: '2' }],
    [null, { a: 1 }, { path: '', found: 'null', expected: '{"a":1}' }],
    [{ a: 1 }, null, { path: '', found: '{"a":1}', expected: 'null' }],
    [[1], 1, { path: '', found: '[1]', expected: '1' }],
  ])('of %j from %j is %j', (found, expected, difference) =>
    expect(firstDifference(found, expected)).toEqual(difference),
  );

  test('shows long values by their beginning', () => {
    // A quotation mark at each end makes 60 and 61 characters.
    const [short, long] = ['x'.repeat(58), 'x'.repeat(59)];
    expect(firstDifference(short, long)).toEqual({ path: '', found: `"${short}"`, expected: `"${long}\u2026` });
  });
});
