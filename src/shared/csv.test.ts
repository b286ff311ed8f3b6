import { expect, test } from 'vitest';
import { csvRow } from './csv.ts';

test.each([
  ['=cmd|calc', "'=cmd|calc"],
  ['+1', "'+1"],
  ['-x', "'-x"],
  ['@SUM(A1)', "'@SUM(A1)"],
  ['\t=1', "'\t=1"],
  ['\r=1', '"\'\r=1"'],
  ['＝1', "'＝1"],
  ['=HYPERLINK("a","b")', '"\'=HYPERLINK(""a"",""b"")"'],
  ['a=b', 'a=b'],
  ['a, "b"', '"a, ""b"""'],
])('the text %j is written as %j', (value, cell) => {
  expect(csvRow([value])).toBe(cell);
});

test('numbers are not quoted, and null gives an empty cell', () => {
  expect(csvRow([-0.5, 2, null, ''])).toBe('-0.5,2,,');
});
