import fc from 'fast-check';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { message } from '../../../shared/message.ts';
import { labelsOf } from '../../pipeline/data/dataset.ts';
import { readDataset } from '../../pipeline/data/readDataset.ts';
import { compareCodePoints } from '../../pipeline/data/vocabulary.ts';
import type { Entry, ReadConfig } from './entries.ts';
import { fileText, writeReadable } from './listLayout.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'destila-layout-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const auto = { separator: 'auto' as const, labels_file: null };
const entriesOf = (labels: readonly (readonly string[])[]): Entry[] =>
  labels.map((own, i) => ({ path: `${i}.jpg`, labels: own, split: null }));

/** Writes the lists and reads them with the reader of a training run. */
async function readBack(labels: readonly (readonly string[])[]): Promise<string[][]> {
  const texts = await writeReadable(folder, { train: entriesOf(labels), val: [], test: [] }, auto);
  for (const split of ['train', 'val', 'test'] as const)
    writeFileSync(path.join(folder, `${split}.txt`), fileText(texts[split]));
  const { dataset, findings } = await readDataset(folder, auto);
  expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
  return dataset.splits.train.map((sample) => labelsOf(sample, dataset.vocabulary));
}

describe('lists read back as they were planned', () => {
  test.each([
    ['a comma in one label', [['tomato, red'], ['pear'], ['tomato, red']]],
    ['a comma in one label of several', [['tomato, red', 'pear'], ['pear'], []]],
    ['each separator in some label', [['a,b', 'c;d', 'e|f', 'g h'], ['c;d'], ['e|f'], ['c;d', 'g h']]],
    ['all separators in one label', [['a,b;c|d\te f']]],
    ['quotes', [[`"quoted"`, `it's`], [`5" pipe`], [`'x'`], ['""']]],
    ['emoji and accents', [['🍅, 🍏', 'piña'], ['🍏']]],
    ['names of files', [['a.jpg'], ['b.png, c.png'], ['pear']]],
    ['a label like a comment', [['# red', '#'], ['pear']]],
  ])('%s', async (_, labels) => {
    expect(await readBack(labels)).toEqual(labels.map((own) => [...own].sort(compareCodePoints)));
  });

  test('with labels of any characters that a line can hold', async () => {
    const label = fc
      .array(fc.constantFrom('a', 'B', 'ñ', '🍅', ',', ';', '|', '\t', ' ', '"', "'", '#', '.jpg', '[', '0'), {
        minLength: 1,
        maxLength: 5,
      })
      .map((parts) => parts.join('').trim().normalize('NFC'))
      .filter((text) => text !== '');
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uniqueArray(label, { maxLength: 3 }), { minLength: 1, maxLength: 6 }),
        async (rows) => {
          expect(await readBack(rows)).toEqual(rows.map((own) => [...own].sort(compareCodePoints)));
        },
      ),
      { numRuns: 300, seed: 1 },
    );
  });

  test('but not more labels than a model can have', async () => {
    const labels = Array.from({ length: 10_001 }, (_, i) => [`label${i}`]);
    await expect(readBack(labels)).rejects.toMatchObject({
      code: 'data.importTooManyLabels',
      params: { count: 10_001 },
    });
  });

  test('with paths that have separators, quotes or a leading #', async () => {
    const names = ['b, c.jpg', 'my photo.jpg', `"x".jpg`, '#1.jpg', `it's;1.jpg`];
    for (const name of names) writeFileSync(path.join(folder, name), '');
    const entries = names.map((name) => ({ path: name, labels: ['x, y'], split: null }));
    const { train } = await writeReadable(folder, { train: entries, val: [], test: [] }, auto);
    writeFileSync(path.join(folder, 'train.txt'), fileText(train));
    const { dataset } = await readDataset(folder, auto, { splits: ['train'] });
    expect(dataset.splits.train.map((sample) => sample.path)).toEqual(names);
    expect(dataset.vocabulary).toEqual(['x, y']);
  });

  test('except for a line break, which is refused with the name', async () => {
    await expect(readBack([['apple\npear']])).rejects.toMatchObject({
      code: 'data.lineBreakInName',
      params: { name: '"apple\\npear"' },
    });
  });

  test('except for a backslash in a path, which the reader would take for a slash', async () => {
    const lists = { train: [], val: [{ path: 'a\\b.jpg', labels: ['x'], split: null }], test: [] };
    await expect(writeReadable(folder, lists, auto)).rejects.toMatchObject({
      code: 'data.backslashInPath',
      params: { path: 'a\\b.jpg' },
    });
  });

  test('except for labels that are missing from the list of classes, which are refused', async () => {
    writeFileSync(path.join(folder, 'classes.txt'), 'apple\n');
    const lists = { train: entriesOf([['apple'], ['pear']]), val: [], test: [] };
    await expect(writeReadable(folder, lists, { separator: 'auto', labels_file: 'classes.txt' })).rejects.toMatchObject(
      {
        code: 'data.importUnknownClass',
      },
    );
    expect(readFileSync(path.join(folder, 'classes.txt'), 'utf8')).toBe('apple\n');
  });

  test.each(['tab', 'comma', 'semicolon', 'pipe', 'space'] as const)(
    'with %s set in the settings',
    async (separator) => {
      const labels = [['a,b', 'c d'], ['e;f|g']];
      const config = { separator, labels_file: null };
      const { train } = await writeReadable(folder, { train: entriesOf(labels), val: [], test: [] }, config);
      writeFileSync(path.join(folder, 'train.txt'), fileText(train));
      const { dataset } = await readDataset(folder, config, { splits: ['train'] });
      expect(dataset.splits.train.map((sample) => labelsOf(sample, dataset.vocabulary))).toEqual(labels);
    },
  );
});

