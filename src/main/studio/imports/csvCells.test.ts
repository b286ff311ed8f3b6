import { describe, expect, test } from 'vitest';
import { labelsInJson, labelsOfText, listInCell, separatorQuestion } from './csvCells.ts';

describe('a list in a cell', () => {
  test.each<readonly [string, readonly string[]]>([
    ['["apple", "pear"]', ['apple', 'pear']],
    [' ["apple"]\n', ['apple']],
    ['[\n"apple",\n"pear"]', ['apple', 'pear']],
    ['[]', []],
    ['[ ]', []],
    ['[1, true, 2.5]', ['1', 'true', '2.5']],
    ['[["a"], ["b", "c"]]', ['a', 'b', 'c']],
    ["['apple', 'pear']", ['apple', 'pear']],
    ["['apple', 'pear', ]", ['apple', 'pear']],
    ['[ \'apple\' , "pear" ]', ['apple', 'pear']],
    ["['a, b', 'c]']", ['a, b', 'c]']],
    ["['it\\'s', \"5\\\" pipe\", 'a\\\\b']", ["it's", '5" pipe', 'a\\b']],
    ['[apple, red pear]', ['apple', 'red pear']],
    ["['', 'a']", ['', 'a']],
    ["('apple', 'pear')", ['apple', 'pear']],
    ['("apple",)', ['apple']],
    ["( 'apple')", ['apple']],
    ['()', []],
    ['( )', []],
    ["{'apple', 'pear'}", ['apple', 'pear']],
    ['{"choices": ["a", "b"]}', ['a', 'b']],
    ['{ "choices": ["a"]}', ['a']],
    ['{}', []],
    ['{ }', []],
    ['[{"rectanglelabels": ["a"], "x": 1}, {"rectanglelabels": ["b"]}]', ['a', 'b']],
  ])('%j has %j', (cell, labels) => expect(listInCell(cell)).toEqual(labels));

  test.each([
    'apple',
    'a [b]',
    '[a] b',
    '(wild) apple',
    '(red)',
    'a ("b")',
    '{apple}',
    'x {}',
    '{} x',
    'x {"a"}',
    '{"a"} x',
    "('a') x",
    '',
  ])('%j is plain text', (cell) => expect(listInCell(cell)).toBeNull());

  test.each(["['a', ['b']]", "['a' 'b']", '["a]', '[a"b]', "(''')"])('%j is broken', (cell) =>
    expect(listInCell(cell)).toBe('broken'),
  );
});

describe('labels in parsed JSON', () => {
  test.each<readonly [unknown, readonly string[] | null]>([
    ['a', ['a']],
    [0, ['0']],
    [false, ['false']],
    [null, null],
    [[], []],
    [['a', null], null],
    [{ choices: ['a'] }, ['a']],
    [{ polygonlabels: ['a', 'b'] }, ['a', 'b']],
    [{ labels: ['a'] }, ['a']],
    [{ choices: 'a' }, null],
    [{ text: ['a'] }, null],
    [{ mychoices: ['a'] }, null],
    [{ labelsx: ['a'] }, null],
    [{ x: 1, taxonomylabels: [['a'], ['b']] }, ['a', 'b']],
  ])('of %j are %j', (value, labels) => expect(labelsInJson(value)).toEqual(labels));
});

describe('the labels of a text', () => {
  test.each([
    ['a|b, c', 'pipe', ['a', 'b, c']],
    ['a;b|c', 'semicolon', ['a', 'b|c']],
    ['a , b;c', 'comma', ['a', 'b;c']],
    ['a  b\tc', 'space', ['a', 'b', 'c']],
    [' a b ', 'none', ['a b']],
    ['a\r\nb\rc\nd', 'none', ['a', 'b', 'c', 'd']],
    ['a,,b,\n\n', 'comma', ['a', 'b']],
    ['', 'comma', []],
  ] as const)('%j, separated by %s', (cell, separator, labels) =>
    expect(labelsOfText(cell, separator)).toEqual(labels),
  );
});

