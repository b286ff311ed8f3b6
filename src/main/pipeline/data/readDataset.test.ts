import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest';
import type { Dataset } from './dataset.ts';
import { labelsOf } from './dataset.ts';
import type { DataConfig, ReadOptions } from './readDataset.ts';
import { readDataset } from './readDataset.ts';
import { compareCodePoints } from './vocabulary.ts';

let root = '';
beforeEach(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'destila-read-'));
});
afterEach(async () => {
  await rm(root, { recursive: true });
});

async function read(
  files: Record<string, string | Uint8Array>,
  config: Partial<DataConfig> = {},
  options: ReadOptions = {},
) {
  for (const [name, text] of Object.entries({ 'val.txt': 'v.jpg', 'test.txt': 't.jpg', ...files })) {
    await mkdir(path.dirname(path.join(root, name)), { recursive: true });
    await writeFile(path.join(root, name), text);
  }
  return readDataset(root, { separator: 'auto', labels_file: null, ...config }, options);
}

/** The train split as [path, ...labels]. */
const train = (dataset: Dataset): string[][] =>
  dataset.splits.train.map((sample) => [sample.path, ...labelsOf(sample, dataset.vocabulary)]);

describe('separators', () => {
  const cases: [name: string, text: string, separator: string, labelSeparator: string, lines: string[][]][] = [
    [
      'tab, comma',
      'my a.jpg\tred apple,pear\nb.jpg\tpear\n',
      'tab',
      'comma',
      [
        ['my a.jpg', 'pear', 'red apple'],
        ['b.jpg', 'pear'],
      ],
    ],
    ['tabs', 'a.jpg\tx y\tz\n', 'tab', 'tab', [['a.jpg', 'x y', 'z']]],
    [
      'commas',
      'my a.jpg, red apple ,pear\nb.jpg,pear\n',
      'comma',
      'comma',
      [
        ['my a.jpg', 'pear', 'red apple'],
        ['b.jpg', 'pear'],
      ],
    ],
    [
      'comma, semicolon',
      'a.jpg,x;y\nb.jpg,z\n',
      'comma',
      'semicolon',
      [
        ['a.jpg', 'x', 'y'],
        ['b.jpg', 'z'],
      ],
    ],
    [
      'comma, quoted lists',
      'a.jpg,"x,y"\nb.jpg,z\n',
      'comma',
      'comma',
      [
        ['a.jpg', 'x', 'y'],
        ['b.jpg', 'z'],
      ],
    ],
    [
      'everything quoted',
      '"a.jpg";"x;y"\n"b.jpg";"z"\n',
      'semicolon',
      'semicolon',
      [
        ['a.jpg', 'x', 'y'],
        ['b.jpg', 'z'],
      ],
    ],
    ['semicolons', 'a,1.jpg;x;y\n', 'semicolon', 'semicolon', [['a,1.jpg', 'x', 'y']]],
    ['pipes', 'a.jpg | x | y\n', 'pipe', 'pipe', [['a.jpg', 'x', 'y']]],
    [
      'spaces',
      'a.jpg x  y\nb.jpg z\n"c 1.jpg" x\n',
      'space',
      'space',
      [
        ['a.jpg', 'x', 'y'],
        ['b.jpg', 'z'],
        ['c 1.jpg', 'x'],
      ],
    ],
    [
      'space, comma',
      'a.jpg red apple, y\nb.jpg y\n',
      'space',
      'comma',
      [
        ['a.jpg', 'red apple', 'y'],
        ['b.jpg', 'y'],
      ],
    ],
    [
      'quoted label',
      'a.jpg,"salt, pepper",z\nb.jpg,z\n',
      'comma',
      'comma',
      [
        ['a.jpg', 'salt, pepper', 'z'],
        ['b.jpg', 'z'],
      ],
    ],
    [
      'apostrophes',
      "'my a.jpg' x\nb.jpg 'tis\n",
      'space',
      'space',
      [
        ['my a.jpg', 'x'],
        ['b.jpg', "'tis"],
      ],
    ],
    [
      'quote inside quotes',
      '"12"" pan.jpg",x\nb.jpg,x\n',
      'comma',
      'comma',
      [
        ['12" pan.jpg', 'x'],
        ['b.jpg', 'x'],
      ],
    ],
  ];
  it.each(cases)('%s', async (_, text, separator, labelSeparator, lines) => {
    const result = await read({ 'train.txt': text });
    expect(result.layout).toMatchObject({ separator, labelSeparator, detected: true });
    expect(train(result.dataset)).toEqual(lines);
    expect(result.findings).toEqual([]);
  });

  it('are detected over all files together, with evidence', async () => {
    const result = await read({ 'train.txt': 'a.jpg\n', 'val.txt': 'v 1.jpg;x\nv2.jpg;y\n' });
    expect(result.layout).toMatchObject({
      separator: 'semicolon',
      evidence: { code: 'separators.byImageName', params: { found: 2, lines: 2 } },
    });
  });

  it('are detected by files on disk when image names have no extension', async () => {
    const result = await read({ 'train.txt': 'a 1,x y\n', 'a 1': '', 'v.jpg': '' });
    expect(train(result.dataset)).toEqual([['a 1', 'x y']]);
  });

  it('can be set', async () => {
    const result = await read({ 'train.txt': 'a.jpg,b.jpg;x\n' }, { separator: 'comma' });
    expect(result.layout).toMatchObject({ separator: 'comma', detected: false });
    expect(train(result.dataset)).toEqual([['a.jpg', 'b.jpg', 'x']]);
  });

  it('that differ in one line are reported with the line', async () => {
    const result = await read({ 'train.txt': 'a.jpg\tx\nb.jpg\ty\nc.jpg;x\n' });
    expect(result.findings).toMatchObject([{ code: 'otherSeparator', severity: 'error', file: 'train.txt', line: 3 }]);
    expect(result.dataset.vocabulary).toEqual(['x', 'y']);
  });

  it('inside labels are warned about once per line', async () => {
    const result = await read({ 'train.txt': 'a.jpg\tx\ty\nb.jpg\tx\ty\nc.jpg\tx;y\tv;w\n' });
    expect(result.findings).toMatchObject([{ code: 'separatorInLabel', severity: 'warning', line: 3 }]);
  });
});

