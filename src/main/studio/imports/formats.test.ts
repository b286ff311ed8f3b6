import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ImportSource } from '../../../shared/contract/dataset.ts';
import { importOffers } from './offers.ts';
import { planImport } from './plan.ts';
import { readSource } from './sources.ts';

let folder: string;
const put = (name: string, content: unknown = name): void => {
  mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
  writeFileSync(path.join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
};
const images = (...names: string[]): void => names.forEach((name) => put(name));
const read = async (source: ImportSource): Promise<Record<string, readonly (string | null)[]>> =>
  Object.fromEntries(
    (await readSource(folder, source)).entries.map(({ path: name, labels, split }) => [name, [split, ...labels]]),
  );
const plan = (source: ImportSource) =>
  planImport(folder, { project: 'p', source, shares: { train: 0.6, val: 0.2, test: 0.2 }, seed: 1 });
const droppedBy = async (source: ImportSource): Promise<string[]> =>
  (await plan(source)).dropped.map(
    ({ severity, reason, count, examples }) =>
      `${severity}: ${reason.code} (${count}): ${examples.map(({ text }) => text).join('; ')}`,
  );

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'destila-formats-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const coco = (
  names: readonly string[],
  annotations: unknown[],
  categories: unknown[] = [{ id: 1, name: 'apple' }],
) => ({
  images: names.map((name, i) => ({ id: i, file_name: name })),
  annotations,
  categories,
});

describe('COCO', () => {
  test('ids are compared as text, and names may be numbers', async () => {
    images('a.jpg', 'b.jpg');
    put('c.json', {
      images: [
        { id: '0', file_name: 'a.jpg' },
        { id: 1, file_name: 'b.jpg' },
      ],
      annotations: [
        { image_id: 0, category_id: '7' },
        { image_id: '1', category_id: 8 },
      ],
      categories: [
        { id: 7, name: 12 },
        { id: '8', name: 'pear' },
      ],
    });
    expect(await read({ kind: 'coco', file: 'c.json' })).toEqual({ 'a.jpg': [null, '12'], 'b.jpg': [null, 'pear'] });
  });

  test('a byte order mark and Python NaN are read; a truncated file is reported with its line', async () => {
    images('a.jpg');
    put('bom.json', `\uFEFF${JSON.stringify(coco(['a.jpg'], [{ image_id: 0, category_id: 1 }]))}`);
    put(
      'nan.json',
      '{"images":[{"id":0,"file_name":"a.jpg","score":NaN}],"note":"NaN",\n"categories":[],"x":-Infinity}',
    );
    put('cut.json', '{"images": [\n{"id": 0, "file_na');
    put('wrong.json', '{"images": [\n{"id": 0,, "file_name": "a.jpg"}]}');
    expect(await read({ kind: 'coco', file: 'bom.json' })).toEqual({ 'a.jpg': [null, 'apple'] });
    expect(await read({ kind: 'coco', file: 'nan.json' })).toEqual({ 'a.jpg': [null] });
    await expect(read({ kind: 'coco', file: 'cut.json' })).rejects.toMatchObject({
      code: 'data.truncatedFile',
      params: { file: 'cut.json', line: 2 },
    });
    await expect(read({ kind: 'coco', file: 'wrong.json' })).rejects.toMatchObject({
      code: 'data.invalidJson',
      params: { file: 'wrong.json', line: 2 },
    });
  });

  test('annotations without a listed image or category are counted; a class that only they have is lost', async () => {
    images('a.jpg');
    put(
      'c.json',
      coco(
        ['a.jpg', 'z.jpg'],
        [
          { image_id: 0, category_id: 1 },
          { image_id: 9, category_id: 1 },
          { image_id: 0, category_id: 5 },
          { image_id: 1, category_id: 2 },
        ],
        [
          { id: 1, name: 'apple' },
          { id: 2, name: 'pear' },
          { id: 3, name: 'fig' },
        ],
      ),
    );
    expect(await droppedBy({ kind: 'coco', file: 'c.json' })).toEqual([
      'error: dropped.unlistedImage (1): c.json: annotations[1]: 9',
      'error: dropped.unlistedCategory (1): c.json: annotations[2]: 5',
      'error: dropped.classLost (1): pear',
      'warning: dropped.imageNotInFolder (1): c.json: images[1]: z.jpg',
      'note: dropped.classUnused (1): c.json: fig',
    ]);
  });

  test('two entries of one file are combined and counted', async () => {
    images('f.jpg');
    put(
      'c.json',
      coco(
        ['f.jpg', 'f.jpg'],
        [
          { image_id: 0, category_id: 1 },
          { image_id: 1, category_id: 2 },
        ],
        [
          { id: 1, name: 'apple' },
          { id: 2, name: 'pear' },
        ],
      ),
    );
    expect(await read({ kind: 'coco', file: 'c.json' })).toEqual({ 'f.jpg': [null, 'apple', 'pear'] });
    expect(await droppedBy({ kind: 'coco', file: 'c.json' })).toEqual([
      'warning: dropped.imageRepeated (1): c.json: images[1]: f.jpg',
    ]);
  });
});

