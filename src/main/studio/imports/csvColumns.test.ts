import { describe, expect, test, vi } from 'vitest';
import { message } from '../../../shared/message.ts';
import { chooseLabels, choosePathColumn, namesImages, splitColumnOf } from './csvColumns.ts';
import type { Row } from './csvTable.ts';
import type { Reading } from './entries.ts';
import { createQuestions } from './questions.ts';
import { createTally } from './tally.ts';

const body = (...rows: (readonly string[])[]): Row[] => rows.map((cells, i) => ({ line: i + 2, cells }));

describe('the column of image paths', () => {
  test('is recognized by its title', () => {
    for (const name of ['image', 'Images', 'file_name', 'filename', 'f name', 'Image Index', 'path', 'img', 'names'])
      expect([name, namesImages(['x', name])]).toEqual([name, true]);
    expect(namesImages(['my image', 'label', 'imaged', ''])).toBe(false);
  });

  const chosen = (header: string[], rows: Row[], exists: (name: string) => number, answers = {}) => {
    const questions = createQuestions(answers);
    return { column: choosePathColumn(header, rows, exists, questions), asked: questions.asked };
  };
  const isImage = (name: string): number => (name.endsWith('.jpg') ? 1 : 0);

  test('has the most cells that name an image, whatever its title', () => {
    const rows = body(['x', 'a.jpg', 'a.jpg'], ['c.jpg', 'b.jpg', 'x'], ['x', 'c.jpg']);
    expect(chosen(['image', 'x', 'y'], rows, isImage)).toEqual({ column: 1, asked: [] });
  });

  test('is the titled one when no cell names an image; there may be none', () => {
    expect(chosen(['x', 'image', 'path'], body(['a', 'b', 'c']), isImage)).toEqual({ column: 1, asked: [] });
    expect(chosen(['x', 'y'], body(['a', 'b']), isImage)).toEqual({ column: null, asked: [] });
    expect(chosen([], [], isImage)).toEqual({ column: null, asked: [] });
  });

  test('is asked for when several name as many images', () => {
    const rows = body(['a.jpg', 'x', 'a.jpg', 'b.jpg']);
    const { column, asked } = chosen(['x', 'y', 'image', ''], rows, isImage);
    expect(column).toBe(2);
    expect(asked).toEqual([
      {
        ...{ id: 'pathColumn', text: message('importQuestion.imageColumn'), answer: '2' },
        choices: [
          { value: '0', text: message('importQuestion.column', { column: 'x' }) },
          { value: '2', text: message('importQuestion.column', { column: 'image' }) },
          { value: '3', text: message('importQuestion.column', { column: message('import.untitledColumn') }) },
        ],
      },
    ]);
    expect(chosen(['x', 'y', 'image', ''], rows, isImage, { pathColumn: '3' }).column).toBe(3);
    const untitled = chosen(['x', 'y', 'z', ''], rows, isImage);
    expect([untitled.column, untitled.asked[0]!.answer]).toEqual([0, null]);
  });

  test('is found by at most twice 300 rows that are spread over the table', () => {
    const rows = body(...Array.from({ length: 901 }, (_, i) => [`${i}`]));
    const exists = vi.fn(() => 1);
    expect(chosen(['x'], rows, exists).column).toBe(0);
    expect(exists.mock.calls.length).toBe(301);
    expect(exists.mock.calls.slice(0, 3)).toEqual([['0'], ['3'], ['6']]);
  });
});

test('the split column is another than that of the paths', () => {
  expect(splitColumnOf(['set', 'image', 'Split'], 0)).toBe(2);
  expect(splitColumnOf(['set', 'image', 'Split'], 1)).toBe(0);
  expect(splitColumnOf(['image', 'label'], 0)).toBeNull();
});

/** Chooses the labels of a table whose first column has the paths. */
function labeled(header: readonly string[], rows: readonly (readonly string[])[], answers = {}, splitColumn = null) {
  const reading: Reading = {
    ...{ project: '', config: { separator: 'auto', labels_file: null }, images: [] },
    folder: { files: [], litter: [], links: [], skipped: [], closed: [] },
    ...{ tally: createTally(), questions: createQuestions(answers), notes: [] },
  };
  const all = rows.map((cells) => ['a.jpg', ...cells]);
  const table = { file: 't.csv', header: ['image', ...header], body: body(...all), pathColumn: 0, splitColumn };
  const columns = chooseLabels(table, reading);
  return {
    read: all.map((cells) => columns.labelsOf(cells)),
    labels: all.map((cells) => columns.labelsOf(cells).labels),
    notes: reading.notes,
    asked: reading.questions.asked,
  };
}
const choicesOf = (asked: ReturnType<typeof labeled>['asked']): readonly (string | null)[] => [
  asked[0]!.answer,
  ...asked[0]!.choices.map(({ value }) => value),
];

