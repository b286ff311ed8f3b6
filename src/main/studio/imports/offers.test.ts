import { describe, expect, test } from 'vitest';
import { importFolder } from '../../../../tests/imports/importFolder.ts';
import { importOffers } from './offers.ts';

const { path, put, images } = importFolder();
const offered = async (): Promise<(readonly string[])[]> =>
  (await importOffers(path())).files.map(({ kind, file, also }) => [kind, file, ...also]);

test('counts the images of each folder that is not named like a split', async () => {
  images('cat/1.jpg', 'a/cat/2.png', 'dog/3.jpg', 'train/4.jpg', '5.jpg');
  put('cat/notes.txt');
  expect(await importOffers(path())).toEqual({
    images: 5,
    folders: [
      { label: 'cat', images: 2 },
      { label: 'dog', images: 1 },
    ],
    ...{ files: [], labelFiles: [] },
  });
});

describe('tables', () => {
  test('are offered when a title or one of the first cells names an image', async () => {
    images('pictures/a.jpg');
    put('titled.csv', 'Image,label\nx,y\n');
    put('named.TSV', 'a\tb\nc\td\n1\t2\n3\t4\nx\tpictures/a.jpg\n');
    put('late.csv', 'b,c\n1,2\n1,2\n1,2\n1,2\nx,a.jpg\n');
    put('other.csv', 'b,c\n1,2\n');
    put('broken.csv', 'image,b\n"1,2\n');
    put('empty.csv', '');
    put('image.txt', 'image,label\n');
    expect(await offered()).toEqual([
      ['csv', 'named.TSV'],
      ['csv', 'titled.csv'],
    ]);
  });

  test('may be in UTF-16', async () => {
    put('t.csv', Buffer.from('\ufeffimage;label\nx;y\n', 'utf16le'));
    expect(await offered()).toEqual([['csv', 't.csv']]);
  });

  test('may be longer than what is read of them, which ends inside a row', async () => {
    put('t.csv', `image,label\n${'a.jpg,"cat, dog"\n'.repeat(10_000)}`);
    expect(await offered()).toEqual([['csv', 't.csv']]);
  });
});

describe('JSON files', () => {
  const gap = (bytes: number): string => `"x": "${'-'.repeat(bytes)}",`;
  test.each([
    ['{"classes": ["a"], "labels": {}}', 'fiftyone'],
    ['\n{ "labels" : {}}', 'fiftyone'],
    ['{"info": {}, "labels": {}}', null],
    ['[{"id": 1, "annotations": []}]', 'labelStudio'],
    [' [\n{"completions" : [{}]}]', 'labelStudio'],
    ['[{"image": "a.jpg"}]', 'labelStudio'],
    ['[{"x": 1, "img" : "a.jpg"}]', 'labelStudio'],
    ['[{"annotations": {}, "image": 7}]', null],
    ['[1, {"image": "a.jpg"}]', null],
    ['{"images": [], "categories": []}', 'coco'],
    ['{"categories": [], "images": []}', 'coco'],
    ['{"images": [], "labels": []}', null],
    ['"images categories"', null],
    // The keys may be far apart, and across the end of a part of the file that is read at once.
    [`{"images": [], ${gap(200_000)} "categories": []}`, 'coco'],
    [`{${gap(65_520)}"images": [], "categories": []}`, 'coco'],
    [`{${gap(65_515)}"images": [], ${gap(100_000)} "categories": []}`, 'coco'],
  ])('like %.40s are %s', async (text, kind) => {
    put('some.json', text);
    expect(await offered()).toEqual(kind === null ? [] : [[kind, 'some.json']]);
  });

  test('of the studio and of programs are not offered', async () => {
    for (const name of ['package.json', 'package-lock.json', 'tsconfig.json', 'a/package.json', 'destila.json'])
      put(name, '{"images": [], "categories": []}');
    put('destila.yaml', 'names: [a]\n');
    put('my-package.json', '{"images": [], "categories": []}');
    expect(await offered()).toEqual([['coco', 'my-package.json']]);
  });

  test('are offered down to the fourth level', async () => {
    put('a/b/c/d.json', '{"images": [], "categories": []}');
    put('a/b/c/d/e.json', '{"images": [], "categories": []}');
    expect(await offered()).toEqual([['coco', 'a/b/c/d.json']]);
  });

  test('are not opened when there are hundreds', async () => {
    for (let i = 0; i < 300; i++) put(`a/${i}.json`, '[]');
    put('b.json', '{"images": [], "categories": []}');
    expect(await offered()).toEqual([]);
    put('A.json', '{"images": [], "categories": []}');
    expect(await offered()).toEqual([['coco', 'A.json']]);
  });
});

