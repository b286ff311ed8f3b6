import { describe, expect, test } from 'vitest';
import { parseTable } from './csvTable.ts';

const cellsOf = (text: string): (readonly string[])[] => parseTable(text, 't.csv').rows.map(({ cells }) => cells);
const linesOf = (text: string): number[] => parseTable(text, 't.csv').rows.map(({ line }) => line);

describe('a table', () => {
  test.each([
    ['a,b;c\n1,2\n', ',', ['a', 'b;c']],
    ['a;b\n1,2,3;4\n', ';', ['a', 'b']],
    ['a\tb\n', '\t', ['a', 'b']],
    ['a|b\r\n1,2,3|4\r\n', '|', ['a', 'b']],
    ['"a,b,c";"d"\n', ';', ['a,b,c', 'd']],
    ['\n\na;b\n1,2,3\n', ';', ['a', 'b']],
    ['\uFEFFa;b\n', ';', ['a', 'b']],
    ['alone\n', ',', ['alone']],
  ])('%j is separated by %j', (text, delimiter, header) => {
    expect(parseTable(text, 't.csv').delimiter).toBe(delimiter);
    expect(cellsOf(text)[0]).toEqual(header);
  });

  test.each([
    ['sep=;\na,b;c\n', ';', [['a,b', 'c']]],
    ['"sep=|"\r\na,b|c\r\n', '|', [['a,b', 'c']]],
    ['SEP=,\na;b;c,d\n', ',', [['a;b;c', 'd']]],
    ['sep=;', ';', []],
    ['sep=;;\n', ';', [['sep=', '', '']]],
    ['xsep=,\n1', ',', [['xsep=', ''], ['1']]],
  ])('%j may declare its separator %j', (text, delimiter, cells) => {
    expect(parseTable(text, 't.csv').delimiter).toBe(delimiter);
    expect(cellsOf(text)).toEqual(cells);
  });

  test('has trimmed cells, rows of any length, and no empty rows', () => {
    expect(cellsOf(' a , b \n\n1\n"x ""y""", 2,3\n')).toEqual([['a', 'b'], ['1'], ['x "y"', '2', '3']]);
    expect(cellsOf('')).toEqual([]);
  });

  test('knows the line on which each row starts', () => {
    expect(linesOf('a,b\n1,"two\nlines"\n3,4\n\n"x\n\ny",5\n6,7')).toEqual([1, 2, 4, 6, 9]);
    expect(linesOf('sep=;\r\na;b\r\n1;2\r\n')).toEqual([2, 3]);
  });

  test('that cannot be parsed is refused with its line', () => {
    expect(() => parseTable(`a,b\n${'1,2\n'.repeat(10)}"open,3\n`, 't.csv')).toThrow(
      expect.objectContaining({
        ...{ code: 'data.tableUnreadable', params: { file: 't.csv', line: '12' } },
        detail: expect.stringMatching(/quote/i) as string,
      }),
    );
  });
});
