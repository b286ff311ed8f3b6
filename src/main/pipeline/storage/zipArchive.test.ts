import { createWriteStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { open, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ZipFile } from 'yazl';
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';
import { rawZip } from '../../../../tests/bundle/rawZip.ts';
import type { RawEntry } from '../../../../tests/bundle/rawZip.ts';
import { Problem } from '../../../shared/problem.ts';
import type { ZipEntry, ZipRules } from './zipArchive.ts';
import { readEntry, withZip } from './zipArchive.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'zip-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(() => void vi.restoreAllMocks());
const file = path.join(folder, 'some.zip');

const rules: ZipRules = { maxBytes: 2 ** 20, maxEntries: 10, portable: true };
const entriesOf = (zip: Buffer, changed: Partial<ZipRules> = {}): Promise<readonly ZipEntry[]> => {
  writeFileSync(file, zip);
  return withZip(file, { ...rules, ...changed }, (entries) => Promise.resolve(entries));
};
const textsOf = (zip: Buffer, changed: Partial<ZipRules> = {}): Promise<string[]> => {
  writeFileSync(file, zip);
  return withZip(file, { ...rules, ...changed }, (entries) =>
    Promise.all(entries.map(async (entry) => `${entry.name}: ${Buffer.from(await readEntry(entry)).toString()}`)),
  );
};
const namesOf = async (zip: Buffer, changed: Partial<ZipRules> = {}): Promise<string[]> =>
  (await entriesOf(zip, changed)).map(({ name }) => name);
const refusal = (zip: Buffer, changed: Partial<ZipRules> = {}): Promise<unknown> =>
  entriesOf(zip, changed).then(
    () => 'none',
    (error: unknown) => {
      const { code, params } = error as Problem;
      return { code, ...params };
    },
  );
const entry = (name: string, text = name, more: Partial<RawEntry> = {}): RawEntry => ({
  ...{ name, data: Buffer.from(text) },
  ...more,
});

/** Overwrites the number at an offset in the header of the `nth` entry, in front of its data or in the directory. */
function patched(zip: Buffer, header: 'local' | 'directory', nth: number, offset: number, value: number): Buffer {
  let at = -1;
  for (let i = 0; i <= nth; i++) at = zip.indexOf(header === 'local' ? 'PK\x03\x04' : 'PK\x01\x02', at + 1, 'latin1');
  const copy = Buffer.from(zip);
  copy.writeUInt32LE(value, at + offset);
  return copy;
}
/** Offsets in the local header (PKWARE APPNOTE 4.3.7) and in that of the directory (4.3.12). */
const LOCAL = { packed: 18, unpacked: 22 };
const DIRECTORY = { packed: 20, unpacked: 24, place: 42 };

describe('the entries of a zip', () => {
  test('have a name, a size, permission bits and their data; folders are left out', async () => {
    const zip = rawZip([
      entry('top/', '', { mode: 0o040755 }),
      entry('top/run.sh', 'exit', { mode: 0o100754 }),
      entry('plain.txt', 'text', { deflate: true }),
    ]);
    expect((await entriesOf(zip)).map(({ name, bytes, mode }) => ({ name, bytes, mode }))).toEqual([
      { name: 'top/run.sh', bytes: 4, mode: 0o754 },
      { name: 'plain.txt', bytes: 4, mode: 0 },
    ]);
    expect(await textsOf(zip)).toEqual(['top/run.sh: exit', 'plain.txt: text']);
  });

  test('are read in full when they come in several parts', async () => {
    // Noise does not shrink, so it is unpacked in more than one part.
    const noise = Buffer.from(Array.from({ length: 300_000 }, (_, i) => (i * i * 31 + (i >> 3) * 17) % 251));
    writeFileSync(file, rawZip([{ name: 'noise', data: noise, deflate: true }]));
    const read = await withZip(file, rules, async ([only]) => readEntry(only!));
    expect(Buffer.compare(read, noise)).toBe(0);
  });

  test.each<readonly [string, object, object]>([
    ['with sizes behind the data', {}, {}],
    ['in zip64', { forceZip64Format: true }, { forceZip64Format: true }],
    ['with comments', { fileComment: 'about a file'.repeat(20) }, { comment: 'about the zip'.repeat(20) }],
  ])('that another library wrote %s are read', async (_, options, end) => {
    const zip = new ZipFile();
    zip.addReadStream(Readable.from([Buffer.from('first')]), 'a', options);
    zip.addBuffer(Buffer.from('second'), 'b', options);
    zip.addReadStream(Readable.from([Buffer.from('third')]), 'c', options);
    zip.end({ forceZip64Format: false, comment: '', ...end });
    await pipeline(zip.outputStream, createWriteStream(file));
    expect(await textsOf(await readFile(file))).toEqual(['a: first', 'b: second', 'c: third']);
  });

  test('may be in another order than in the directory', async () => {
    const zip = rawZip([entry('a'), entry('b')]);
    const [first, second] = [
      zip.indexOf('PK\x01\x02', 0, 'latin1'),
      zip.lastIndexOf('PK\x01\x02', undefined, 'latin1'),
    ];
    const end = zip.length - 22;
    const swapped = [zip.subarray(0, first), zip.subarray(second, end), zip.subarray(first, second), zip.subarray(end)];
    expect(await textsOf(Buffer.concat(swapped))).toEqual(['b: b', 'a: a']);
  });
});

describe('the limits', () => {
  test('of the number of entries count folders', async () => {
    const zip = rawZip([entry('a/', ''), entry('a/b')]);
    expect(await namesOf(zip, { maxEntries: 2 })).toEqual(['a/b']);
    expect(await refusal(zip, { maxEntries: 1 })).toEqual({
      ...{ code: 'file.zipEntries', zip: 'some.zip', count: 2, limit: 1 },
    });
  });

  test('of bytes count all entries', async () => {
    const half = 'x'.repeat(2 ** 20);
    const zip = rawZip([entry('a', half), entry('b', half)]);
    expect(await namesOf(zip, { maxBytes: 2 ** 21 })).toEqual(['a', 'b']);
    expect(await refusal(zip, { maxBytes: 2 ** 21 - 1 })).toEqual({
      ...{ code: 'file.zipTooLarge', zip: 'some.zip', limit: 2 },
    });
  });
});

describe('an entry is refused', () => {
  const about = { zip: 'some.zip' };
  test.each<readonly [string, RawEntry[], object]>([
    [
      'when its name leads outside through ..',
      [entry('a/../../b')],
      { code: 'file.zipEntryOutside', ...about, entry: '"a/../../b"' },
    ],
    ['when its name is absolute', [entry('/a: b')], { code: 'file.zipEntryOutside', ...about, entry: '"/a: b"' }],
    ['when it is a link', [entry('a', 'b', { mode: 0o120777 })], { code: 'file.zipLink', ...about, entry: '"a"' }],
    [
      'when it is a device',
      [entry('a', 'b', { mode: 0o020666 })],
      { code: 'file.zipEntrySpecial', ...about, entry: '"a"' },
    ],
    ['when it comes twice', [entry('a'), entry('a')], { code: 'file.zipEntryRepeated', ...about, entry: '"a"' }],
    [
      'when only its case differs from that of another',
      [entry('stra\u00dfe'), entry('STRASSE')],
      { code: 'file.zipSameFile', ...about, entry: '"STRASSE"', other: '"stra\u00dfe"' },
    ],
    [
      'when only its Unicode form differs from that of another',
      [entry('\u00c5'), entry('\u212b')],
      { code: 'file.zipSameFile', ...about, entry: '"\u212b"', other: '"\u00c5"' },
    ],
  ])('%s', async (_, entries, problem) => {
    expect(await refusal(rawZip(entries))).toEqual(problem);
  });

  test('when it is repeated or a link, also in an archive for this system alone', async () => {
    const own = { portable: false };
    expect(await refusal(rawZip([entry('a'), entry('a')]), own)).toMatchObject({ code: 'file.zipEntryRepeated' });
    expect(await refusal(rawZip([entry('a', 'b', { mode: 0o120777 })]), own)).toMatchObject({ code: 'file.zipLink' });
  });

  test('for its case or its local header only in an archive for all systems', async () => {
    const own = { portable: false };
    expect(await namesOf(rawZip([entry('a'), entry('A')]), own)).toEqual(['a', 'A']);
    expect(await namesOf(rawZip([entry('a', 'a', { localName: 'b' })]), own)).toEqual(['a']);
  });
});

describe('a zip that tools may read in two ways is refused', () => {
  const hidden = { code: 'file.zipHiddenData', zip: 'some.zip' };
  const twice = { code: 'file.zipEntryDescribedTwice', zip: 'some.zip', entry: '"b"' };
  const two = rawZip([entry('a'), entry('b', 'text', { deflate: true })]);

  test('for other sizes in front of the data', async () => {
    expect(await refusal(patched(two, 'local', 1, LOCAL.packed, 1))).toEqual(twice);
    expect(await refusal(patched(two, 'local', 1, LOCAL.unpacked, 3))).toEqual(twice);
  });

  test('but not for sizes that are in a zip64 field', async () => {
    expect(await namesOf(patched(two, 'local', 1, LOCAL.packed, 0xffffffff))).toEqual(['a', 'b']);
  });

  test('for another name in front of the data', async () => {
    expect(await refusal(rawZip([entry('a'), entry('b', 'b', { localName: 'c' })]))).toEqual(twice);
  });

  test.each([
    ['before the first entry', 0, 0],
    ['between entries, beyond the sizes that may follow one', 1, 24],
  ])('for data %s', async (_, nth, allowed) => {
    const zip = (bytes: number): Buffer =>
      rawZip([entry('a'), entry('b')].map((own, i) => (i === nth ? { ...own, before: Buffer.alloc(bytes) } : own)));
    expect(await namesOf(zip(allowed))).toEqual(['a', 'b']);
    expect(await refusal(zip(allowed + 1))).toEqual(hidden);
  });

  test('for data before the directory, beyond the sizes and the zip64 records that may be there', async () => {
    // An entry that the directory lacks takes 30 bytes and its name.
    const zip = (bytes: number): Buffer => rawZip([entry('a'), entry('b', 'x'.repeat(bytes - 31), { hidden: true })]);
    expect(await namesOf(zip(100))).toEqual(['a']);
    expect(await refusal(zip(101))).toEqual(hidden);
  });

  test('for an entry inside the data of another', async () => {
    const inner = rawZip([entry('b')]).subarray(0, 32);
    const zip = rawZip([{ name: 'a', data: inner }, entry('b')]);
    expect(await refusal(patched(zip, 'directory', 1, DIRECTORY.place, 31))).toEqual(hidden);
  });

  test('for data that reaches into the directory', async () => {
    let zip = rawZip([entry('a', 'text', { deflate: true })]);
    const packed = zip.readUInt32LE(LOCAL.packed) + 1;
    zip = patched(patched(zip, 'local', 0, LOCAL.packed, packed), 'directory', 0, DIRECTORY.packed, packed);
    expect(await refusal(zip)).toEqual(hidden);
  });
});

describe('errors', () => {
  const good = rawZip([entry('a')]);

  test('of the archive name it, and keep the details', async () => {
    expect(await entriesOf(Buffer.from('no zip')).catch((error: unknown) => error)).toMatchObject({
      ...{ code: 'file.zipUnreadable', params: { zip: 'some.zip' } },
      detail: expect.stringMatching(/\w/) as string,
    });
    const damaged = rawZip([entry('a', 'text', { deflate: true, declared: 3 })]);
    await expect(textsOf(damaged)).rejects.toMatchObject({ code: 'file.zipUnreadable', params: { zip: 'some.zip' } });
  });

  test('of the disk and Problems are passed on unchanged', async () => {
    writeFileSync(file, good);
    const refused = new Problem('file.jsonTooDeep', { file: 'x' });
    await expect(withZip(file, rules, () => Promise.reject(refused))).rejects.toBe(refused);
    await expect(withZip(file, rules, () => readFile(path.join(folder, 'missing')))).rejects.toMatchObject({
      code: 'ENOENT',
    });
  });

  test('and success both close the file', async () => {
    writeFileSync(file, good);
    const own = await open(import.meta.filename);
    const asked = vi.spyOn(Object.getPrototypeOf(own) as FileHandle, 'stat');
    await own.close();
    await withZip(file, rules, ([only]) => readEntry(only!));
    await withZip(file, rules, () => Promise.reject(new Error('broken'))).catch(() => undefined);
    const CLOSED = -1;
    expect(asked.mock.contexts.map((handle) => (handle as FileHandle).fd)).toEqual([CLOSED, CLOSED]);
  });
});

test('an archive whose zip64 record is beyond any file is reported as damaged', async () => {
  const endRecord = 22;
  const plain = rawZip([{ name: 'a', data: Buffer.from('x') }]);
  const locator = Buffer.alloc(20);
  locator.write('PK\x06\x07', 0, 'latin1');
  locator.writeBigUInt64LE(2n ** 60n, 8);
  const zip = Buffer.concat([plain.subarray(0, -endRecord), locator, plain.subarray(-endRecord)]);
  await expect(entriesOf(zip)).rejects.toMatchObject({ code: 'file.zipUnreadable' });
});
