import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ImportRequest } from '../../../shared/contract/dataset.ts';
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

test('a plan says how many images of each label go where, and what the lists would say', async () => {
  for (const name of ['d', 'b', 'c', 'a', 'e']) put(`${name}.jpg`);
  put('t.csv', 'image,labels,split\nd.jpg,x,train\nb.jpg,"x,y",train\nc.jpg,y,val\na.jpg,,train\ne.jpg,x,test\n');
  put('val.txt', 'old\n');
  expect(await planImport(folder, request())).toEqual({
    images: 5,
    vocabulary: ['x', 'y'],
    counts: { train: 3, val: 1, test: 1 },
    positives: { train: [2, 1], val: [0, 1], test: [1, 0] },
    preview: { train: ['a.jpg', 'b.jpg\tx,y', 'd.jpg\tx'], val: ['c.jpg\ty'], test: ['e.jpg\tx'] },
    warnings: [
      'The labels of t.csv come from column labels.',
      '5 images keep the split that the source names.',
      '1 label has no image in val: x.',
      '1 label has no image in test: y.',
    ],
    dropped: expect.anything(),
    questions: expect.arrayContaining([expect.objectContaining({ id: 'splits', answer: 'source' })]),
    splitBySource: 5,
    replaces: ['val.txt'],
  });
  expect(readdirSync(folder)).not.toContain('train.txt');
});

test('only the first lines are shown, and only some of many labels without images are named', async () => {
  const names = Array.from({ length: 9 }, (_, i) => `${i}.jpg`);
  for (const name of names) put(name);
  put('t.csv', `image,labels\n${names.map((name, i) => `${name},label${i}\n`).join('')}`);
  const { preview, warnings } = await planImport(folder, request());
  expect(preview.train).toHaveLength(8);
  expect(preview.train[7]).toBe('7.jpg\tlabel7');
  expect(warnings).toEqual([
    'The labels of t.csv come from column labels.',
    'val has no images.',
    'test has no images.',
    '9 labels have no image in val: label0, label1, label2, label3, label4, ....',
    '9 labels have no image in test: label0, label1, label2, label3, label4, ....',
  ]);
});

test('few labels without images are all named; one image that keeps its split is said so', async () => {
  for (const name of ['a', 'b']) put(`${name}.jpg`);
  put('t.csv', 'image,labels,split\na.jpg,"v,w,x,y,z",train\nb.jpg,,\n');
  const { warnings } = await planImport(
    folder,
    request({ splits: 'source', 'empty:val': 'none', 'empty:test': 'none' }),
  );
  expect(warnings).toContain('1 image keeps the split that the source names.');
  expect(warnings).toContain('5 labels have no image in val: v, w, x, y, z.');
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
    [['1', '1', '2'], ['1 group of identical images was kept together.']],
    [['1', '1', '2', '2'], ['2 groups of identical images were kept together.']],
    [['1', '2', '3'], []],
  ])('%j are kept together: %j', async (contents, notes) => {
    contents.forEach((content, i) => put(`${i}.jpg`, content));
    put('t.csv', `image,labels\n${contents.map((_, i) => `${i}.jpg,x\n`).join('')}`);
    const { warnings } = await planImport(folder, request());
    expect(warnings.filter((text) => text.includes('identical'))).toEqual(notes);
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
    expect(asked).toEqual({
      id: 'accept',
      text: '2 records of the source cannot be used. Import without them?',
      choices: [{ value: 'leaveOut', text: 'Import without them' }],
      answer: null,
    });
    const backups = path.join(folder, '.b');
    await expect(writeImport(folder, request(), backups)).rejects.toMatchObject({
      kind: 'data',
      message:
        'Nothing was written: an answer is missing. 2 records of the source cannot be used. Import without them?',
    });
    expect(readdirSync(folder)).not.toContain('train.txt');
    await writeImport(folder, request({ accept: 'leaveOut' }), backups);
    expect([read('train.txt'), read('val.txt'), read('test.txt')]).toEqual(['b.jpg\tq\n', '', '']);
  });

  test('are counted as one when there is one, and not asked about when only notes or warnings are left', async () => {
    for (const name of ['x/a.jpg', 'y/a.jpg', 'b.jpg', 'c.jpg']) put(name);
    const { asked } = await question('image,labels\na.jpg,q\nb.jpg,q\n');
    expect(asked?.text).toBe('1 record of the source cannot be used. Import without it?');
    const { asked: none, dropped } = await question('image,labels\ngone.jpg,q\nb.jpg,q\n');
    expect(dropped.map(({ severity }) => severity)).toEqual(expect.arrayContaining(['warning', 'note']));
    expect(none).toBeUndefined();
  });
});

test('a test split moves images of val by half, or of train by 15 %, to the nearest image', async () => {
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
  await expect(planImport(folder, request())).rejects.toMatchObject({
    kind: 'data',
    message: 'No images were found to import.',
  });
});