describe('the labels of a table', () => {
  test('are in a column with a telling title', () => {
    for (const title of [
      'label',
      'Labels',
      'class',
      'classes',
      'tag',
      'category',
      'categories',
      'etiquetas',
      'clase',
    ]) {
      const { labels, asked, notes } = labeled(['note', title, 'other'], [['x', 'cat', 'y']]);
      expect([title, labels, asked]).toEqual([title, [['cat']], []]);
      expect(notes).toEqual([
        message('import.labelColumn', { file: 't.csv', column: title }),
        message('import.columnsIgnored', { file: 't.csv', columns: ['note', 'other'] }),
      ]);
    }
  });

  test('are in one column of 0 and 1 per label', () => {
    const { labels, asked, notes } = labeled(
      ['cat', 'dog', 'fox'],
      [['1', '0', 'yes'], ['0.0', 'TRUE', 'no'], ['false', '', '1.0'], ['No']],
    );
    expect(labels).toEqual([['cat', 'fox'], ['dog'], ['fox'], []]);
    expect(asked).toEqual([]);
    expect(notes).toEqual([
      message('import.labelColumns', { file: 't.csv', count: 3, columns: ['cat', 'dog', 'fox'] }),
    ]);
  });

  test('are not in the numbers that tools add', () => {
    const numbers = [
      '',
      'Unnamed: 0',
      'index',
      'id',
      'annotation_id',
      'annotator',
      'lead_time',
      'x',
      'ymax',
      'score',
      'url',
    ];
    const { labels, notes } = labeled([...numbers, 'cat'], [[...numbers.map(() => '1'), '1']]);
    expect(labels).toEqual([['cat']]);
    expect(notes[0]).toEqual(message('import.labelColumn', { file: 't.csv', column: 'cat' }));
    expect(notes[1]).toEqual(
      message('import.columnsIgnored', {
        ...{ file: 't.csv' },
        columns: [message('import.untitledColumn'), ...numbers.slice(1, 8), message('list.more', { count: 3 })],
      }),
    );
  });

  test('are refused when there are neither', () => {
    expect(() => labeled(['id', 'score'], [['1', '0']])).toThrow(
      expect.objectContaining({ code: 'data.noLabelColumn', params: { file: 't.csv' } }),
    );
  });

  test('are in a column of 0 and 1 when at least half of its cells are', () => {
    expect(labeled(['cat'], [['1'], ['O'], ['']]).asked).toEqual([]);
    expect(labeled(['cat'], [['1'], ['O'], ['o'], ['']]).asked.map(({ id }) => id)).toEqual(['labels']);
    expect(labeled(['cat'], [['-1'], ['2']], { uncertain: 'absent' }).labels).toEqual([[], ['cat']]);
    expect(labeled(['cat'], [[''], ['']]).asked.map(({ id }) => id)).toEqual(['labels']);
  });

  test('are asked for when several columns of text may have them', () => {
    const rows = [['cat', 'red', '1']];
    const { asked, labels } = labeled(['animal', 'color', 'wild'], rows, { labels: '2' });
    // Without a telling title, columns of 0 and 1 come first.
    expect([asked, labels]).toEqual([[], [['wild']]]);
    const texts = labeled(['animal', 'color'], [['cat', 'red']]);
    expect(choicesOf(texts.asked)).toEqual([null, '1', '2']);
    expect(texts.labels).toEqual([['cat']]);
    expect(labeled(['animal', 'color'], [['cat', 'red']], { labels: '2' }).labels).toEqual([['red']]);
  });

  test('are asked for when one column has a telling title and others have 0 and 1', () => {
    const rows = [['cat', '1', '0']];
    const { asked, labels } = labeled(['label', 'red', 'wild'], rows);
    expect([choicesOf(asked), labels]).toEqual([['1', '1', 'flags'], [['cat']]]);
    expect(asked[0]).toMatchObject({
      text: message('importQuestion.labelColumn'),
      choices: [
        { text: message('importQuestion.column', { column: 'label' }) },
        { text: message('importQuestion.columnPerLabel', { columns: ['red', 'wild'] }) },
      ],
    });
    const flags = labeled(['label', 'red', 'wild'], rows, { labels: 'flags' });
    expect(flags.labels).toEqual([['red']]);
    expect(flags.notes).toEqual([
      message('import.labelColumns', { file: 't.csv', count: 2, columns: ['red', 'wild'] }),
      message('import.columnsIgnored', { file: 't.csv', columns: ['label'] }),
    ]);
    expect(choicesOf(labeled(['label', 'tag', 'red'], [['cat', 'x', '1']]).asked)).toEqual([null, '1', '2', 'flags']);
  });

  test('are the numbers themselves in a column with a telling title', () => {
    expect(labeled(['label'], [['1'], ['0']])).toMatchObject({ labels: [['1'], ['0']], asked: [] });
    expect(choicesOf(labeled(['label', 'class'], [['1', '0']]).asked)).toEqual([null, '1', '2']);
  });
});

