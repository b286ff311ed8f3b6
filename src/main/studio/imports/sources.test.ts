import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { planImport, writeImport } from './plan.ts';
import { importOffers } from './offers.ts';
import { readSource } from './sources.ts';

let folder: string;
const put = (name: string, content = name): void => {
  mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
  writeFileSync(path.join(folder, name), content);
};
const semicolon = { separator: 'semicolon' as const, labels_file: null };
const labelsOf = async (source: Parameters<typeof readSource>[1]): Promise<Record<string, readonly string[]>> =>
  Object.fromEntries((await readSource(folder, source)).entries.map(({ path: name, labels }) => [name, labels]));

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'destila-import-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('labels are read', () => {
  test('from one folder per label', async () => {
    put('cats/1.jpg');
    put('dogs/2.jpg');
    put('dogs/3.png');
    put('notes.md');
    expect(await labelsOf({ kind: 'folders' })).toEqual({
      'cats/1.jpg': ['cats'],
      'dogs/2.jpg': ['dogs'],
      'dogs/3.png': ['dogs'],
    });
    expect(await importOffers(folder)).toMatchObject({
      images: 3,
      folders: [
        { label: 'cats', images: 1 },
        { label: 'dogs', images: 2 },
      ],
    });
  });

  test('from a table with lists of labels in quotes', async () => {
    put('a.jpg');
    put('b, c.jpg');
    put('labels.csv', 'image,labels\na.jpg,"apple,pear"\n"b, c.jpg",pear\n');
    expect(await labelsOf({ kind: 'csv', file: 'labels.csv' })).toEqual({
      'a.jpg': ['apple', 'pear'],
      'b, c.jpg': ['pear'],
    });
  });

  test('from a table whose labels contain commas: the whole column has one separator', async () => {
    put('a.jpg');
    put('b.jpg');
    put('labels.csv', 'image,labels\na.jpg,"red, ripe|pear"\nb.jpg,"red, ripe"\n');
    expect(await labelsOf({ kind: 'csv', file: 'labels.csv' })).toEqual({
      'a.jpg': ['red, ripe', 'pear'],
      'b.jpg': ['red, ripe'],
    });
  });

  test('from a table with one column per label', async () => {
    put('a.jpg');
    put('b.jpg');
    put('flags.csv', 'filename,apple,pear\na.jpg,1,0\nb.jpg,1,1\n');
    expect(await labelsOf({ kind: 'csv', file: 'flags.csv' })).toEqual({
      'a.jpg': ['apple'],
      'b.jpg': ['apple', 'pear'],
    });
  });

  test('from COCO: at least one box means present', async () => {
    put('a.jpg');
    put('b.jpg');
    put(
      'coco.json',
      JSON.stringify({
        images: [
          { id: 1, file_name: 'a.jpg' },
          { id: 2, file_name: 'b.jpg' },
        ],
        categories: [
          { id: 7, name: 'apple' },
          { id: 8, name: 'pear' },
        ],
        annotations: [
          { image_id: 1, category_id: 7 },
          { image_id: 1, category_id: 7 },
          { image_id: 1, category_id: 8 },
        ],
      }),
    );
    const found = await labelsOf({ kind: 'coco', file: 'coco.json' });
    expect(found['a.jpg']).toEqual(['apple', 'pear']);
    expect(found['b.jpg'] ?? []).toEqual([]);
  });

  test('from YOLO: data.yaml names the class numbers of the boxes', async () => {
    put('images/train/a.jpg');
    put('labels/train/a.txt', '1 0.5 0.5 0.1 0.1\n1 0.2 0.2 0.1 0.1\n0 0.1 0.1 0.1 0.1\n');
    put('data.yaml', 'train: images/train\nnames: [apple, pear]\n');
    expect(await labelsOf({ kind: 'yolo', file: 'data.yaml' })).toEqual({ 'images/train/a.jpg': ['pear', 'apple'] });
  });

  test('a table without a column of paths is refused with its line', async () => {
    put('bad.csv', 'x,y\n1,2\n');
    put('good.csv', '\uFEFF"file name";labels\na.jpg;x\n');
    expect((await importOffers(folder)).files).toEqual([{ kind: 'csv', file: 'good.csv', also: [] }]);
    await expect(readSource(folder, { kind: 'csv', file: 'bad.csv' })).rejects.toMatchObject({
      code: 'data.noImageColumn',
      params: { file: 'bad.csv' },
    });
    await expect(readSource(folder, { kind: 'csv', file: '../outside.csv' })).rejects.toMatchObject({
      code: 'data.outsideProject',
    });
  });
});

test('a plan writes nothing; identical images stay in one split', async () => {
  for (let i = 0; i < 20; i++) put(`cats/${i}.jpg`, `content ${Math.floor(i / 2)}`);
  const request = {
    project: 'p',
    source: { kind: 'folders' as const },
    shares: { train: 0.6, val: 0.2, test: 0.2 },
    seed: 1,
  };
  const plan = await planImport(folder, request);
  expect(plan).toMatchObject({ images: 20, vocabulary: ['cats'], counts: { train: 12, val: 4, test: 4 } });
  expect(() => readFileSync(path.join(folder, 'train.txt'))).toThrow();
  put('train.txt', 'old\n');
  await writeImport(folder, request, path.join(folder, '.backups'));
  const split = new Map(
    ['train', 'val', 'test'].flatMap((name) =>
      readFileSync(path.join(folder, `${name}.txt`), 'utf8')
        .trim()
        .split('\n')
        .map((line) => [Number(/(\d+)\.jpg/.exec(line)![1]), name] as const),
    ),
  );
  for (let i = 0; i < 20; i += 2) expect(split.get(i)).toBe(split.get(i + 1));
});

test("keeps the splits of the source and writes with the separator of the project's settings", async () => {
  put('a.jpg', 'a');
  put('b.jpg', 'b');
  put('c.jpg', 'c');
  put('labels.csv', 'image,labels,split\na.jpg,apple,train\nb.jpg,pear,val\nc.jpg,pear,\n');
  const request = {
    project: 'p',
    source: { kind: 'csv' as const, file: 'labels.csv' },
    shares: { train: 0, val: 0, test: 1 },
    seed: 1,
  };
  expect((await planImport(folder, request, semicolon)).notes).toContainEqual(
    expect.objectContaining({ code: 'import.splitKept', params: { count: 2 } }),
  );
  await writeImport(folder, request, path.join(folder, '.backups'), semicolon);
  expect(['train', 'val', 'test'].map((split) => readFileSync(path.join(folder, `${split}.txt`), 'utf8'))).toEqual([
    'a.jpg;apple\n',
    'b.jpg;pear\n',
    'c.jpg;pear\n',
  ]);
  put('train.txt', 'a.jpg;apple, green\n');
  expect(
    await readSource(folder, { kind: 'listed' }, semicolon).then(({ entries }) => entries.map(({ labels }) => labels)),
  ).toEqual([['apple', 'green'], ['pear'], ['pear']]);
});
