import { describe, expect, test, vi } from 'vitest';
import type { Layout, SeparatorName } from './labelLine.ts';
import { containsSeparator, hasSeveralFields, splitFields, splitLine, splitPath, wholeQuoted } from './labelLine.ts';

const plain = (...texts: string[]) => texts.map((text) => ({ text, quoted: false }));
const quoted = (...texts: string[]) => texts.map((text) => ({ text, quoted: true }));

/** Fields worked out by hand; null when a double quote is not closed. */
describe('fields', () => {
  test.each<[text: string, stops: string, fields: { text: string; quoted: boolean }[] | null]>([
    ['', ',', plain('')],
    ['a', ',', plain('a')],
    [' a , b ', ',', plain('a', 'b')],
    ['a,,b,', ',', plain('a', '', 'b', '')],
    ['a,b;c', ';,', plain('a', 'b', 'c')],
    ['a b\tc', ' \t', plain('a', 'b', 'c')],
    ['a  b', ' \t', plain('a', '', 'b')],
    ['"a,b",c', ',', [...quoted('a,b'), ...plain('c')]],
    ['  "a,b"  ,c', ',', [...quoted('a,b'), ...plain('c')]],
    ['"a" ', ',', quoted('a')],
    ['" a "', ',', quoted(' a ')],
    ['"say ""hi"""', ',', quoted('say "hi"')],
    ['""', ',', quoted('')],
    ['"","b"', ',', quoted('', 'b')],
    ["'a,b',c", ',', [...quoted('a,b'), ...plain('c')]],
    ["'it''s'", ',', quoted("it's")],
    // An apostrophe that nothing closes starts a name; a double quote that nothing closes is a fault.
    ["'tis,b", ',', plain("'tis", 'b')],
    ["'a'b,c", ',', plain("'a'b", 'c')],
    ['"a,b', ',', null],
    ['a,"b', ',', null],
    ['"a"b', ',', null],
    ['"a""', ',', null],
    // Quotes inside a field are text.
    ['a"b,c', ',', plain('a"b', 'c')],
    ['5" pan,c', ',', plain('5" pan', 'c')],
    ['"a" b', ' ', [...quoted('a'), ...plain('b')]],
  ])('%j between any of %j', (text, stops, fields) => expect(splitFields(text, stops)?.fields ?? null).toEqual(fields));

  test('up to a limit, and the rest after the last one', () => {
    expect(splitFields('a,b,c', ',', 1)).toEqual({ fields: plain('a'), rest: 'b,c' });
    expect(splitFields('a,b,c', ',', 2)).toEqual({ fields: plain('a', 'b'), rest: 'c' });
    expect(splitFields('a,', ',', 1)).toEqual({ fields: plain('a'), rest: '' });
    expect(splitFields('a', ',', 1)).toEqual({ fields: plain('a'), rest: null });
    expect(splitFields('"a,b"  ,c', ',', 1)).toEqual({ fields: quoted('a,b'), rest: 'c' });
  });
});

test.each<[text: string, SeparatorName, path: string | null, rest: string | null]>([
  ['a.jpg\tx,y', 'tab', 'a.jpg', 'x,y'],
  ['a.jpg', 'tab', 'a.jpg', null],
  ['  a.jpg x ', 'space', 'a.jpg', 'x'],
  ['\ta.jpg\tx y', 'space', 'a.jpg', 'x y'],
  ['\ta.jpg', 'tab', '', 'a.jpg'],
  ['a b.jpg;x', 'semicolon', 'a b.jpg', 'x'],
  ['a.jpg|x', 'pipe', 'a.jpg', 'x'],
  ['"a.jpg', 'comma', null, null],
])('%j before the first %s', (text, separator, path, rest) => {
  const found = splitPath(text, separator);
  expect(found === null ? [null, null] : [found.path.text, found.rest]).toEqual([path, rest]);
});

