import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ImportPlan } from '../../../shared/contract/dataset.ts';
import { planImport, writeImport } from './plan.ts';
import { readSource } from './sources.ts';

let folder: string;
const put = (name: string, content: string | Uint8Array = name): void => {
  mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
  writeFileSync(path.join(folder, name), content);
};
const images = (...names: string[]): void => names.forEach((name) => put(name));
type Answers = Record<string, string>;
const request = (file: string, answers?: Answers) => ({
  project: 'p',
  source: { kind: 'csv' as const, file, answers },
  shares: { train: 0.6, val: 0.2, test: 0.2 },
  seed: 1,
});
const labelsIn = async (file: string, answers?: Answers): Promise<Record<string, readonly string[]>> =>
  Object.fromEntries(
    (await readSource(folder, request(file, answers).source)).entries.map((entry) => [entry.path, entry.labels]),
  );
const splitsIn = async (file: string, answers?: Answers): Promise<Record<string, string | null>> =>
  Object.fromEntries(
    (await readSource(folder, request(file, answers).source)).entries.map((entry) => [entry.path, entry.split]),
  );
const plan = (file: string, answers?: Answers): Promise<ImportPlan> => planImport(folder, request(file, answers));
const answerOf = ({ questions }: ImportPlan, id: string): string | null | undefined =>
  questions.find((question) => question.id === id)?.answer;
const droppedIn = ({ dropped }: ImportPlan): (readonly [string, number, string | undefined])[] =>
  dropped.map(({ reason, count, examples }) => [reason.code!, count, examples[0]?.text] as const);

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'destila-csv-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('columns', () => {
  test('the choice column of an annotation tool has the labels; its columns of numbers are ignored', async () => {
    images('a.jpg', 'b.jpg');
    put(
      't.csv',
      'annotation_id,annotator,choice,id,image,lead_time\n10,1,Apple,0,/data/upload/1/a.jpg,1.2\n' +
        '11,1,"{""choices"": [""Apple"", ""Pear""]}",1,/data/upload/1/b.jpg,3.2\n',
    );
    expect(await labelsIn('t.csv')).toEqual({ 'a.jpg': ['Apple'], 'b.jpg': ['Apple', 'Pear'] });
    const { notes } = await plan('t.csv');
    expect(notes).toContainEqual(
      expect.objectContaining({ code: 'import.labelColumn', params: { file: 't.csv', column: 'choice' } }),
    );
    expect(notes).toContainEqual(
      expect.objectContaining({
        code: 'import.columnsIgnored',
        params: { file: 't.csv', columns: ['annotation_id', 'annotator', 'id', 'lead_time'] },
      }),
    );
  });

  test('a column whose cells name images takes precedence over one with the right title', async () => {
    images('a.jpg', 'b.jpg');
    put('t.csv', 'image,photo,labels\nx,a.jpg,apple\nx,b.jpg,pear\n');
    expect(await labelsIn('t.csv')).toEqual({ 'a.jpg': ['apple'], 'b.jpg': ['pear'] });
  });

  test('asks which of two label columns to use, and follows the answer', async () => {
    images('a.jpg', 'b.jpg');
    put('t.csv', 'image,class,tag\na.jpg,apple,red\nb.jpg,pear,green\n');
    expect(answerOf(await plan('t.csv'), 'labels')).toBeNull();
    await expect(writeImport(folder, request('t.csv'), path.join(folder, '.b'))).rejects.toMatchObject({
      code: 'data.importUnanswered',
      params: { question: { code: 'importQuestion.labelColumn' } },
    });
    expect(await labelsIn('t.csv', { labels: '2' })).toEqual({ 'a.jpg': ['red'], 'b.jpg': ['green'] });
  });

  test('an untitled index column is not a label; titles may be names of object properties', async () => {
    images('a.jpg', 'b.jpg');
    put('t.csv', ',filename,constructor,__proto__\n0,a.jpg,1,0\n1,b.jpg,0,1\n');
    expect(await labelsIn('t.csv')).toEqual({ 'a.jpg': ['constructor'], 'b.jpg': ['__proto__'] });
  });

  test('a table without a header is recognized by its image names', async () => {
    images('a.jpg', 'b.jpg');
    put('t.csv', 'a.jpg,apple\nb.jpg,pear\n');
    expect(answerOf(await plan('t.csv'), 'labels')).toBeNull();
    expect(await labelsIn('t.csv')).toEqual({ 'a.jpg': ['apple'], 'b.jpg': ['pear'] });
  });

  test('Excel may declare the delimiter, and lines keep their numbers', async () => {
    images('a.jpg');
    put('t.csv', 'sep=;\r\nimage;labels\r\na.jpg;apple\r\nz.jpg;pear\r\n');
    expect(await labelsIn('t.csv')).toEqual({ 'a.jpg': ['apple'] });
    expect(droppedIn(await plan('t.csv'))).toContainEqual(['dropped.imageNotInFolder', 1, 't.csv:4: z.jpg']);
  });
});

