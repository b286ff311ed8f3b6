import { mkdirSync, truncateSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { importFolder } from '../../../../tests/imports/importFolder.ts';
import { message } from '../../../shared/message.ts';
import { createQuestions } from './questions.ts';
import { parseJson, readSourceText, readTextIfThere, utf16Of } from './sourceText.ts';

const { path, put } = importFolder();

describe('the text of a source', () => {
  const read = async (content: Buffer, answers = {}) => {
    put('a.txt', content);
    const questions = createQuestions(answers);
    return { text: await readSourceText(path(), 'a.txt', questions), asked: questions.asked };
  };

  test.each([
    ['UTF-8', Buffer.from('pi\u00f1a \u{1f34d}')],
    ['UTF-8 with a mark', Buffer.from('\ufeffpi\u00f1a \u{1f34d}')],
    ['UTF-16', Buffer.from('\ufeffpi\u00f1a \u{1f34d}', 'utf16le')],
    ['UTF-16 with the high byte first', Buffer.from('\ufeffpi\u00f1a \u{1f34d}', 'utf16le').swap16()],
  ])('is read as %s', async (_, content) => {
    expect(await read(content)).toEqual({ text: 'pi\u00f1a \u{1f34d}', asked: [] });
  });

  test('in another encoding is taken for Windows-1252, unless another one is chosen', async () => {
    // 0xf1 is n with tilde in Western Europe, n with acute in Central Europe, and es in Cyrillic.
    const content = Buffer.from([0x61, 0xf1]);
    const { text, asked } = await read(content);
    expect(text).toBe('a\u00f1');
    expect(asked).toEqual([
      {
        ...{ id: 'encoding', text: message('importQuestion.encoding', { file: 'a.txt' }), answer: 'windows-1252' },
        choices: [
          { value: 'windows-1252', text: message('importQuestion.encodingWestern') },
          { value: 'windows-1250', text: message('importQuestion.encodingCentralEuropean') },
          { value: 'windows-1251', text: message('importQuestion.encodingCyrillic') },
          { value: 'macintosh', text: message('importQuestion.encodingMac') },
          { value: 'shift_jis', text: message('importQuestion.encodingJapanese') },
          { value: 'gb18030', text: message('importQuestion.encodingChinese') },
        ],
      },
    ]);
    expect((await read(content, { encoding: 'windows-1250' })).text).toBe('a\u0144');
    expect((await read(content, { encoding: 'windows-1251' })).text).toBe('a\u0441');
  });

  test('is refused when it is not a file of the project, or too large', async () => {
    const refusal = (file: string) => readSourceText(path(), file, createQuestions({}));
    mkdirSync(path('folder'));
    await expect(refusal('folder')).rejects.toMatchObject({ code: 'file.sourceNotFile', params: { file: 'folder' } });
    await expect(refusal('gone.txt')).rejects.toMatchObject({
      ...{ code: 'file.sourceUnreadable', params: { file: 'gone.txt' } },
      detail: expect.stringContaining('ENOENT') as string,
    });
    await expect(refusal('../a.txt')).rejects.toMatchObject({
      ...{ code: 'data.outsideProject', params: { file: '../a.txt' } },
    });
    put('large.txt', '');
    truncateSync(path('large.txt'), 500_000_001);
    await expect(refusal('large.txt')).rejects.toMatchObject({
      ...{ code: 'data.sourceTooLarge', params: { file: 'large.txt', megabytes: 500 } },
    });
  });
});

test('UTF-16 is recognized by its mark', () => {
  expect(utf16Of(Uint8Array.of(0xff, 0xfe, 1))).toBe('utf-16le');
  expect(utf16Of(Uint8Array.of(0xfe, 0xff))).toBe('utf-16be');
  for (const bytes of [[], [0xff], [0xff, 0xff], [0xfe, 0xfe], [0, 0xfe], [0, 0xff]])
    expect(utf16Of(Uint8Array.from(bytes))).toBeNull();
});

test('an optional text is null only if there is no such file', async () => {
  put('a.txt', '\ufeffa\ufeffb');
  expect(await readTextIfThere(path(), 'a.txt')).toBe('a\ufeffb');
  expect(await readTextIfThere(path(), 'b.txt')).toBeNull();
  await expect(readTextIfThere(path(), '../b.txt')).rejects.toMatchObject({
    ...{ code: 'data.outsideProject', params: { file: '../b.txt' } },
  });
  const long = `${'x'.repeat(300)}.txt`;
  await expect(readTextIfThere(path(), long)).rejects.toMatchObject({
    code: expect.stringMatching(/^(file\.sourceUnreadable|data\.outsideProject)$/) as string,
    params: { file: long },
  });
});

describe('JSON', () => {
  test.each([
    ['{"a": [1, null]}', { a: [1, null] }],
    ['[NaN, -Infinity, Infinity, -NaN, 2]', [null, null, null, null, 2]],
    ['["NaN", "say \\"Infinity\\"", NaN]', ['NaN', 'say "Infinity"', null]],
    ['{"NaN": "\\\\", "b": NaN}', { NaN: '\\', b: null }],
  ])('%s is read', (text, value) => expect(parseJson(text, 'a.json')).toEqual(value));

  test.each([
    ['{"a": [1,\n2', 'data.truncatedFile', 2],
    ['\n{"a": "b}', 'data.truncatedFile', 2],
    ['[1, 2,\n\n', 'data.truncatedFile', 3],
    ['', 'data.truncatedFile', 1],
    ['[[1, 2]', 'data.invalidJson', 1],
    ['{"a": 1,\n"b": [2}\n}', 'data.invalidJson', 2],
    ['\n\n{"a" 1}', 'data.invalidJson', 3],
    ['[1,\n\n2 3] \n', 'data.invalidJson', 3],
    ['[xNaN, NaNx]', 'data.invalidJson', 1],
  ])('%j is refused with its line', (text, code, line) => {
    expect(() => parseJson(text, 'a.json')).toThrow(
      expect.objectContaining({
        code,
        params: { file: 'a.json', line },
        detail: expect.stringMatching(/\w/) as string,
      }),
    );
  });
});