describe('a set of files, one per split, is one offer', () => {
  test('in the layout of Roboflow', async () => {
    for (const split of ['train', 'valid', 'test']) {
      images(`${split}/${split}.jpg`);
      put(`${split}/_annotations.coco.json`, coco([`${split}.jpg`], [{ image_id: 0, category_id: 1 }]));
      put(`${split}/_classes.csv`, `filename, helmet\n${split}.jpg, 1\n`);
    }
    const { files } = await importOffers(folder);
    expect(files).toEqual([
      {
        kind: 'coco',
        file: 'train/_annotations.coco.json',
        also: ['valid/_annotations.coco.json', 'test/_annotations.coco.json'],
      },
      { kind: 'csv', file: 'train/_classes.csv', also: ['valid/_classes.csv', 'test/_classes.csv'] },
    ]);
    expect(await read(files[0]!)).toEqual({
      'train/train.jpg': ['train', 'apple'],
      'valid/valid.jpg': ['val', 'apple'],
      'test/test.jpg': ['test', 'apple'],
    });
    expect(await read(files[1]!)).toMatchObject({ 'valid/valid.jpg': ['val', 'helmet'] });
  });

  test('with the names of COCO, and as one table per split', async () => {
    images('train2017/1.jpg', 'val2017/2.jpg');
    put('annotations/instances_train2017.json', coco(['1.jpg'], [{ image_id: 0, category_id: 1 }]));
    put('annotations/instances_val2017.json', coco(['2.jpg'], []));
    put('train.csv', 'image,labels\n1.jpg,x\n');
    put('val.csv', 'image,labels\n2.jpg,x\n');
    const { files } = await importOffers(folder);
    expect(files).toEqual([
      {
        kind: 'coco',
        file: 'annotations/instances_train2017.json',
        also: ['annotations/instances_val2017.json'],
      },
      { kind: 'csv', file: 'train.csv', also: ['val.csv'] },
    ]);
    expect(await read(files[0]!)).toEqual({ 'train2017/1.jpg': ['train', 'apple'], 'val2017/2.jpg': ['val'] });
  });
});