describe('cells', () => {
  test.each([
    ['Python', `"['apple', 'pear']"`, '[]'],
    ['Python with an apostrophe', `"['apple', ""pear""]"`, '[]'],
    ['JSON', '"[""apple"", ""pear""]"', '[]'],
    ['Line-break', '"apple\npear"', ''],
    ['Label Studio region', '"[{""x"": 1, ""rectanglelabels"": [""apple"", ""pear""]}]"', '[]'],
  ])('%s lists are read', async (_, list, none) => {
    images('a.jpg', 'b.jpg');
    put('t.csv', `image,labels\na.jpg,${list}\nb.jpg,${none}\n`);
    expect(await labelsIn('t.csv')).toEqual({ 'a.jpg': ['apple', 'pear'], 'b.jpg': [] });
  });

  test('a list that cannot be parsed is an error with its line', async () => {
    images('a.jpg', 'b.jpg');
    put('t.csv', `image,labels\na.jpg,apple\nb.jpg,"['apple', ['x'"]"\n`.replace(`'x'"]"`, `'x']]"`));
    const found = await plan('t.csv');
    expect(found.dropped[0]).toMatchObject({
      severity: 'error',
      count: 1,
      reason: { code: 'dropped.labelListUnreadable' },
    });
    expect(found.dropped[0]!.examples[0]!.text).toMatch(/^t\.csv:3: /);
  });

  test('spaces separate only labels that also occur alone', async () => {
    images('a.jpg', 'b.jpg', 'c.jpg', 'd.jpg');
    put('t.csv', 'image,labels\na.jpg,rust mildew\nb.jpg,rust\nc.jpg,mildew\nd.jpg,mildew rust\n');
    expect(answerOf(await plan('t.csv'), 'separator')).toBe('space');
    expect((await labelsIn('t.csv'))['a.jpg']).toEqual(['rust', 'mildew']);
    expect((await labelsIn('t.csv', { separator: 'none' }))['a.jpg']).toEqual(['rust mildew']);
    put('u.csv', 'image,labels\na.jpg,red apple\nb.jpg,green pear\n');
    expect((await labelsIn('u.csv'))['a.jpg']).toEqual(['red apple']);
  });

  test('asks about a comma that may be part of the names', async () => {
    images('a.jpg', 'b.jpg');
    put('t.csv', 'image,labels\na.jpg,"tomato, red"\nb.jpg,"pear, green"\n');
    const open = await plan('t.csv');
    expect(answerOf(open, 'separator')).toBeNull();
    expect((await plan('t.csv', { separator: 'none' })).vocabulary).toEqual(['pear, green', 'tomato, red']);
    expect((await plan('t.csv', { separator: 'comma' })).vocabulary).toEqual(['green', 'pear', 'red', 'tomato']);
  });

  test('a cell that is neither 0 nor 1 is an error with its line, and the class stays', async () => {
    images('a.jpg', 'b.jpg', 'c.jpg');
    put('t.csv', 'filename,apple,pear\na.jpg,0,1\nb.jpg,1,O\nc.jpg,1,1\n');
    const found = await plan('t.csv');
    expect(found.vocabulary).toEqual(['apple', 'pear']);
    expect(droppedIn(found)).toEqual([['dropped.cellNotBinary', 1, 't.csv:3: pear = O']]);
    expect(answerOf(found, 'accept')).toBeNull();
    expect(await plan('t.csv', { accept: 'leaveOut' })).toMatchObject({ images: 2 });
  });

  test('a number above 1 means present; asks about -1', async () => {
    images('a.jpg', 'b.jpg', 'c.jpg');
    put('counts.csv', 'filename,apple\na.jpg,3\nb.jpg,0\nc.jpg,1\n');
    expect(await labelsIn('counts.csv')).toEqual({ 'a.jpg': ['apple'], 'b.jpg': [], 'c.jpg': ['apple'] });
    put('unsure.csv', 'filename,apple\na.jpg,-1\nb.jpg,0\nc.jpg,1\n');
    expect(answerOf(await plan('unsure.csv'), 'uncertain')).toBeNull();
    expect(await labelsIn('unsure.csv', { uncertain: 'present' })).toMatchObject({ 'a.jpg': ['apple'] });
    expect(await labelsIn('unsure.csv', { uncertain: 'absent' })).toMatchObject({ 'a.jpg': [] });
    expect(Object.keys(await labelsIn('unsure.csv', { uncertain: 'skip' }))).toEqual(['b.jpg', 'c.jpg']);
  });

  test('cells beyond the header are an error: labels without quotes would be lost', async () => {
    images('a.jpg', 'b.jpg');
    put('t.csv', 'image,labels\na.jpg,apple,pear\nb.jpg,apple\n');
    const found = await plan('t.csv');
    expect(found.dropped.map(({ severity, reason }) => [severity, reason.code])).toEqual([
      ['error', 'dropped.rowTooLong'],
    ]);
  });
});