describe('lines', () => {
  it('may be blank, comments, negatives or repeat labels; backslashes count as slashes', async () => {
    const text =
      '\uFEFF# images and labels\r\n\r\nimages\\a.jpg\tx,x , x\r\n  \t \r\nb.jpg\r\nc.jpg\t\r\n#d.jpg\tx\r\n';
    const result = await read({ 'train.txt': text });
    expect(train(result.dataset)).toEqual([['images/a.jpg', 'x'], ['b.jpg'], ['c.jpg']]);
    expect(result.dataset.splits.train.map(({ line }) => line)).toEqual([3, 5, 6]);
    expect(result.dataset.splits.train[0]!.file).toBe(path.join(root, 'images', 'a.jpg'));
    expect(result.findings).toEqual([]);
  });

  it('that start with # are images if a file has that name', async () => {
    const result = await read({ 'train.txt': '#1.jpg\tx\n#2.jpg\tx\n"#3.jpg"\tx\n', '#1.jpg': '' });
    expect(train(result.dataset)).toEqual([
      ['#1.jpg', 'x'],
      ['#3.jpg', 'x'],
    ]);
  });

  it('end in CR alone in files without LF', async () => {
    expect(train((await read({ 'train.txt': 'a.jpg\tx\rb.jpg\ty\r' })).dataset)).toEqual([
      ['a.jpg', 'x'],
      ['b.jpg', 'y'],
    ]);
  });

  it('that cannot be read are reported with their number and left out', async () => {
    const bytes = Buffer.concat([
      Buffer.from('image\tlabels\na.jpg\tx\n'),
      Buffer.from([0x62, 0xe9, 0x0a]),
      Buffer.from('"c.jpg\tx\n../d.jpg\tx\n/etc/e.jpg\tx\n\tx\nf.jpg\0\n'),
    ]);
    const result = await read({ 'train.txt': bytes });
    expect(result.findings.map(({ code, line, severity }) => [code, line, severity])).toEqual([
      ['encoding', 3, 'error'],
      ['encoding', 8, 'error'],
      ['headerLine', 1, 'error'],
      ['malformedLine', 4, 'error'],
      ['outside', 5, 'error'],
      ['outside', 6, 'error'],
      ['malformedLine', 7, 'error'],
    ]);
    expect(train(result.dataset)).toEqual([['a.jpg', 'x']]);
  });

  it('may name images by absolute paths inside the project', async () => {
    const result = await read({ 'train.txt': `${root}/a.jpg\tx\n` });
    expect(result.findings).toEqual([]);
    expect(result.dataset.splits.train[0]!.file).toBe(path.join(root, 'a.jpg'));
  });

  it('name the file whatever Unicode form its name has on disk', async () => {
    const result = await read({ 'train.txt': 'pe\u0301che.jpg\tx\n', 'p\u00e9che.jpg': '' });
    expect(result.dataset.splits.train[0]).toMatchObject({
      path: 'pe\u0301che.jpg',
      file: path.join(root, 'p\u00e9che.jpg'),
    });
  });
});