describe('YOLO', () => {
  test('names are kept as written, in the order of their numbers; data.yaml names the splits', async () => {
    images('images/train2017/a.jpg', 'images/val2017/b.jpg');
    put('labels/train2017/a.txt', '1 0.5 0.5 0.1 0.1\n0 0.5 0.5 0.1 0.1\n');
    put('labels/val2017/b.txt', '0 0.5 0.5 0.1 0.1\n');
    put(
      'coco8.yaml',
      'path: ../somewhere\ntrain: images/train2017\nval: images/val2017\nnames:\n  0: 02146\n  1: yes\n',
    );
    const source = { kind: 'yolo' as const, file: 'coco8.yaml' };
    expect((await importOffers(folder)).files).toEqual([{ ...source, also: [] }]);
    expect(await read(source)).toEqual({
      'images/train2017/a.jpg': ['train', 'yes', '02146'],
      'images/val2017/b.jpg': ['val', '02146'],
    });
  });

  test('splits in data.yaml take precedence over folder names', async () => {
    images('images/one/a.jpg', 'images/two/b.jpg', 'images/test/c.jpg');
    put('data.yaml', 'train: ../images/two\nval: [images/one]\ntest: images/none\nnames: [0, 1]\n');
    const source = { kind: 'yolo' as const, file: 'data.yaml' };
    expect(await read(source)).toEqual({
      'images/one/a.jpg': ['val'],
      'images/two/b.jpg': ['train'],
      'images/test/c.jpg': [null],
    });
    expect(await droppedBy(source)).toContain('warning: dropped.splitFolderEmpty (1): data.yaml: test: images/none');
  });

  test('obj.names has one class per line, and the lists in obj.data are splits', async () => {
    images('obj_train_data/a.jpg', 'obj_train_data/b.jpg');
    put('obj_train_data/a.txt', '1 0.5 0.5 0.1 0.1\n');
    put('obj_train_data/b.txt', '0 0.5 0.5 0.1 0.1\n');
    put('obj.names', 'car\nbus\n');
    put('obj.data', 'classes = 2\ntrain = data/train.txt\nvalid = data/valid.txt\nnames = data/obj.names\n');
    put('train.txt', 'data/obj_train_data/a.jpg\n');
    put('valid.txt', 'data/obj_train_data/b.jpg\n');
    expect(await importOffers(folder)).toMatchObject({
      files: [{ kind: 'yolo', file: 'obj.names', also: [] }],
      labelFiles: [],
    });
    expect(await read({ kind: 'yolo', file: 'obj.names' })).toEqual({
      'obj_train_data/a.jpg': ['train', 'bus'],
      'obj_train_data/b.jpg': ['val', 'car'],
    });
  });

  test('an empty line of classes.txt keeps its number; unusable lines and files are counted', async () => {
    images('a.jpg', 'b.jpg');
    put('classes.txt', 'car\n\nbus\n');
    put('a.txt', '2 0.5 0.5 0.1 0.1\n1 0.5 0.5 0.1 0.1\nbus 1 2\n');
    put('labels/c.txt', '0 0.5 0.5 0.1 0.1\n');
    images('images/d.jpg');
    put('labels/d.txt', '');
    const source = { kind: 'yolo' as const, file: 'classes.txt' };
    expect((await read(source))['a.jpg']).toEqual([null, 'bus']);
    expect(await droppedBy(source)).toEqual([
      'error: dropped.classNumberUnnamed (1): a.txt:2: 1 0.5 0.5 0.1 0.1',
      'error: dropped.lineWithoutClassNumber (1): a.txt:3: bus 1 2',
      'warning: dropped.annotationWithoutImage (1): labels/c.txt',
      'note: dropped.imageWithoutAnnotation (1): b.jpg',
      'note: dropped.classUnused (1): classes.txt: car',
    ]);
  });

  test('an annotation file that cannot be read is an error, not an image without labels', async () => {
    images('a.jpg');
    put('classes.txt', 'car\n');
    put('a.txt', '0 0.5 0.5 0.1 0.1\n');
    const { readTextIfThere } = await import('./sourceText.ts');
    expect(await readTextIfThere(folder, 'none.txt')).toBeNull();
    mkdirSync(path.join(folder, 'folder.txt'));
    await expect(readTextIfThere(folder, 'folder.txt')).rejects.toMatchObject({
      code: 'file.notRegular',
      params: { file: path.join(folder, 'folder.txt') },
    });
  });

  test('an annotation file that links to a file outside the project is refused', async () => {
    const { readTextIfThere } = await import('./sourceText.ts');
    symlinkSync('/etc/hostname', path.join(folder, 'link.txt'));
    await expect(readTextIfThere(folder, 'link.txt')).rejects.toMatchObject({
      code: 'data.outsideProject',
      params: { file: 'link.txt' },
    });
  });
});

describe('Pascal VOC', () => {
  const xml = (file: string, ...names: string[]): string =>
    `<?xml version="1.0"?>\n<annotation verified="yes"><folder>x</folder><filename>${file}</filename>` +
    names.map((name) => `<object><name>${name}</name><part><name>head</name></part></object>`).join('') +
    '</annotation>';

  test('objects are labels, ImageSets are splits, entities are decoded', async () => {
    images('JPEGImages/1.jpg', 'JPEGImages/2.jpg', 'JPEGImages/3.png');
    put('Annotations/1.xml', xml('1.jpg', 'salt &amp; pepper', '<![CDATA[a<b]]>'));
    put('Annotations/2.xml', xml('renamed since.jpg', 'dog', 'dog'));
    put('Annotations/3.xml', xml('3', '&#x63;at'));
    put('ImageSets/Main/train.txt', '1\n3\n');
    put('ImageSets/Main/val.txt', '2\n');
    const { files } = await importOffers(folder);
    expect(files).toEqual([{ kind: 'voc', file: 'Annotations', also: [] }]);
    expect(await read(files[0]!)).toEqual({
      'JPEGImages/1.jpg': ['train', 'salt & pepper', 'a<b'],
      'JPEGImages/2.jpg': ['val', 'dog'],
      'JPEGImages/3.png': ['train', 'cat'],
    });
  });

  test('annotations may be beside the images in split folders, as Roboflow exports them', async () => {
    images('train/a.jpg', 'valid/b.jpg');
    put('train/a.xml', xml('a.jpg', 'car'));
    put('valid/b.xml', xml('b.jpg', ''));
    const source = { kind: 'voc' as const, file: '.' };
    expect((await importOffers(folder)).files).toEqual([{ ...source, also: [] }]);
    expect(await read(source)).toEqual({ 'train/a.jpg': ['train', 'car'], 'valid/b.jpg': ['val'] });
    expect(await droppedBy(source)).toEqual(['error: dropped.objectUnnamed (1): valid/b.xml']);
  });

  test('a truncated or invalid file is reported with its line', async () => {
    images('a.jpg');
    put('a.xml', '<annotation>\n<filename>a.jpg</filename>\n<object>');
    await expect(read({ kind: 'voc', file: '.' })).rejects.toMatchObject({
      code: 'data.truncatedFile',
      params: { file: 'a.xml', line: 3 },
    });
    put('a.xml', '<annotation>\n<filename>a.jpg</name>\n</annotation>');
    await expect(read({ kind: 'voc', file: '.' })).rejects.toMatchObject({
      code: 'data.invalidXml',
      params: { file: 'a.xml', line: 2 },
    });
  });
});