describe('the question what separates labels', () => {
  const asked = (...cells: string[]) => {
    const question = separatorQuestion(cells, 'tags');
    return question === null ? null : [question.assumed, ...question.choices.map(({ value }) => value)];
  };
  test.each([
    ['is not asked when nothing separates', ['apple', 'pear'], null],
    ['takes a pipe for one', ['a|b'], ['pipe', 'pipe', 'none', 'semicolon', 'comma', 'space']],
    ['takes a semicolon for one', ['a;b'], ['semicolon', 'semicolon', 'none', 'pipe', 'comma', 'space']],
    [
      'takes a pipe before others, and offers those whose parts also occur alone first',
      ['a;b x|c', 'a;b', 'a|b x', 'x'],
      ['pipe', 'pipe', 'semicolon', 'space', 'none', 'comma'],
    ],
    [
      'takes a comma between labels that also occur alone',
      ['a,b', 'a', 'b'],
      ['comma', 'comma', 'none', 'pipe', 'semicolon', 'space'],
    ],
    [
      'takes a comma when half of its parts also occur otherwise',
      ['a,b', 'a'],
      ['comma', 'comma', 'none', 'pipe', 'semicolon', 'space'],
    ],
    [
      'leaves a comma open when fewer parts occur otherwise',
      ['a,b,c', 'a'],
      [null, 'comma', 'none', 'pipe', 'semicolon', 'space'],
    ],
    [
      'leaves a comma open when its parts only occur together',
      ['red, a', 'green, b'],
      [null, 'comma', 'space', 'none', 'pipe', 'semicolon'],
    ],
    ['is not asked for spaces inside names', ['red apple', 'green pear'], null],
    [
      'takes a space between labels that also occur alone',
      ['a b', 'a', 'b'],
      ['space', 'space', 'none', 'pipe', 'semicolon', 'comma'],
    ],
    [
      'assumes names with spaces when few parts occur otherwise',
      ['a b', 'c d', 'c e f'],
      ['none', 'space', 'none', 'pipe', 'semicolon', 'comma'],
    ],
    [
      'does not count the same labels twice, in any order',
      ['a,b', 'b,a', ' a,b '],
      [null, 'comma', 'none', 'pipe', 'semicolon', 'space'],
    ],
    ['looks at each line of a cell', ['a,b\nc', 'a\r\nb'], ['comma', 'comma', 'none', 'pipe', 'semicolon', 'space']],
    [
      'offers separators whose parts also occur otherwise before the others',
      ['x;y|p q', 'q'],
      ['pipe', 'pipe', 'space', 'semicolon', 'none', 'comma'],
    ],
    [
      'does not take the lines of a cell for one',
      ['a,b\nc', 'a,b'],
      [null, 'comma', 'none', 'pipe', 'semicolon', 'space'],
    ],
    [
      'tells apart what only looks the same when it is joined',
      ['v,w,x,y,a,bc', 'v,w,x,y,ab,c'],
      ['comma', 'comma', 'none', 'pipe', 'semicolon', 'space'],
    ],
    [
      'does not count labels that only occur alone',
      ['a,b', 'a', 'b', 'c', 'd', 'e'],
      ['comma', 'comma', 'none', 'pipe', 'semicolon', 'space'],
    ],
  ])('%s', (_, cells, question) => expect(asked(...cells)).toEqual(question));

  test('names the column, and each choice has a text of its own', () => {
    const { id, text, choices } = separatorQuestion(['a|b'], 'tags')!;
    expect([id, text.params]).toEqual(['separator', { column: 'tags' }]);
    expect(choices.map(({ value, text: { code } }) => [value, code])).toEqual([
      ['pipe', 'importQuestion.separatorPipe'],
      ['none', 'importQuestion.separatorNone'],
      ['semicolon', 'importQuestion.separatorSemicolon'],
      ['comma', 'importQuestion.separatorComma'],
      ['space', 'importQuestion.separatorSpace'],
    ]);
  });
});