describe('vocabulary', () => {
  it('holds the labels of all splits in code-point order', async () => {
    const result = await read({
      'train.txt': 'a.jpg\tb,\u{1F34E},\uFF21,Z\n',
      'val.txt': 'v.jpg\ta\n',
      'test.txt': 't.jpg\te\u0301,\u00e9\n',
    });
    expect(result.dataset.vocabulary).toEqual(['Z', 'a', 'b', '\u00e9', '\uFF21', '\u{1F34E}']);
  });

  it('comes from a given file, which must list every label once', async () => {
    const result = await read(
      { 'train.txt': 'a.jpg\ty,z\nb.jpg\tx\n', 'classes.txt': 'y\n\nx\ny\n' },
      { labels_file: 'classes.txt' },
    );
    expect(result.dataset.vocabulary).toEqual(['y', 'x']);
    expect(result.findings).toMatchObject([
      { code: 'labelsFile', file: 'classes.txt', line: 4 },
      { code: 'unknownLabel', severity: 'error', label: 'z', file: 'train.txt', line: 1 },
    ]);
    expect([...result.dataset.splits.train[0]!.labels]).toEqual([1, 0]);
  });

  it('comes from a given model; other labels are ignored with a warning', async () => {
    const result = await read({ 'test.txt': 't.jpg\tx,z\n' }, {}, { splits: ['test'], vocabulary: ['z', 'y'] });
    expect(result.findings).toMatchObject([{ code: 'unknownLabel', severity: 'warning', label: 'x' }]);
    expect([...result.dataset.splits.test[0]!.labels]).toEqual([1, 0]);
  });
});

describe('more labels than a model can have', () => {
  const names = (count: number): string[] => Array.from({ length: count }, (_, i) => `label${i}`);
  const lines = (labels: readonly string[]): string =>
    Array.from({ length: Math.ceil(labels.length / 1000) }, (_, i) =>
      [`${i}.jpg`, ...labels.slice(i * 1000, (i + 1) * 1000)].join(','),
    ).join('\n');

  it('are an error at the first line that has one too many', async () => {
    const result = await read({ 'train.txt': lines(names(10_001)) });
    expect(result.findings).toMatchObject([
      { code: 'tooManyLabels', severity: 'error', file: 'train.txt', line: 11, label: 'label10000' },
    ]);
    expect(result.dataset.vocabulary).toHaveLength(10_000);
    expect((await read({ 'train.txt': lines(names(10_000)) })).findings).toEqual([]);
  });

  it('are an error in the list of classes, and samples stay within the limit', async () => {
    const classes = names(10_002).join('\n');
    const result = await read(
      { 'train.txt': 'a.jpg\tlabel10001', 'classes.txt': classes },
      { labels_file: 'classes.txt' },
    );
    expect(result.findings).toMatchObject([
      { code: 'tooManyLabels', severity: 'error', file: 'classes.txt', line: 10_001 },
    ]);
    expect(result.dataset.splits.train[0]!.labels).toHaveLength(10_000);
  });

  it('that are no classes are reported up to the limit, and the rest with one finding', async () => {
    const { findings } = await read(
      { 'train.txt': lines(names(10_003)), 'classes.txt': 'label0' },
      { labels_file: 'classes.txt' },
    );
    const unknown = findings.filter(({ code }) => code === 'unknownLabel');
    expect(unknown.map(({ label }) => label)).toEqual(names(10_001).slice(1));
    expect(findings.filter(({ code }) => code !== 'unknownLabel')).toMatchObject([
      {
        code: 'tooManyLabels',
        severity: 'error',
        file: 'train.txt',
        label: 'label10001',
        message: { params: { count: 10_002 } },
      },
    ]);
  });
});

test('names are sorted by code point, also those with surrogate pairs', () => {
  const units = ['', 'a', 'b', '\u00e9', '\ud83c', '\ud83d', '\udf4e', '\udf4f', '\uffff', '\ue000'];
  const texts = units.flatMap((first) => units.map((second) => first + second));
  /** By definition: code points one by one, and the shorter first. */
  const reference = (a: string, b: string): number => {
    const [left, right] = [a, b].map((text) => Array.from(text, (character) => character.codePointAt(0)!));
    const at = left!.findIndex((point, i) => point !== right![i]);
    return at < 0 ? left!.length - right!.length : left![at]! - (right![at] ?? -1);
  };
  const pairs = texts.flatMap((a) => texts.map((b) => [a, b] as const));
  expect(pairs.filter(([a, b]) => Math.sign(compareCodePoints(a, b)) !== Math.sign(reference(a, b)))).toEqual([]);
});

describe('files', () => {
  it('that are missing are reported, with the parent folder if it has them', async () => {
    await read({ 'train.txt': 'images/a.jpg\tx\n', 'images/a.jpg': '' });
    const result = await readDataset(path.join(root, 'images'), { separator: 'auto', labels_file: null });
    expect(result.findings).toHaveLength(3);
    expect(result.findings[0]).toMatchObject({ code: 'missingLabelFile', file: 'train.txt', line: null });
    expect(result.findings[0]!.message.params).toMatchObject({ parent: root });
  });

  it('in UTF-16 are reported', async () => {
    const result = await read({ 'train.txt': Buffer.from('\uFEFFa.jpg\tx\n', 'utf16le') });
    expect(result.findings).toMatchObject([{ code: 'encoding', message: { code: 'findings.encoding.utf16' } }]);
  });

  it('need a project folder', async () => {
    await expect(
      readDataset(path.join(root, 'nowhere'), { separator: 'auto', labels_file: null }),
    ).rejects.toMatchObject({ kind: 'data' });
  });
});