describe('YOLO', () => {
  test('is offered by its names', async () => {
    put('data.yaml', 'train: x\n  names : [a]\n');
    put('other.yml', 'classnames: [a]\n');
    put('a/classes.txt', 'a\n');
    put('b/obj.names', 'a\n');
    put('b/myclasses.txt', 'a\n');
    put('b/classes.txt.md', 'a\n');
    expect(await offered()).toEqual([
      ['yolo', 'a/classes.txt'],
      ['yolo', 'b/obj.names'],
      ['yolo', 'data.yaml'],
    ]);
  });

  test('is offered once per file, even if they are named like splits', async () => {
    for (const name of ['train.yaml', 'val.yaml']) put(name, 'names: [a]\n');
    expect(await offered()).toEqual([
      ['yolo', 'train.yaml'],
      ['yolo', 'val.yaml'],
    ]);
  });

  test('has lists that are no label files', async () => {
    const labelFiles = async (): Promise<readonly string[]> => (await importOffers(path())).labelFiles;
    put('train.txt', 'x/a.jpg\r\nx/b.jpg\r\n');
    put('val.txt', 'x/c.jpg\n');
    put('test.txt.md', '');
    put('a/test.txt', 'x/d.jpg\n');
    expect(await labelFiles()).toEqual(['train.txt', 'val.txt']);
    put('obj.data', 'train = train.txt\n');
    expect(await labelFiles()).toEqual([]);
    put('val.txt', 'x/c.jpg\tcat\n');
    expect(await labelFiles()).toEqual(['train.txt', 'val.txt']);
  });

  test.each(['obj.names', 'data.yaml', 'Data.YML'])('has such lists beside %s', async (name) => {
    put('train.txt', 'x/a.jpg\n');
    put(name, 'names: [a]\n');
    expect((await importOffers(path())).labelFiles).toEqual([]);
  });

  test.each(['a/obj.names', 'obj.names.txt', 'mydata.yaml'])('has none beside %s', async (name) => {
    put('train.txt', 'x/a.jpg\n');
    put(name, 'names: [a]\n');
    expect((await importOffers(path())).labelFiles).toEqual(['train.txt']);
  });
});

describe('files of one set', () => {
  const table = 'image,label\n';
  test('are one offer, in the order of the splits', async () => {
    for (const name of ['test_a.csv', 'train_a.csv', 'valid_a.csv', 'train_b.csv']) put(name, table);
    expect(await offered()).toEqual([
      ['csv', 'train_a.csv', 'valid_a.csv', 'test_a.csv'],
      ['csv', 'train_b.csv'],
    ]);
  });

  test('are offers of their own when two are for one split, or one for none', async () => {
    for (const name of ['train1.csv', 'train2.csv', 'val1.csv']) put(name, table);
    expect(await offered()).toEqual([
      ['csv', 'train1.csv'],
      ['csv', 'train2.csv'],
      ['csv', 'val1.csv'],
    ]);
  });

  test('are of one kind', async () => {
    put('train.csv', table);
    put('val.csv', 'a,b\n');
    put('test.json', '{"images": [], "categories": []}');
    expect(await offered()).toEqual([
      ['coco', 'test.json'],
      ['csv', 'train.csv'],
    ]);
  });
});

describe('XML files', () => {
  test('are CVAT one by one, and Pascal VOC by the folder that they have in common', async () => {
    put('a.xml', '<annotations>\n<image/></annotations>');
    put('x/voc/one/1.xml', '<annotation>\n</annotation>');
    put('x/voc/one/2.xml', '<annotations></annotations>');
    put('x/voc/two/deep/3.XML', '<annotation verified="yes"></annotation>');
    put('y/4.xml', '<annotationset></annotationset>');
    put('y/z/5.xml.txt', '<annotation></annotation>');
    expect(await offered()).toEqual([
      ['cvat', 'a.xml'],
      ['voc', 'x/voc'],
    ]);
  });

  test('of Pascal VOC in one folder are offered as that folder, else as all', async () => {
    put('x/one/1.xml', '<annotation></annotation>');
    expect(await offered()).toEqual([['voc', 'x/one']]);
    put('y/1.xml', '<annotation></annotation>');
    expect(await offered()).toEqual([['voc', '.']]);
  });
});