describe('encodings', () => {
  const table = 'image,labels\na.jpg,piña\nb.jpg,café\n';
  const rows = { 'a.jpg': ['piña'], 'b.jpg': ['café'] };
  test('UTF-16 by its mark, UTF-8 with a mark', async () => {
    images('a.jpg', 'b.jpg');
    put('little.csv', Buffer.from(`\uFEFF${table}`, 'utf16le'));
    put('big.csv', Buffer.from(`\uFEFF${table}`, 'utf16le').swap16());
    put('marked.csv', `\uFEFF${table}`);
    for (const file of ['little.csv', 'big.csv', 'marked.csv']) expect(await labelsIn(file)).toEqual(rows);
  });

  test('anything else is read as Windows-1252 unless the user chooses another encoding', async () => {
    images('a.jpg', 'b.jpg');
    put('t.csv', Buffer.from(table, 'latin1'));
    expect(await labelsIn('t.csv')).toEqual(rows);
    expect(answerOf(await plan('t.csv'), 'encoding')).toBe('windows-1252');
    put('mac.csv', Buffer.from('image,labels\na.jpg,pi\x96a\nb.jpg,caf\x8e\n', 'latin1')); // Mac OS Roman
    expect(await labelsIn('mac.csv', { encoding: 'macintosh' })).toEqual(rows);
  });
});

