import fc from 'fast-check';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { appended, joined, readRawFile, rewritten } from './labelFile.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'destila-label-file-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const readBytes = (bytes: Uint8Array | string) => {
  writeFileSync(path.join(folder, 'train.txt'), bytes);
  return readRawFile(folder, 'train');
};

test.each([
  ['', [], '\n'],
  ['a', [['a', '']], '\n'],
  [
    'a\nb\n',
    [
      ['a', '\n'],
      ['b', '\n'],
    ],
    '\n',
  ],
  [
    'a\r\nb',
    [
      ['a', '\r\n'],
      ['b', ''],
    ],
    '\r\n',
  ],
  // Old Macs ended lines with CR alone. If the file also has LF, a single CR is not an ending.
  [
    'a\rb\r',
    [
      ['a', '\r'],
      ['b', '\r'],
    ],
    '\r',
  ],
  [
    'a\n\nb\r\n',
    [
      ['a', '\n'],
      ['', '\n'],
      ['b', '\r\n'],
    ],
    '\n',
  ],
  // A CR at the end of the last line is a truncated Windows ending.
  [
    '\r\na\n\r',
    [
      ['', '\r\n'],
      ['a', '\n'],
      ['', '\r'],
    ],
    '\r\n',
  ],
  [
    '\n\nb',
    [
      ['', '\n'],
      ['', '\n'],
      ['b', ''],
    ],
    '\n',
  ],
  [
    '\r\rb',
    [
      ['', '\r'],
      ['', '\r'],
      ['b', ''],
    ],
    '\r',
  ],
  [
    '\uFEFFa\nb',
    [
      ['a', '\n'],
      ['b', ''],
    ],
    '\n',
  ],
] as const)('%j is read as lines with their endings', async (content, lines, ending) => {
  const file = await readBytes(content);
  expect(file.lines.map((line) => [line.text, line.ending])).toEqual(lines);
  expect(file.ending).toBe(ending);
});

test('lines that are not edited are written back byte for byte, whatever the bytes', async () => {
  const piece = fc.constantFrom(
    ...['a', ',', '\t', '\r', '\n', '\r\n', '\uFEFF', 'é'].map((text) => Buffer.from(text)),
  );
  const bytes = fc.array(fc.oneof(piece, fc.uint8Array({ maxLength: 3 })), { maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(bytes, async (pieces) => {
      const whole = Buffer.concat(pieces);
      const { lines } = await readBytes(whole);
      expect(joined(lines).equals(whole)).toBe(true);
    }),
    { numRuns: 200, seed: 1 },
  );
});

test('a rewritten line keeps its byte order mark and its ending', async () => {
  const { lines } = await readBytes('\uFEFFa\r\nb');
  expect(rewritten(lines[0]!, 'c').bytes.toString()).toBe('\uFEFFc\r\n');
  expect(rewritten(lines[1]!, 'c').bytes.toString()).toBe('c');
});

test.each([
  ['a\r\nb', '\r\n', 'a\r\nb\r\nx\r\ny\r\n'],
  ['a\nb\nc', '\n', 'a\nb\nc\nx\ny\n'],
  ['a\n', '\n', 'a\nx\ny\n'],
  ['', '\n', 'x\ny\n'],
])('new lines go after the last one of %j, which gets an ending first', async (content, ending, expected) => {
  const file = await readBytes(content);
  expect(file.ending).toBe(ending);
  expect(joined(appended(file.lines, ['x', 'y'], file.ending)).toString()).toBe(expected);
  expect(joined(appended(file.lines, [], file.ending)).toString()).toBe(content);
});

test('a missing file is empty; one that cannot be read is an error', async () => {
  expect(await readRawFile(folder, 'val')).toMatchObject({ exists: false, hash: '', lines: [], ending: '\n' });
  mkdirSync(path.join(folder, 'test.txt'));
  await expect(readRawFile(folder, 'test')).rejects.toMatchObject({
    code: 'file.labelFileUnreadable',
    params: { file: path.join(folder, 'test.txt') },
  });
  // By FIPS 180-2, appendix B.1.
  expect((await readBytes('abc')).hash).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
});