test.each<[text: string, Layout, labels: string[] | null]>([
  ['a.jpg', { separator: 'tab', labelSeparator: 'comma', quotedLists: false }, []],
  ['a.jpg\t', { separator: 'tab', labelSeparator: 'comma', quotedLists: false }, []],
  ['a.jpg\tx,, y ,', { separator: 'tab', labelSeparator: 'comma', quotedLists: false }, ['x', 'y']],
  ['a.jpg\tx,y\tz', { separator: 'tab', labelSeparator: 'comma', quotedLists: false }, ['x', 'y', 'z']],
  ['a.jpg\t" x "', { separator: 'tab', labelSeparator: 'comma', quotedLists: false }, ['x']],
  ['a.jpg\tx;y', { separator: 'tab', labelSeparator: 'comma', quotedLists: false }, ['x;y']],
  ['a.jpg,"x,y"', { separator: 'comma', labelSeparator: 'comma', quotedLists: false }, ['x,y']],
  ['a.jpg,"x,y"', { separator: 'comma', labelSeparator: 'comma', quotedLists: true }, ['x', 'y']],
  ['a.jpg,"x,y",z', { separator: 'comma', labelSeparator: 'comma', quotedLists: true }, ['x,y', 'z']],
  ['a.jpg,x', { separator: 'comma', labelSeparator: 'comma', quotedLists: true }, ['x']],
  ['a.jpg,"x;y"', { separator: 'comma', labelSeparator: 'semicolon', quotedLists: true }, ['x', 'y']],
  ['a.jpg red apple, y', { separator: 'space', labelSeparator: 'comma', quotedLists: false }, ['red apple', 'y']],
  ['a.jpg red apple', { separator: 'space', labelSeparator: 'space', quotedLists: false }, ['red', 'apple']],
  ['a.jpg\tred apple', { separator: 'tab', labelSeparator: 'comma', quotedLists: false }, ['red apple']],
  ['"a.jpg\tx', { separator: 'tab', labelSeparator: 'comma', quotedLists: false }, null],
  ['a.jpg\t"x', { separator: 'tab', labelSeparator: 'comma', quotedLists: false }, null],
])('the labels of %j in %o', (text, layout, labels) =>
  expect(splitLine(text, layout)?.labels.map((label) => label.text) ?? null).toEqual(labels),
);

test('a label says whether it was quoted', () =>
  expect(splitLine('a.jpg\tx,"y"', { separator: 'tab', labelSeparator: 'comma', quotedLists: false })).toEqual({
    path: 'a.jpg',
    labels: [...plain('x'), ...quoted('y')],
  }));

test.each<[text: string, SeparatorName, inner: string | null]>([
  ['"x,y"', 'comma', 'x,y'],
  ['"x",y', 'comma', null],
  ['x', 'comma', null],
  ['"x', 'comma', null],
  ['"x y"', 'space', 'x y'],
])('%j as one quoted field between %s', (text, separator, inner) => expect(wholeQuoted(text, separator)).toBe(inner));

test('several fields between separators; empty ones and those of an unclosed quote do not count', () => {
  expect(hasSeveralFields('x,,y', 'comma')).toBe(true);
  expect(hasSeveralFields('x,,', 'comma')).toBe(false);
  expect(hasSeveralFields('x,"y', 'comma')).toBe(false);
  expect(containsSeparator('x\ty', 'space')).toBe(true);
  expect(containsSeparator('x\ty', 'comma')).toBe(false);
});

/** Characters that are looked at by `indexOf`, which finds the ends of fields and quotes. */
function scannedBy(work: () => void): number {
  let scanned = 0;
  const indexOf = String.prototype.indexOf;
  const spy = vi.spyOn(String.prototype, 'indexOf').mockImplementation(function (this: string, ...search) {
    const found = indexOf.apply(this, search);
    scanned += (found < 0 ? this.length : found + 1) - (search[1] ?? 0);
    return found;
  });
  work();
  spy.mockRestore();
  return scanned;
}

test.each([
  ['many labels, and a separator that none of them holds', 'a,'.repeat(5_000)],
  ['many labels in quotes', '"a",'.repeat(5_000)],
  ['one quoted label with many quotes inside', `"${'a""'.repeat(5_000)}"`],
  ['many labels that begin with an apostrophe', "'a,".repeat(5_000)],
])('each character of a line is looked at a few times, however long it is: %s', (_, text) => {
  expect(scannedBy(() => splitFields(text, '\t,'))).toBeLessThan(4 * text.length);
});