describe('splits', () => {
  const four = ['a.jpg', 'b.jpg', 'c.jpg', 'd.jpg'];
  test('dev, eval and holdout are suggested; an unknown value has to be answered', async () => {
    images(...four);
    put('t.csv', 'image,labels,split\na.jpg,x,train\nb.jpg,x,dev\nc.jpg,x,holdout\nd.jpg,x,constructor\n');
    expect(await splitsIn('t.csv')).toEqual({ 'a.jpg': 'train', 'b.jpg': 'val', 'c.jpg': 'test', 'd.jpg': null });
    const found = await plan('t.csv');
    expect(answerOf(found, 'split:dev')).toBe('val');
    expect(answerOf(found, 'split:constructor')).toBeNull();
    expect(found.questions.find(({ id }) => id === 'split:dev')!.text.text).toBe("Which split is 'dev' (1 row)?");
    expect(await splitsIn('t.csv', { 'split:constructor': 'test' })).toMatchObject({ 'd.jpg': 'test' });
  });

  test('is_valid is a flag; asks for a test split before anything is written', async () => {
    images(...four);
    put('t.csv', 'fname,labels,is_valid\na.jpg,x,False\nb.jpg,x,False\nc.jpg,x,False\nd.jpg,x,True\n');
    expect(await splitsIn('t.csv')).toEqual({ 'a.jpg': 'train', 'b.jpg': 'train', 'c.jpg': 'train', 'd.jpg': 'val' });
    expect(answerOf(await plan('t.csv'), 'empty:test')).toBeNull();
    await expect(writeImport(folder, request('t.csv'), path.join(folder, '.b'))).rejects.toMatchObject({
      code: 'data.importUnanswered',
      params: { question: { code: 'importQuestion.emptySplit', params: { split: 'test' } } },
    });
    expect(await plan('t.csv', { 'empty:test': 'train' })).toMatchObject({ counts: { train: 2, val: 1, test: 1 } });
    expect(await plan('t.csv', { 'empty:test': 'none' })).toMatchObject({ counts: { train: 3, val: 1, test: 0 } });
  });

  test('asks how to use the folds of a cross-validation', async () => {
    images(...four);
    put('t.csv', 'image,labels,fold\na.jpg,x,0\nb.jpg,x,1\nc.jpg,x,2\nd.jpg,x,10\n');
    expect(answerOf(await plan('t.csv'), 'folds')).toBeNull();
    expect(await splitsIn('t.csv', { folds: 'folds' })).toEqual({
      'a.jpg': 'train',
      'b.jpg': 'train',
      'c.jpg': 'val',
      'd.jpg': 'test',
    });
  });
});

describe('images', () => {
  test('are found by encoded URLs, paths of other machines, without extension, and in another case', async () => {
    images('my photos/piña 1.jpg', 'b.jpg', 'c.jpg', 'D.JPG');
    put(
      't.csv',
      'image,labels\nhttps://example.org/my%20photos/pi%C3%B1a%201.jpg?x=1,p\nC:\\data\\b.jpg,q\nc,r\nd.jpg,s\n',
    );
    expect(await labelsIn('t.csv')).toEqual({
      'my photos/piña 1.jpg': ['p'],
      'b.jpg': ['q'],
      'c.jpg': ['r'],
      'D.JPG': ['s'],
    });
  });

  test('a name that matches several images is an error, not a guess', async () => {
    images('x/a.jpg', 'y/a.jpg', 'b.jpg');
    put('t.csv', 'image,labels\na.jpg,p\nb.jpg,q\n');
    const found = await plan('t.csv');
    expect(found.dropped.filter(({ severity }) => severity === 'error')).toMatchObject([
      { count: 1, reason: { code: 'dropped.ambiguousName' }, examples: [{ text: 't.csv:2: a.jpg' }] },
      { count: 1, reason: { code: 'dropped.classLost' }, examples: [{ text: 'p' }] },
    ]);
    expect(await labelsIn('t.csv')).toEqual({ 'b.jpg': ['q'] });
  });

  test('two different names for one image are reported', async () => {
    images('f1.jpg');
    put('t.csv', 'image,labels\nvideoA/f1.jpg,p\nvideoB/f1.jpg,q\n');
    expect(droppedIn(await plan('t.csv'))).toContainEqual([
      'dropped.differentNames',
      1,
      't.csv:3: videoB/f1.jpg (f1.jpg)',
    ]);
  });

  test('images that the table does not name are counted', async () => {
    images('a.jpg', 'b.jpg');
    put('t.csv', 'image,labels\na.jpg,x\n');
    expect(droppedIn(await plan('t.csv'))).toEqual([['dropped.imageUnnamed', 1, 'b.jpg']]);
  });
});