describe('Label Studio', () => {
  const task = (image: string, ...results: string[][]) => ({
    data: { image },
    annotations: results.map((choices) => ({ result: [{ type: 'choices', value: { choices } }] })),
  });

  test('choices and boxes are labels; images are found by upload and local paths', async () => {
    images('a.jpg', 'sub dir/b.jpg');
    put('export.json', [
      task('/data/upload/1/1a2b3c4d-a.jpg', ['Apple']),
      {
        data: { image: '/data/local-files/?d=sub%20dir/b.jpg' },
        annotations: [
          { was_cancelled: true, result: [{ type: 'choices', value: { choices: ['Wrong'] } }] },
          {
            result: [
              { type: 'rectanglelabels', value: { x: 1, y: 2, rectanglelabels: ['Pear'] } },
              { type: 'textarea', value: { text: ['ripe'] } },
            ],
          },
        ],
      },
    ]);
    const { files } = await importOffers(folder);
    expect(files).toEqual([{ kind: 'labelStudio', file: 'export.json', also: [] }]);
    expect(await read(files[0]!)).toEqual({ 'a.jpg': [null, 'Apple'], 'sub dir/b.jpg': [null, 'Pear'] });
    expect(await droppedBy(files[0]!)).toEqual(['note: dropped.resultNotLabel (1): export.json: [1]: textarea']);
  });

  test('asks whose labels count when annotators disagree', async () => {
    images('a.jpg');
    put('e.json', [task('a.jpg', ['x', 'y'], ['x'], ['x', 'y', 'z'])]);
    const source = { kind: 'labelStudio' as const, file: 'e.json' };
    expect((await plan(source)).questions).toMatchObject([{ id: 'annotators', answer: null }]);
    const readWith = (annotators: string) => read({ ...source, answers: { annotators } });
    expect(await readWith('any')).toEqual({ 'a.jpg': [null, 'x', 'y', 'z'] });
    expect(await readWith('most')).toEqual({ 'a.jpg': [null, 'x', 'y'] });
    expect(await readWith('all')).toEqual({ 'a.jpg': [null, 'x'] });
  });

  test('JSON-MIN is read too', async () => {
    images('a.jpg', 'b.jpg');
    put('min.json', [
      { image: '/data/upload/1/a.jpg', id: 1, choice: 'Apple', annotator: 1 },
      { image: 'b.jpg', id: 2, choice: { choices: ['Apple', 'Pear'] }, label: [{ rectanglelabels: ['Box'] }] },
    ]);
    expect(await read({ kind: 'labelStudio', file: 'min.json' })).toEqual({
      'a.jpg': [null, 'Apple'],
      'b.jpg': [null, 'Apple', 'Pear', 'Box'],
    });
  });
});

test('CVAT: tags and shapes are labels, subsets are splits; video tracks are refused', async () => {
  images('images/a.jpg', 'images/b.jpg');
  put(
    'annotations.xml',
    '<annotations><version>1.1</version><meta><labels><label><name>car</name></label></labels></meta>' +
      '<image id="0" name="a.jpg" subset="Train"><box label="car" xtl="1"><attribute name="x">1</attribute></box>' +
      `<tag label='b"us'/></image><image id="1" name="b.jpg" subset="Validation"></image></annotations>`,
  );
  const { files } = await importOffers(folder);
  expect(files).toEqual([{ kind: 'cvat', file: 'annotations.xml', also: [] }]);
  expect(await read(files[0]!)).toEqual({ 'images/a.jpg': ['train', 'car', 'b"us'], 'images/b.jpg': ['val'] });
  put('video.xml', '<annotations><track id="0" label="car"></track></annotations>');
  await expect(read({ kind: 'cvat', file: 'video.xml' })).rejects.toMatchObject({ code: 'data.notCvatImages' });
});

