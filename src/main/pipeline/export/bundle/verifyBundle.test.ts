import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rawZip } from '../../../../../tests/bundle/rawZip.ts';
import type { RawEntry } from '../../../../../tests/bundle/rawZip.ts';
import { smallBundle, withSums } from '../../../../../tests/bundle/smallBundle.ts';
import { faultTexts, verifyFolder, writeFolder } from '../../../../../tests/bundle/verifyFolder.ts';
import type { BundleCheck } from './verifyBundle.ts';
import { verifyBundle } from './verifyBundle.ts';

type Files = Map<string, Buffer>;

const root = mkdtempSync(path.join(tmpdir(), 'verify-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let base: Files;
beforeAll(async () => {
  base = withSums(await smallBundle());
});

let zips = 0;

test('a bundle as the studio writes it passes every check, as a folder and as a zip', async () => {
  const checks = await verifyFolder(base);
  expect(faultTexts(checks)).toEqual([]);
  expect(checks).toHaveLength(14);
  const zip = path.join(root, 'whole.zip');
  writeFileSync(zip, rawZip([...base].map(([name, data]) => ({ name: `small/${name}`, data, deflate: true }))));
  expect(await verifyBundle(zip)).toEqual(checks);
});

test.each([
  ['int8', 'int8'],
  ['float32', 'float32'],
] as const)('so does a bundle whose model takes %s and gives %s', async (input, output) => {
  expect(faultTexts(await verifyFolder(withSums(await smallBundle({ input, output }))))).toEqual([]);
});

test('a folder without SHA256SUMS is not a bundle', async () => {
  const files = new Map(base);
  files.delete('SHA256SUMS');
  expect(faultTexts(await verifyFolder(files))).toEqual([
    expect.stringMatching(/is not a bundle: it has no SHA256SUMS/),
  ]);
});

test('every file of a bundle must be present and unchanged', async () => {
  // Of the parity images and of each sample only the last: a check of the first alone must not suffice.
  const lastOf = (folder: string): string => [...base.keys()].filter((name) => name.startsWith(folder)).at(-1)!;
  const folders = [
    'parity/images/',
    'parity/letterbox/',
    'parity/outputs/',
    'sample/android/',
    'sample/ios/',
    'sample/python/',
  ];
  const skipped = (name: string): boolean =>
    folders.some((folder) => name.startsWith(folder) && name !== lastOf(folder));
  for (const name of base.keys()) {
    if (name === 'SHA256SUMS' || skipped(name)) continue;
    const fewer = new Map(base);
    fewer.delete(name);
    expect(faultTexts(await verifyFolder(withSums(fewer)))[0], name).toBe(`${name} is missing from the bundle.`);
    const data = Buffer.from(base.get(name)!);
    data[data.length >> 1]! ^= 1;
    expect(faultTexts(await verifyFolder(new Map(base).set(name, data)))).toContain(
      `${name} was changed after the bundle was written.`,
    );
  }
});

describe('SHA256SUMS', () => {
  const sums = (change: (text: string) => string): Promise<BundleCheck[]> => {
    const files = new Map(base);
    files.set('SHA256SUMS', Buffer.from(change(files.get('SHA256SUMS')!.toString())));
    return verifyFolder(files);
  };
  test.each([
    ['Windows line breaks', (s: string) => s.replaceAll('\n', '\r\n')],
    ['capital letters', (s: string) => s.replace(/^\w{64}/gm, (sum) => sum.toUpperCase())],
    ['a byte order mark', (s: string) => `\ufeff${s}`],
    ['the mark of binary files', (s: string) => s.replaceAll('  ', ' *')],
  ])('is read with %s', async (_, change) => {
    expect(faultTexts(await sums(change))).toEqual([]);
  });
  test.each([
    ['nothing in it', () => '', /^SHA256SUMS does not list \S+\.$/],
    ['a line of something else', (s: string) => `hello\n${s}`, /^SHA256SUMS:1 is not a checksum and a path\.$/],
    ['a file twice', (s: string) => `${'0'.repeat(64)}  labels.txt\n${s}`, /^labels\.txt was changed after/],
    [
      'a file twice with its right sum',
      (s: string) => s + s.split('\n')[0]!,
      /^SHA256SUMS:\d+ lists \S+ a second time\.$/,
    ],
    [
      'a file that is not there',
      (s: string) => `${'0'.repeat(64)}  ../x\n${s}`,
      /^\.\.\/x is missing from the bundle\.$/,
    ],
  ])('is refused with %s', async (_, change, sentence) => {
    expect(faultTexts(await sums(change))[0]).toMatch(sentence);
  });
});

describe('a folder', () => {
  test.each([
    [
      'of a link to a file',
      (folder: string) => symlinkSync('/etc/passwd', path.join(folder, 'evil')),
      /^evil is a link/,
    ],
    ['of a link to a folder', (folder: string) => symlinkSync('/etc', path.join(folder, 'evil')), /^evil is a link/],
    [
      'of a second bundle',
      (folder: string) => {
        mkdirSync(path.join(folder, 'other'));
        writeFileSync(path.join(folder, 'other', 'SHA256SUMS'), 'x');
      },
      /contains several bundles/,
    ],
  ])('%s is refused', async (_, change, sentence) => {
    const folder = writeFolder(base);
    change(folder);
    const checks = await verifyBundle(folder).finally(() => rmSync(folder, { recursive: true }));
    expect(faultTexts(checks)).toEqual([expect.stringMatching(sentence)]);
  });

  test('that contains the folder of a bundle is that bundle', async () => {
    expect(faultTexts(await verifyFolder(new Map([...base].map(([name, data]) => [`a/b/${name}`, data]))))).toEqual([]);
  });

  test('with files that file managers leave behind passes, and the note names them', async () => {
    const files = new Map(base);
    for (const name of ['.DS_Store', 'parity/images/Thumbs.db', '__MACOSX/._labels.txt', 'sample/._x', 'Desktop.ini'])
      files.set(name, Buffer.from('x'));
    const checks = await verifyFolder(files);
    expect(faultTexts(checks)).toEqual([]);
    expect(checks[0]!.note?.text).toBe(
      'Ignored files that file managers leave behind: .DS_Store, Desktop.ini, __MACOSX/._labels.txt and 2 more.',
    );
    expect(checks.slice(1).every(({ note }) => note === null)).toBe(true);
  });
});

describe('a zip', () => {
  const zipped = async (
    change: (entries: RawEntry[]) => readonly RawEntry[],
    top = 'small/',
  ): Promise<BundleCheck[]> => {
    const file = path.join(root, `${zips++}.zip`);
    writeFileSync(file, rawZip(change([...base].map(([name, data]) => ({ name: top + name, data })))));
    return verifyBundle(file);
  };
  const bad = Buffer.from('damaged');

  test.each([
    ['without a folder of its own', '', (entries: RawEntry[]) => entries],
    ['two folders deep', 'a/b/', (entries: RawEntry[]) => entries],
    [
      'of the Finder',
      'small/',
      (entries: RawEntry[]) => [
        { name: 'small/', data: new Uint8Array(0), mode: 0o040755 },
        ...entries,
        { name: '__MACOSX/._small', data: bad },
        { name: '__MACOSX/small/._labels.txt', data: bad },
        { name: 'small/.DS_Store', data: bad },
      ],
    ],
  ])('%s passes', async (_, top, change) => {
    expect(faultTexts(await zipped(change, top))).toEqual([]);
  });

  test.each<readonly [string, (entries: RawEntry[]) => readonly RawEntry[], RegExp]>([
    [
      'a second top folder',
      (e) => [...e, { name: 'zz/model_int8.tflite', data: bad }],
      /contains "zz\/model_int8\.tflite" outside the bundle's folder "small\/"/,
    ],
    ['a file beside its folder', (e) => [...e, { name: 'readme.txt', data: bad }], /contains "readme\.txt" outside/],
    [
      'a name twice, the damaged one first',
      (e) => [{ name: 'small/model_int8.tflite', data: bad }, ...e],
      /has the entry "small\/model_int8\.tflite" twice/,
    ],
    ['a name twice, the damaged one last', (e) => [...e, { name: 'small/model_int8.tflite', data: bad }], /twice/],
    [
      'a name in another case',
      (e) => [...e, { name: 'small/MODEL_int8.tflite', data: bad }],
      /are the same file on some systems/,
    ],
    [
      'a name in another Unicode form',
      (e) => [...e, { name: 'small/\u00e9', data: bad }, { name: 'small/e\u0301', data: bad }],
      /are the same file on some systems/,
    ],
    ['a name with backslashes', (e) => [...e, { name: 'small\\labels.txt', data: bad }], /twice/],
    [
      'a link',
      (e) => [...e, { name: 'small/extra', data: Buffer.from('/etc/passwd'), mode: 0o120777 }],
      /has the link "small\/extra"/,
    ],
    [
      'a pipe',
      (e) => [...e, { name: 'small/extra', data: bad, mode: 0o010644 }],
      /which is neither a file nor a folder/,
    ],
    [
      'a path outside',
      (e) => [...e, { name: '../../evil.txt', data: bad }],
      /has the entry "\.\.\/\.\.\/evil\.txt", which leads outside/,
    ],
    [
      'a path outside through a folder inside',
      (e) => [...e, { name: 'small/../../evil.txt', data: bad }],
      /which leads outside/,
    ],
    ['an absolute path', (e) => [...e, { name: '/etc/evil.txt', data: bad }], /which leads outside/],
    ['a drive', (e) => [...e, { name: 'c:/evil.txt', data: bad }], /which leads outside/],
    [
      'another name in front of the data',
      (e) =>
        e.map((entry) => (entry.name.endsWith('labels.txt') ? { ...entry, localName: 'small/labelz.txt' } : entry)),
      /describes "small\/labels\.txt" in two ways/,
    ],
    [
      'an entry that its directory leaves out',
      (e) => [{ name: 'small/model_int8.tflite', data: Buffer.alloc(300), hidden: true }, ...e],
      /has data outside its entries/,
    ],
    [
      'one at the end',
      (e) => [...e, { name: 'small/model_int8.tflite', data: Buffer.alloc(300), hidden: true }],
      /has data outside its entries/,
    ],
    [
      'more data than it declares',
      (e) => [...e, { name: 'small/x', data: Buffer.alloc(1000), deflate: true, declared: 10 }],
      /cannot be read as a zip/,
    ],
    [
      'less data than it declares',
      (e) => [...e, { name: 'small/x', data: Buffer.alloc(10), deflate: true, declared: 1000 }],
      /cannot be read as a zip/,
    ],
    [
      '300 MB declared',
      (e) => [...e, { name: 'small/bomb', data: Buffer.alloc(10), deflate: true, declared: 300 * 2 ** 20 }],
      /unpacks to more than 256 MB/,
    ],
    [
      '300 MB declared in parts',
      (e) => [
        ...e,
        ...Array.from({ length: 5 }, (_, i) => ({
          name: `small/bomb${i}`,
          data: bad,
          deflate: true,
          declared: 60 * 2 ** 20,
        })),
      ],
      /unpacks to more than 256 MB/,
    ],
    [
      'too many entries',
      (e) => [...e, ...Array.from({ length: 5001 }, (_, i) => ({ name: `small/${i}`, data: new Uint8Array(0) }))],
      /has [\d,]+ entries; at most 5,000 are read/,
    ],
    ['nothing in it', () => [], /is not a bundle: it has no SHA256SUMS/],
  ])('with %s is refused', async (_, change, sentence) => {
    const checks = await zipped(change);
    expect(faultTexts(checks)).toEqual([expect.stringMatching(sentence)]);
  });

  test('that is not a zip is refused', async () => {
    const file = path.join(root, 'text.zip');
    writeFileSync(file, 'no zip');
    expect(faultTexts(await verifyBundle(file))).toEqual([expect.stringMatching(/^text\.zip cannot be read as a zip/)]);
  });
});

test('paths that are not a bundle are refused', async () => {
  await expect(verifyBundle(path.join(root, 'nothing'))).rejects.toMatchObject({ code: 'file.bundleMissing' });
  await expect(verifyBundle('/dev/null')).rejects.toMatchObject({ code: 'file.bundleNotFile' });
});

describe('the checks of a bundle', () => {
  test('are reported one by one, each under its own name', async () => {
    const heard: BundleCheck[] = [];
    const folder = writeFolder(base);
    const checks = await verifyBundle(folder, (check) => heard.push(check));
    expect(heard).toEqual(checks);
    expect(checks.every(({ note }) => note === null)).toBe(true);
    const names = checks.map(({ name }) => name);
    expect(new Set(names.map(({ text }) => text)).size).toBe(14);
    expect(names.every((name) => /\w+ \w+/.test(name.text))).toBe(true);
  });

  test('end when there is nothing to read or no valid model, because all others depend on these', async () => {
    const folder = writeFolder(base);
    rmSync(path.join(folder, 'SHA256SUMS'));
    expect(await verifyBundle(folder)).toMatchObject([{ note: null }]);
    const files = new Map(base);
    files.set('model_int8.tflite', Buffer.from('no model'));
    const checks = await verifyFolder(withSums(files));
    expect(checks.map(({ fault }) => fault !== null)).toEqual([false, false, true]);
  });

  test('report a fault only once', async () => {
    // A missing file would fail several checks.
    const files = new Map(base);
    files.delete('metrics.json');
    const checks = await verifyFolder(withSums(files));
    const faults = faultTexts(checks);
    expect(checks[0]!.fault!.text).toContain('metrics.json');
    expect(new Set(faults).size).toBe(faults.length);
    expect(checks.length).toBeLessThan(13);
  });

  test('report a missing image before anything is computed from it', async () => {
    const files = new Map(base);
    files.delete('parity/images/threshold-below.png');
    const [first] = await verifyFolder(withSums(files));
    expect(first!.fault!.text).toContain('parity/images/threshold-below.png');
  });

  test.each([
    [1, ['.DS_Store'], []],
    [3, ['.DS_Store', 'a/.DS_Store', 'b/.DS_Store'], []],
    [4, ['.DS_Store', 'a/.DS_Store', 'b/.DS_Store'], ['c/.DS_Store']],
  ])('name up to three of %i ignored files', async (count, named, unnamed) => {
    const files = new Map(base);
    for (const name of [...named, ...unnamed]) files.set(name, Buffer.from('x'));
    const [{ note }] = (await verifyFolder(files)) as [BundleCheck];
    for (const name of named) expect(note!.text).toContain(name);
    for (const name of unnamed) expect(note!.text).not.toContain(name);
    expect(/\b1\b/.test(note!.text)).toBe(count === 4);
  });

  test.each([
    ['a sum that is too short', (line: string) => line.slice(1)],
    ['a sum that is too long', (line: string) => `0${line}`],
    ['no path', (line: string) => line.slice(0, 66)],
  ])('refuse a line of SHA256SUMS with %s, by its number', async (_, change) => {
    const files = new Map(base);
    const lines = files.get('SHA256SUMS')!.toString().split('\n');
    lines[2] = change(lines[2]!);
    files.set('SHA256SUMS', Buffer.from(lines.join('\n')));
    const [fault] = faultTexts(await verifyFolder(files));
    expect(fault).toMatch(/^SHA256SUMS:3\b/);
  });
});
