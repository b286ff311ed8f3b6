import { describe, expect, test } from 'vitest';
import { translator } from './locales/translate.ts';
import { message, quoted, say } from './message.ts';
import { messageSchema } from './messageSchema.ts';
import { Problem, toProblemData } from './problem.ts';

const [english, spanish] = [translator('en'), translator('es')];

describe('messages', () => {
  test('are said in the language of whoever reads them, with its numbers and its lists', () => {
    const long = message('list.andMore', { items: ['a', 'b'].join(', '), count: 12345.5 });
    expect(long.text).toBe('a, b and 12,345.5 more');
    expect(say(english, long)).toBe(long.text);
    expect(say(spanish, long)).toBe('a, b y 12.345,5 más');
  });

  test('say a message inside a message in the same language', () => {
    const question = message('data.importUnanswered', {
      question: message('list.andMore', { items: 'a.jpg', count: 3 }),
    });
    expect(question.text).toMatch(/ a\.jpg and 3 more$/);
    expect(say(spanish, question)).toMatch(/ a\.jpg y 3 más$/);
  });

  test('leave what a person wrote as it is, also where it looks like a placeholder', () => {
    for (const path of ['{{count}}', '$t(messages.list.andMore)', '<b>&amp;</b>', '__proto__'])
      expect(say(spanish, message('file.missing', { path })).startsWith(`${path} no existe`)).toBe(true);
  });

  test('keep their English text where the code is of another version', () => {
    expect(say(spanish, { text: 'Plain.', code: 'from.tomorrow', params: { a: 1 } })).toBe('Plain.');
    expect(say(spanish, { text: 'Plain.', code: 'file', params: {} })).toBe('Plain.');
    expect(say(spanish, quoted('Plain.'))).toBe('Plain.');
  });

  test('cross a border as JSON; plain text from an earlier version is read as well', () => {
    const missing = message('file.missing', { path: message('list.andMore', { items: 'a', count: 2 }) });
    expect(messageSchema.parse(JSON.parse(JSON.stringify(missing)))).toEqual(missing);
    expect(messageSchema.parse('Training the teacher.')).toEqual({ text: 'Training the teacher.' });
    expect(messageSchema.safeParse({ text: 'a', code: 'b', params: { c: true } }).success).toBe(false);
  });

  test('nested without end are refused, and do not overflow the stack', () => {
    const nested = (levels: number): unknown =>
      Array.from({ length: levels }).reduce<unknown>((reason) => ({ text: 'a', params: { reason } }), 'b');
    expect(messageSchema.safeParse(nested(5)).success).toBe(true);
    expect(messageSchema.safeParse(nested(100_000)).success).toBe(false);
  });
});

describe('problems', () => {
  test('carry their kind in their code, and survive a border', () => {
    const problem = new Problem('file.missing', { path: 'a.jpg' }, 'open');
    const data = toProblemData(problem);
    expect(data).toEqual({
      kind: 'file',
      code: 'file.missing',
      params: { path: 'a.jpg' },
      message: expect.stringMatching(/^a\.jpg does not exist/) as string,
      detail: 'open',
    });
    const elsewhere = Problem.from(data);
    expect(elsewhere).toBeInstanceOf(Problem);
    expect(toProblemData(elsewhere)).toEqual(data);
    expect(say(spanish, data)).toMatch(/^a\.jpg no existe/);
  });

  test('do not compile with a wrong code or wrong parameters', () => {
    // @ts-expect-error: no such code
    const unknownCode = (): Problem => new Problem('file.nowhere', {});
    // @ts-expect-error: `path` is missing
    const missingParameter = (): Problem => new Problem('file.missing', {});
    // @ts-expect-error: it is called `path`
    const wrongParameter = (): Problem => new Problem('file.missing', { why: 'a.jpg' });
    expect([unknownCode, missingParameter, wrongParameter]).toHaveLength(3);
  });
});