describe('a column of 0 and 1', () => {
  test('may have numbers of objects, which a note counts', () => {
    const { labels, notes } = labeled(
      ['cat', 'dog'],
      [
        ['2', '0'],
        ['10.0', '9'],
        ['1', '0'],
        ['0', '1'],
      ],
    );
    expect(labels).toEqual([['cat'], ['cat', 'dog'], ['cat'], ['dog']]);
    expect(notes[1]).toEqual(message('import.countsArePresent', { count: 3, file: 't.csv' }));
  });

  test('may have -1, whose meaning is asked', () => {
    const rows = [
      ['-1', '1'],
      ['0', '-1.0'],
      ['1', '0'],
    ];
    const { asked, read } = labeled(['cat', 'dog'], rows);
    expect(asked).toMatchObject([
      {
        ...{ id: 'uncertain', text: message('importQuestion.uncertain', { count: 2 }), answer: null },
        choices: [
          { value: 'skip', text: message('importQuestion.uncertainSkipped') },
          { value: 'absent', text: message('importQuestion.uncertainAbsent') },
          { value: 'present', text: message('importQuestion.uncertainPresent') },
        ],
      },
    ]);
    expect(read).toEqual([
      {
        labels: ['dog'],
        faults: [{ reason: 'dropped.imageUncertain', text: 'cat = -1', labels: ['cat'] }],
        skip: true,
      },
      { labels: [], faults: [{ reason: 'dropped.imageUncertain', text: 'dog = -1.0', labels: ['dog'] }], skip: true },
      { labels: ['cat'], faults: [], skip: false },
    ]);
    expect(labeled(['cat', 'dog'], rows, { uncertain: 'absent' }).read).toEqual(
      [['dog'], [], ['cat']].map((labels) => ({ labels, faults: [], skip: false })),
    );
    expect(labeled(['cat', 'dog'], rows, { uncertain: 'present' }).read).toEqual(
      [['cat', 'dog'], ['dog'], ['cat']].map((labels) => ({ labels, faults: [], skip: false })),
    );
  });

  test('leaves out an image whose cell is neither', () => {
    expect(labeled(['cat', 'dog'], [['O', '1'], ['1', '1'], ['0']]).read).toEqual([
      { labels: ['dog'], faults: [{ reason: 'dropped.cellNotBinary', text: 'cat = O', labels: [] }], skip: true },
      { labels: ['cat', 'dog'], faults: [], skip: false },
      { labels: [], faults: [], skip: false },
    ]);
  });
});

describe('a column of text', () => {
  test('may have lists, and cells that are missing have no labels', () => {
    expect(labeled(['label'], [['["a, b", "c"]'], ['d'], []])).toMatchObject({
      labels: [['a, b', 'c'], ['d'], []],
      asked: [],
    });
  });

  test('leaves out an image whose list cannot be read', () => {
    expect(labeled(['label'], [["['a' 'b']"]]).read).toEqual([
      { labels: [], faults: [{ reason: 'dropped.labelListUnreadable', text: "['a' 'b']", labels: [] }], skip: true },
    ]);
  });

  test('is asked for its separator', () => {
    const { asked, labels } = labeled(['label'], [['a|b']]);
    expect(asked[0]!.text).toEqual(message('importQuestion.separator', { column: 'label' }));
    expect(labels).toEqual([['a', 'b']]);
    expect(labeled(['label'], [['a|b']], { separator: 'none' }).labels).toEqual([['a|b']]);
  });
});