test('FiftyOne: numbers are indexes into the list of classes; names, boxes and lists are read too', async () => {
  images('data/a.jpg', 'data/b.jpg', 'data/c.jpg', 'data/d.jpg');
  put('labels.json', {
    classes: ['cat', 'dog', 'fox'],
    labels: { a: 1, b: [{ label: 0, bounding_box: [0, 0, 1, 1] }, { label: 1 }], c: null, d: [7] },
  });
  const { files } = await importOffers(folder);
  expect(files).toEqual([{ kind: 'fiftyone', file: 'labels.json', also: [] }]);
  expect(await read(files[0]!)).toEqual({
    'data/a.jpg': [null, 'dog'],
    'data/b.jpg': [null, 'cat', 'dog'],
    'data/c.jpg': [null],
    'data/d.jpg': [null],
  });
  expect(await droppedBy(files[0]!)).toEqual([
    'error: dropped.classNumberUnnamed (1): labels.json: d: 7',
    'note: dropped.classUnused (1): labels.json: fox',
  ]);
  put('named.json', { labels: { a: 'cat' } });
  expect(await read({ kind: 'fiftyone', file: 'named.json' })).toMatchObject({ 'data/a.jpg': [null, 'cat'] });
});

describe('folders', () => {
  test('may be named like properties of JavaScript objects', async () => {
    images('Constructor/0.jpg', '__proto__/1.jpg', 'toString/2.jpg');
    expect(await read({ kind: 'folders' })).toEqual({
      'Constructor/0.jpg': [null, 'Constructor'],
      '__proto__/1.jpg': [null, '__proto__'],
      'toString/2.jpg': [null, 'toString'],
    });
    expect((await importOffers(folder)).folders.map(({ label }) => label).sort()).toEqual(
      ['Constructor', '__proto__', 'toString'].sort(),
    );
  });

  test('inside a split folder a folder named like a split is a label; labels may be above the splits', async () => {
    images('train/test/1.jpg', 'train/cat/2.jpg', 'val/test/3.jpg');
    expect(await read({ kind: 'folders' })).toEqual({
      'train/test/1.jpg': ['train', 'test'],
      'train/cat/2.jpg': ['train', 'cat'],
      'val/test/3.jpg': ['val', 'test'],
    });
    rmSync(path.join(folder, 'train'), { recursive: true });
    rmSync(path.join(folder, 'val'), { recursive: true });
    images('cat/train/1.jpg', 'dog/train/2.jpg', 'dog/test/3.jpg');
    expect(await read({ kind: 'folders' })).toEqual({
      'cat/train/1.jpg': ['train', 'cat'],
      'dog/train/2.jpg': ['train', 'dog'],
      'dog/test/3.jpg': ['test', 'dog'],
    });
  });

  test('asks about a folder named like a split beside others', async () => {
    images('val/1.jpg', 'cat/2.jpg', 'dog/3.jpg');
    expect((await plan({ kind: 'folders' })).questions).toMatchObject([{ id: 'splitFolders', answer: null }]);
    expect(await read({ kind: 'folders', answers: { splitFolders: 'labels' } })).toMatchObject({
      'val/1.jpg': [null, 'val'],
    });
    expect(await read({ kind: 'folders', answers: { splitFolders: 'splits' } })).toMatchObject({
      'val/1.jpg': ['val'],
    });
  });

  test('leftovers of archives, hidden files and links are counted, not imported', async () => {
    images('cats/1.jpg', 'cats/._1.jpg', '__MACOSX/cats/._1.jpg', '@eaDir/1.jpg', '.git/x.jpg', 'Thumbs.db');
    symlinkSync(path.join(folder, 'cats/1.jpg'), path.join(folder, 'cats/2.jpg'));
    expect(await read({ kind: 'folders' })).toEqual({ 'cats/1.jpg': [null, 'cats'] });
    expect(await droppedBy({ kind: 'folders' })).toEqual([
      'warning: dropped.link (1): cats/2.jpg',
      'note: dropped.archiveLitter (3): @eaDir/1.jpg; __MACOSX/cats/._1.jpg; cats/._1.jpg',
    ]);
  });
});
