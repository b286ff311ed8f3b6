import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ImportRequest } from '../../../shared/contract/dataset.ts';
import { translator } from '../../../shared/locales/translate.ts';
import { message, say } from '../../../shared/message.ts';
import { planImport, writeImport } from './plan.ts';

let folder: string;
const put = (name: string, content = name): void => {
  mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
  writeFileSync(path.join(folder, name), content);
};
const read = (name: string): string => readFileSync(path.join(folder, name), 'utf8');
const request = (answers: Record<string, string> = {}, part: Partial<ImportRequest> = {}): ImportRequest => ({
  project: 'p',
  source: { kind: 'csv', file: 't.csv', answers },
  shares: { train: 1, val: 0, test: 0 },
  seed: 1,
  ...part,
});
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'destila-plan-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('a plan counts the images of each label in each split, and shows the lists', async () => {
  for (const name of ['d', 'b', 'c', 'a', 'e']) put(`${name}.jpg`);
  put('t.csv', 'image,labels,split\nd.jpg,x,train\nb.jpg,"x,y",train\nc.jpg,y,val\na.jpg,,train\ne.jpg,x,test\n');
  put('val.txt', 'old\n');
  expect(await planImport(folder, request())).toEqual({
    images: 5,
    vocabulary: ['x', 'y'],
    counts: { train: 3, val: 1, test: 1 },
    positives: { train: [2, 1], val: [0, 1], test: [1, 0] },
    preview: { train: ['a.jpg', 'b.jpg\tx,y', 'd.jpg\tx'], val: ['c.jpg\ty'], test: ['e.jpg\tx'] },
    notes: [
      message('import.labelColumn', { file: 't.csv', column: 'labels' }),
      message('import.splitKept', { count: 5 }),
      message('import.labelsMissing', { count: 1, split: 'val', labels: ['x'] }),
      message('import.labelsMissing', { count: 1, split: 'test', labels: ['y'] }),
    ],
    dropped: expect.anything(),
    questions: expect.arrayContaining([expect.objectContaining({ id: 'splits', answer: 'source' })]),
    splitBySource: 5,
    replaces: ['val.txt'],
  });
  expect(readdirSync(folder)).not.toContain('train.txt');
});

test('shows only the first lines, and names only some of many labels without images', async () => {
  const names = Array.from({ length: 9 }, (_, i) => `${i}.jpg`);
  for (const name of names) put(name);
  put('t.csv', `image,labels\n${names.map((name, i) => `${name},label${i}\n`).join('')}`);
  const { preview, notes } = await planImport(folder, request());
  expect(preview.train).toHaveLength(8);
  expect(preview.train[7]).toBe('7.jpg\tlabel7');
  expect(notes.map(({ text }) => text)).toEqual([
    "The labels of t.csv come from the column 'labels'.",
    'val has no images.',
    'test has no images.',
    '9 labels have no image in val: label0, label1, label2, label3, label4, and 4 more.',
    '9 labels have no image in test: label0, label1, label2, label3, label4, and 4 more.',
  ]);
  expect(notes.map((note) => say(translator('es'), note))).toEqual([
    'Las etiquetas de t.csv salen de la columna “labels”.',
    'val no tiene imágenes.',
    'test no tiene imágenes.',
    '9 etiquetas no tienen imagen en val: label0, label1, label2, label3, label4 y 4 más.',
    '9 etiquetas no tienen imagen en test: label0, label1, label2, label3, label4 y 4 más.',
  ]);
});

test('names all of a few labels without images, and counts a single image that keeps its split', async () => {
  for (const name of ['a', 'b']) put(`${name}.jpg`);
  put('t.csv', 'image,labels,split\na.jpg,"v,w,x,y,z",train\nb.jpg,,\n');
  const { notes } = await planImport(folder, request({ splits: 'source', 'empty:val': 'none', 'empty:test': 'none' }));
  const texts = notes.map(({ text }) => text);
  expect(texts).toContain('1 image keeps the split that the source gives it.');
  expect(texts).toContain('5 labels have no image in val: v, w, x, y, and z.');
});

