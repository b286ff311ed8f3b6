import { describe, expect, test } from 'vitest';
import type { Reading, SourceRecord } from './entries.ts';
import { basesOf, createLocator, placeRecords } from './locate.ts';
import { createQuestions } from './questions.ts';
import { createTally } from './tally.ts';

const images = [
  'a.jpg',
  'one/a.jpg',
  'one/two/b.JPG',
  'x/c.png',
  'y/c.png',
  'caf\u00e9 1.jpg',
  'z/d.e.jpg',
  'z/50%.jpg',
];

/** Worked out by hand: the image that each name means, and what it was found by. */
test.each([
  ['a.jpg', ['.'], 'a.jpg', 'path'],
  ['a.jpg', ['one', '.'], 'one/a.jpg', 'path'], // The first folder that has it wins.
  ['a.jpg', ['nowhere', '.'], 'a.jpg', 'path'],
  ['one/a.jpg', ['one'], 'one/a.jpg', 'name'], // There are two a.jpg; this one is in a folder named one.
  ['../a.jpg', ['one'], 'a.jpg', 'path'],
  ['./one/../one/a.jpg', ['.'], 'one/a.jpg', 'path'],
  ['/one/a.jpg', ['.'], 'one/a.jpg', 'path'],
  ['one\\a.jpg', ['.'], 'one/a.jpg', 'path'],
  ['C:\\data\\one\\two\\b.jpg', ['.'], 'one/two/b.JPG', 'name'],
  ['b.jpg', ['.'], 'one/two/b.JPG', 'name'],
  ['other/b.jpg', ['.'], 'one/two/b.JPG', 'name'],
  ['b', ['.'], 'one/two/b.JPG', 'stem'],
  ['b.png', ['.'], 'missing', null], // A different extension means a different image.
  ['d.e', ['.'], 'z/d.e.jpg', 'stem'],
  ['c.png', ['.'], 'ambiguous', null],
  ['y/c.png', ['q'], 'y/c.png', 'name'],
  ['q/y/c', ['.'], 'y/c.png', 'stem'],
  ['y/q/c.png', ['.'], 'ambiguous', null],
  ['cafe\u0301 1.jpg', ['.'], 'caf\u00e9 1.jpg', 'path'],
  ['caf%C3%A9%201.jpg', ['.'], 'caf\u00e9 1.jpg', 'path'],
  ['50%.jpg', ['z'], 'z/50%.jpg', 'path'],
  ['https://host/one/a.jpg?size=2#top', ['.'], 'one/a.jpg', 'path'],
  ['s3://bucket/x/c.png', ['.'], 'x/c.png', 'path'],
  ['/data/local-files/?d=one%2Fa.jpg', ['.'], 'one/a.jpg', 'path'],
  ['/data/upload/1/0123abcd-b.jpg', ['.'], 'one/two/b.JPG', 'name'],
  ['/data/upload/1/0123abc-b.jpg', ['.'], 'missing', null],
  [' a.jpg ', ['.'], 'a.jpg', 'path'],
  ['', ['.'], 'missing', null],
  ['  ', ['.'], 'missing', null],
  ['new.jpg', ['.'], 'missing', null],
])('%j in %j is %s by %s', (name, bases, image, by) =>
  expect(createLocator(images).find(name, bases)).toEqual(by === null ? image : { image, by }),
);

test('images may be beside an annotation file, in the project, one folder up, or in images/ there', () => {
  expect(basesOf('data/train/labels.csv')).toEqual([
    'data/train',
    'data/train/images',
    '.',
    'images',
    'data',
    'data/images',
  ]);
  expect(basesOf('labels.csv')).toEqual(['.', 'images']);
});

describe('records of a source', () => {
  const record = (name: string, labels: string[], part: Partial<SourceRecord> = {}): SourceRecord => ({
    name,
    labels,
    split: null,
    where: 'labels.csv:2',
    ...part,
  });
  const place = (...records: SourceRecord[]) => {
    const reading: Reading = {
      project: '/p',
      config: { separator: 'auto', labels_file: null },
      folder: { files: images, litter: [], links: [], closed: [], skipped: [] },
      images: ['a.jpg', 'x/c.png', 'y/c.png'],
      tally: createTally(),
      questions: createQuestions({}),
      notes: [],
    };
    const entries = placeRecords(reading, [{ records, bases: ['.'] }]);
    const all = reading.tally.dropped().map(({ reason, examples, ...dropped }) => ({
      ...dropped,
      reason: reason.code,
      examples: examples.map(({ text }) => text),
    }));
    const dropped = all.filter(({ severity }) => severity !== 'note');
    return { entries, dropped, lost: [...reading.tally.labels], unnamed: all.at(-1) };
  };

  test('of one image are combined, with the split that any of them names', () => {
    const { entries, dropped } = place(
      record('a.jpg', ['fig', 'fig']),
      record('a.jpg', ['pear', 'fig'], { split: 'val' }),
      record('a.jpg', [], { split: null }),
    );
    expect(entries).toEqual([{ path: 'a.jpg', labels: ['fig', 'pear'], split: 'val' }]);
    expect(dropped).toEqual([]);
  });

  test('that put an image into two splits are an error, and the first one is kept', () => {
    const { entries, dropped, lost } = place(
      record('a.jpg', ['fig'], { split: 'train' }),
      record('a.jpg', ['pear'], { split: 'val', where: 'labels.csv:3' }),
    );
    expect(entries).toEqual([{ path: 'a.jpg', labels: ['fig'], split: 'train' }]);
    expect(dropped).toEqual([
      {
        severity: 'error',
        reason: 'dropped.imageInTwoSplits',
        count: 1,
        examples: ['labels.csv:3: a.jpg'],
      },
    ]);
    expect(lost).toEqual(['pear']);
  });

  test.each([
    ['before', ['x/c.png', 'old/x/c.png']],
    ['after', ['old/x/c.png', 'x/c.png']],
  ])('found by name are never combined with those found by path, which come %s', (_, names) => {
    const { entries, dropped } = place(...names.map((name) => record(name, [name])));
    expect(entries).toEqual([{ path: 'x/c.png', labels: ['x/c.png'], split: null }]);
    expect(dropped).toEqual([
      {
        severity: 'error',
        reason: 'dropped.differentNames',
        count: 1,
        examples: ['labels.csv:2: old/x/c.png (x/c.png)'],
      },
    ]);
  });

  test('that match no image or several are counted with their labels', () => {
    const { entries, dropped, lost } = place(record('gone.jpg', ['fig']), record('c.png', ['pear']));
    expect(entries).toEqual([]);
    expect(dropped).toEqual([
      {
        severity: 'error',
        reason: 'dropped.ambiguousName',
        count: 1,
        examples: ['labels.csv:2: c.png'],
      },
      {
        severity: 'warning',
        reason: 'dropped.imageNotInFolder',
        count: 1,
        examples: ['labels.csv:2: gone.jpg'],
      },
    ]);
    expect(lost).toEqual(['fig', 'pear']);
  });

  test('that were dropped still name their image; images that no record names are counted', () => {
    const { entries, unnamed } = place(record('a.jpg', [], { dropped: true }), record('x/c.png', []));
    expect(entries).toEqual([{ path: 'x/c.png', labels: [], split: null }]);
    expect(unnamed).toEqual({
      severity: 'note',
      reason: 'dropped.imageUnnamed',
      count: 1,
      examples: ['y/c.png'],
    });
  });
});