describe('the layout of the lists', () => {
  const linesOf = (labels: readonly (readonly string[])[], separator: ReadConfig['separator'] = 'auto') =>
    writeReadable(folder, { train: entriesOf(labels), val: [], test: [] }, { separator, labels_file: null }).then(
      ({ train }) => train,
    );
  test.each<readonly [string, readonly (readonly string[])[], ReadConfig['separator'], readonly string[]]>([
    ['has a tab, and commas between labels', [['x', 'y'], [], ['y']], 'auto', ['0.jpg\tx,y', '1.jpg', '2.jpg\ty']],
    ['has what no label contains', [['a, b', 'c']], 'auto', ['0.jpg\ta, b;c']],
    ['has the separator of the settings', [['x', 'y']], 'semicolon', ['0.jpg;x,y']],
    ['may have one separator for both', [['x', 'y']], 'comma', ['0.jpg,x,y']],
    ['may have one separator for both, if labels contain the other', [['a, b', 'c']], 'semicolon', ['0.jpg;a, b;c']],
  ])('%s', async (_, labels, separator, lines) => expect(await linesOf(labels, separator)).toEqual(lines));

  test('is that of all three lists', async () => {
    const [train, val, test] = [[['x', 'y']], [['a, b', 'c']], [['c; d', 'e']]].map(entriesOf);
    expect(await writeReadable(folder, { train: train!, val: val!, test: test! }, auto)).toEqual({
      ...{ train: ['0.jpg\tx|y'], val: ['0.jpg\ta, b|c'], test: ['0.jpg\tc; d|e'] },
    });
  });
});

describe('lists that no layout can express are refused', () => {
  const refusal = (entry: Partial<Entry>, split: 'train' | 'val' | 'test' = 'val'): Promise<unknown> => {
    const whole = { path: 'a.jpg', labels: ['x'], split: null, ...entry };
    return writeReadable(folder, { train: [], val: [], test: [], [split]: [whole] }, auto).catch(
      (error: unknown) => error,
    );
  };

  test.each(['\r', '\n', '\0'])('because of %j in a path or a label', async (character) => {
    for (const entry of [{ path: `a${character}.jpg` }, { labels: ['x', `y${character}`] }])
      expect(await refusal(entry)).toMatchObject({
        code: 'data.lineBreakInName',
        params: { name: JSON.stringify(entry.path ?? entry.labels[1]) },
      });
  });

  test('because of spaces around a label', async () => {
    expect(await refusal({ labels: [' x'] })).toMatchObject({
      code: 'data.listsNotReadable',
      params: { reason: message('import.allSeparatorsInLabel') },
    });
  });

  test('because the reader refuses a path, with its place', async () => {
    expect(await refusal({ path: '../a.jpg' }, 'test')).toMatchObject({
      code: 'data.listsNotReadable',
      params: { reason: { code: 'import.problemAt', params: { place: 'test.txt:1' } } },
    });
  });

  test('because the reader reads other labels, with the line', async () => {
    const val = [['x'], ['x', 'x']].map((labels, i) => ({ path: `${'ab'[i]!}.jpg`, labels, split: null }));
    await expect(writeReadable(folder, { train: [], val, test: [] }, auto)).rejects.toMatchObject({
      code: 'data.listsNotReadable',
      params: { reason: { text: expect.stringMatching(/^val\.txt:2: b\.jpg.*x.*x/) as string } },
    });
  });
});
