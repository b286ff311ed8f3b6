import { describe, expect, test } from 'vitest';
import { message } from '../../../shared/message.ts';
import type { Layout, SeparatorName } from '../../pipeline/data/labelLine.ts';
import { lineWithLabels, newLine, sameLabels } from './lineText.ts';

const layout = (separator: SeparatorName, labelSeparator: SeparatorName = separator, quotedLists = false): Layout => ({
  separator,
  labelSeparator,
  quotedLists,
});
const tab = layout('tab', 'comma');
const comma = layout('comma');
const space = layout('space');

// Quotes follow RFC 4180: a field that contains a quote or a separator is quoted, and quotes inside are doubled.
test.each<[before: string, Layout, labels: string[], after: string]>([
  // Spaces around the path and after the labels belong to neither.
  ['a.jpg  \tx', tab, ['y'], 'a.jpg\ty'],
  ['  a.jpg\tx', tab, ['y'], '  a.jpg\ty'],
  ['a.jpg\tx   ', tab, ['y'], 'a.jpg\ty'],
  ['a.jpg  ', tab, ['y'], 'a.jpg\ty'],
  ['  a.jpg', tab, ['y'], '  a.jpg\ty'],
  ['a.jpg x', space, ['y', 'z'], 'a.jpg y z'],
  ['a.jpg x y   ', space, [], 'a.jpg'],
  ['a.jpg x y \t ', space, ['z'], 'a.jpg z'],
  ['  a.jpg   x  ', space, ['z'], '  a.jpg z'],
  ['a.jpg;x', layout('semicolon'), ['y', 'z'], 'a.jpg;y;z'],
  ['a.jpg|x', layout('pipe', 'semicolon'), ['y', 'z'], 'a.jpg|y;z'],
  // Labels that need quotes, and labels that do not.
  ['a.jpg', comma, ['say "hi"'], 'a.jpg,"say ""hi"""'],
  ['a.jpg', comma, ["it's"], `a.jpg,"it's"`],
  ['a.jpg', comma, ['red apple'], 'a.jpg,red apple'],
  ['a.jpg', comma, ['a;b'], 'a.jpg,a;b'],
  ['a.jpg', tab, ['a\tb'], 'a.jpg\t"a\tb"'],
  ['a.jpg', tab, ['a,b'], 'a.jpg\t"a,b"'],
  ['a.jpg', space, ['red apple'], 'a.jpg "red apple"'],
  ['a.jpg', space, ['red\tapple'], 'a.jpg "red\tapple"'],
  ['a.jpg', layout('space', 'comma'), ['red apple', 'fig'], 'a.jpg "red apple",fig'],
  // A quoted list has quotes around several labels, none around one plain label, and inner quotes doubled twice.
  ['a.jpg,x', layout('comma', 'comma', true), ['y', 'z'], 'a.jpg,"y,z"'],
  ['a.jpg,"x,y"', layout('comma', 'comma', true), ['z'], 'a.jpg,z'],
  ['a.jpg', layout('comma', 'comma', true), ['red, ripe'], 'a.jpg,"""red, ripe"""'],
  ['a.jpg', layout('comma', 'comma', true), ['red, ripe', 'z'], 'a.jpg,"""red, ripe"",z"'],
  ['a.jpg', layout('comma', 'semicolon', true), ['a,b', 'c;d'], 'a.jpg,"a,b;""c;d"""'],
  ['a.jpg', layout('comma', 'semicolon', true), ['say "hi"'], 'a.jpg,"""say """"hi"""""""'],
])('%j in %o with the labels %j becomes %j', (before, own, labels, after) =>
  expect(lineWithLabels(before, own, labels)).toBe(after),
);

describe('labels that the layout cannot express are refused', () => {
  test.each([
    [[' x']],
    [['x', '']],
    // Line breaks would start another line, and a NUL makes the line unreadable.
    [['x\ny']],
    [['x', 'y\rz']],
    [['x\0']],
  ])('%j', (labels) =>
    expect(() => lineWithLabels('a.jpg', tab, labels)).toThrow(
      expect.objectContaining({
        code: 'data.labelsDoNotFitLayout',
        params: { separator: message('separators.tab'), labels: labels.join(', ') },
      }),
    ),
  );

  test('a quote in a label that would close an apostrophe in the path', () =>
    expect(() => lineWithLabels("'a.jpg", comma, ["b',c"])).toThrow(
      expect.objectContaining({ code: 'data.labelsDoNotFitLayout' }),
    ));

  test('a line with an open quotation mark', () =>
    expect(() => lineWithLabels('"a.jpg,x', comma, ['y'])).toThrow(
      expect.objectContaining({
        code: 'data.lineWithOpenQuote',
        params: { line: '"a.jpg,x' },
      }),
    ));
});

test.each<[path: string, Layout, line: string]>([
  ['a.jpg', comma, 'a.jpg,x'],
  ['a b.jpg', comma, 'a b.jpg,x'],
  ['a b.jpg', space, '"a b.jpg" x'],
  ['a\tb.jpg', space, '"a\tb.jpg" x'],
  ['a,b.jpg', space, 'a,b.jpg x'],
  ['a,b.jpg', comma, '"a,b.jpg",x'],
  ['a,b.jpg', tab, 'a,b.jpg\tx'],
  ['a|b.jpg', layout('pipe'), '"a|b.jpg"|x'],
  ['say "a".jpg', tab, '"say ""a"".jpg"\tx'],
  ["it's.jpg", tab, `"it's.jpg"\tx`],
  [' a.jpg', tab, '" a.jpg"\tx'],
  ['a.jpg ', tab, '"a.jpg "\tx'],
])('a new line for %j in %o quotes the path only if it must', (path, own, line) =>
  expect(newLine(path, own, ['x'])).toBe(line),
);

test.each([
  [['a', 'b'], ['b', 'a'], true],
  [['a', 'b'], ['a'], false],
  [['a'], ['A'], false],
  [['caf\u00e9'], ['cafe\u0301'], true],
  [['a,b'], ['a', 'b'], false],
  [[], [], true],
])('%j and %j are the same labels: %s', (a, b, same) => expect(sameLabels(a, b)).toBe(same));
