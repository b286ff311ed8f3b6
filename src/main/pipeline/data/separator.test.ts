import { describe, expect, test } from 'vitest';
import type { SeparatorName } from './labelLine.ts';
import { betterSeparator, detectLayout } from './separator.ts';

const none = (): boolean => false;
const layout = (lines: string[], exists: (path: string) => boolean = none) => {
  const { separator, labelSeparator, quotedLists } = detectLayout(lines, 'auto', exists);
  return `${separator}/${labelSeparator}${quotedLists ? ' lists' : ''}`;
};

describe('the layout of label files', () => {
  test.each([
    // Between path and labels: the separator before which most lines have the name of an image.
    [[], 'tab/tab'],
    [['a.jpg', 'b.jpg'], 'tab/tab'],
    [['a b.jpg', 'c d.jpg'], 'tab/tab'], // Whole lines that are names of images say nothing.
    [['a.jpg,x', 'b.jpg;y', 'c.jpg;z'], 'semicolon/semicolon'],
    [['a.jpg\tx,y'], 'tab/comma'],
    [['a.jpg x;y', 'b.jpg z'], 'space/semicolon'],
    [['a.jpg | x|y'], 'pipe/pipe'],
    // On a tie the separator that is rarer inside names: tab, semicolon, pipe, comma, space.
    [['a.jpg\tx', 'b.jpg;y'], 'tab/tab'],
    [['a.jpg;x', 'b.jpg|y'], 'semicolon/semicolon'],
    // Between labels: further columns, unless more lines show another separator in one column.
    [['a.jpg,x,y', 'b.jpg,x,y', 'c.jpg,x;y'], 'comma/comma'],
    [['a.jpg,x,y', 'b.jpg,x;y', 'c.jpg,x;y'], 'comma/semicolon'],
    [['a.jpg,x,y', 'b.jpg,x;y'], 'comma/comma'],
    [['a.jpg,x,', 'b.jpg,y;z'], 'comma/semicolon'], // An empty column is no further label.
    [['a.jpg,x,', 'b.jpg,x,', 'c.jpg,y;z'], 'comma/semicolon'],
    [['a.jpg,x\ty'], 'comma/tab'],
    [['a.jpg;x,y', 'b.jpg;x|y', 'c.jpg;x|y'], 'semicolon/pipe'],
    // Spaces and tabs separate alike, so that a tab is not another separator; labels with a comma may hold spaces.
    [['a.jpg x\ty', 'b.jpg x'], 'space/space'],
    [['a.jpg red apple,y', 'b.jpg y'], 'space/comma'],
    [['a.jpg red apple,y', 'b.jpg x y', 'c.jpg x y'], 'space/space'],
    // Quoted lists.
    [['a.jpg,"x,y"', 'b.jpg,z'], 'comma/comma lists'],
    [['a.jpg,"x;y"', 'b.jpg,z'], 'comma/semicolon lists'],
    [['a.jpg,"x,y"', 'b.jpg,z,w'], 'comma/comma'], // Columns are in use: the quotes protect one label.
    [['a.jpg,"x"', 'b.jpg,"y"'], 'comma/comma'],
    [['a.jpg,"x;y",z', 'b.jpg,p;q', 'c.jpg,p;q'], 'comma/semicolon'],
  ])('%j is %s', (lines, expected) => expect(layout(lines)).toBe(expected));

  test('without image extensions, files on disk decide; without those, the most frequent character', () => {
    const lines = ['a,b;x', 'c,d;y', 'e,z'];
    expect(layout(lines, (name) => name === 'a,b' || name === 'c,d')).toBe('semicolon/semicolon');
    expect(layout(lines)).toBe('comma/semicolon');
    // Names of images outvote files.
    expect(layout(['a.jpg,x;y', 'c,d;y', 'e,f;y'], (name) => name === 'c,d' || name === 'e,f')).toBe('comma/semicolon');
  });

  test.each<[lines: string[], setting: SeparatorName | 'auto', code: string, found?: number, lines?: number]>([
    [['a.jpg'], 'auto', 'noLabels'],
    [['a.jpg,x', 'b,y'], 'auto', 'byImageName', 1, 2],
    [['here,x', 'b,y'], 'auto', 'byFileName', 1, 2],
    [['b,y', 'c d'], 'auto', 'byCharacter', 1, 2],
    [['a.jpg,x;y'], 'auto', 'evidenceWithLabels'],
    [['a.jpg,x', ' b ', ' c d.jpg '], 'auto', 'byImageName', 1, 1],
    [['a.jpg,x'], 'pipe', 'configured'],
  ])('%j with %s: the evidence is %s', (lines, setting, code, ...[found, all]) =>
    expect(detectLayout(lines, setting, (name) => name === 'here')).toMatchObject({
      evidence: { code: `separators.${code}`, ...(found !== undefined && { params: { found, lines: all } }) },
      detected: setting === 'auto',
    }),
  );

  test('a configured separator is used, and the one between labels is still detected', () =>
    expect(detectLayout(['a.jpg,x;y'], 'comma', none)).toMatchObject({
      separator: 'comma',
      labelSeparator: 'semicolon',
      detected: false,
    }));
});

test.each<[line: string, current: SeparatorName, better: SeparatorName | null]>([
  ['a.jpg;x', 'tab', 'semicolon'],
  ['a.jpg\tx', 'tab', null],
  ['a.jpg', 'tab', null],
  ['a;x', 'tab', null],
  ['a.jpg,x;y', 'semicolon', 'comma'],
  ['a.jpg x', 'comma', 'space'],
  ['"a.jpg;x', 'tab', null],
])('%j where %s separates elsewhere: better %s', (line, current, better) =>
  expect(betterSeparator(line, current)).toBe(better),
);