test('the splits of the source are dropped when the shares are to be applied', async () => {
  for (const name of ['a', 'b']) put(`${name}.jpg`);
  put('t.csv', 'image,labels,split\na.jpg,x,val\nb.jpg,x,test\n');
  expect(await planImport(folder, request({ splits: 'shares' }))).toMatchObject({
    counts: { train: 2, val: 0, test: 0 },
    splitBySource: 0,
  });
});

describe('identical images', () => {
  test.each([
    [['1', '1', '2'], [{ count: 1 }]],
    [['1', '1', '2', '2'], [{ count: 2 }]],
    [['1', '2', '3'], []],
  ])('%j are kept together in groups: %j', async (contents, groups) => {
    contents.forEach((content, i) => put(`${i}.jpg`, content));
    put('t.csv', `image,labels\n${contents.map((_, i) => `${i}.jpg,x\n`).join('')}`);
    const { notes } = await planImport(folder, request());
    expect(notes.filter(({ code }) => code === 'import.duplicatesTogether').map(({ params }) => params)).toEqual(
      groups,
    );
  });
});

describe('records that cannot be used', () => {
  const question = async (text: string) => {
    put('t.csv', text);
    const { questions, dropped } = await planImport(folder, request());
    return { asked: questions.find(({ id }) => id === 'accept'), dropped };
  };

  test('have to be accepted before anything is written', async () => {
    for (const name of ['x/a.jpg', 'y/a.jpg', 'b.jpg']) put(name);
    const { asked, dropped } = await question('image,labels\na.jpg,p\nb.jpg,q\n');
    // The row, and the label that only it has.
    expect(dropped.filter(({ severity }) => severity === 'error').map(({ count }) => count)).toEqual([1, 1]);
    expect(asked).toMatchObject({
      id: 'accept',
      text: { text: '2 records of the source cannot be used. Import without them?' },
      choices: [{ value: 'leaveOut', text: { text: 'Import without them' } }],
      answer: null,
    });
    const backups = path.join(folder, '.b');
    await expect(writeImport(folder, request(), backups)).rejects.toMatchObject({
      code: 'data.importUnanswered',
      params: { question: { code: 'importQuestion.accept', params: { count: 2 } } },
    });
    expect(readdirSync(folder)).not.toContain('train.txt');
    await writeImport(folder, request({ accept: 'leaveOut' }), backups);
    expect([read('train.txt'), read('val.txt'), read('test.txt')]).toEqual(['b.jpg\tq\n', '', '']);
  });

  test('are in the singular when there is one, and not asked about when there are only notes or warnings', async () => {
    for (const name of ['x/a.jpg', 'y/a.jpg', 'b.jpg', 'c.jpg']) put(name);
    const { asked } = await question('image,labels\na.jpg,q\nb.jpg,q\n');
    expect(asked?.text.text).toBe('1 record of the source cannot be used. Import without it?');
    const { asked: none, dropped } = await question('image,labels\ngone.jpg,q\nb.jpg,q\n');
    expect(dropped.map(({ severity }) => severity)).toEqual(expect.arrayContaining(['warning', 'note']));
    expect(none).toBeUndefined();
  });
});

test('a missing test split takes half of val or 15% of train, rounded to whole images', async () => {
  const names = Array.from({ length: 30 }, (_, i) => `${i}.jpg`);
  for (const name of names) put(name);
  put('t.csv', `image,labels,split\n${names.map((name, i) => `${name},x,${i < 20 ? 'train' : 'val'}\n`).join('')}`);
  const counts = async (from: string) => (await planImport(folder, request({ 'empty:test': from }))).counts;
  expect(await counts('train')).toEqual({ train: 17, val: 10, test: 3 });
  expect(await counts('val')).toEqual({ train: 20, val: 5, test: 5 });
  expect(await counts('none')).toEqual({ train: 20, val: 10, test: 0 });
});

test('a source without images is refused', async () => {
  put('t.csv', 'image,labels\ngone.jpg,x\n');
  await expect(planImport(folder, request())).rejects.toMatchObject({ code: 'data.noImagesToImport' });
});
