import { describe, expect, test } from 'vitest';
import { importFolder } from '../../../../tests/imports/importFolder.ts';
import { message } from '../../../shared/message.ts';

const { put, images, read } = importFolder();
const yolo = (file: string) => read({ kind: 'yolo', file });

describe('the annotations of YOLO', () => {
  test('are beside the image, or in labels/ for the last folder named images', async () => {
    images('a.jpg', 'images/b.png', 'images/images/c.jpeg', 'my.images/d.jpg', 'x.y/e.v2.jpg', 'images/f.jpg');
    put('classes.txt', 'car\nbus\n');
    put('a.txt', '0\n');
    put('labels/b.txt', '1 0.5\r\n\r\n 0 0.5\r\n');
    put('images/labels/c.txt', '1\n');
    put('my.images/d.txt', '1.0\n');
    put('x.y/e.v2.txt', '0.\n');
    put('images/f.txt', '0\n');
    const { images: found, dropped } = await yolo('classes.txt');
    expect(found).toEqual({
      ...{ 'a.jpg': [null, 'car'], 'images/b.png': [null, 'bus', 'car'], 'images/images/c.jpeg': [null, 'bus'] },
      ...{ 'my.images/d.jpg': [null, 'bus'], 'x.y/e.v2.jpg': [null, 'car'], 'images/f.jpg': [null, 'car'] },
    });
    expect(dropped).toEqual([]);
  });

  test('in labels/ come before those beside the image', async () => {
    images('images/a.jpg');
    put('classes.txt', 'car\nbus\n');
    put('labels/a.txt', '1\n');
    put('images/a.txt', '0\n');
    expect((await yolo('classes.txt')).images).toEqual({ 'images/a.jpg': [null, 'bus'] });
  });

  test('with lines that name no class are counted', async () => {
    images('a.jpg', 'b.jpg');
    put('classes.txt', 'car\n\nbus\n');
    put('a.txt', '0.5 1\n-1\n1\n3 0.1\nx\n  0  1\n');
    const { images: found, dropped } = await yolo('classes.txt');
    expect(found).toEqual({ 'a.jpg': [null, 'car'], 'b.jpg': [null] });
    expect(dropped).toEqual([
      'error: dropped.lineWithoutClassNumber (3): a.txt:1: 0.5 1; a.txt:2: -1; a.txt:5: x',
      'error: dropped.classNumberUnnamed (2): a.txt:3: 1; a.txt:4: 3 0.1',
      'note: dropped.imageWithoutAnnotation (1): b.jpg',
      'note: dropped.classUnused (1): classes.txt: bus',
    ]);
  });

  test('without an image are counted, in folders that have others', async () => {
    images('set/images/a.jpg', 'set/b.jpg');
    put('classes.txt', 'car\n');
    put('set/classes.TXT', 'car\n');
    put('set/b.txt', '0\n');
    put('set/gone.txt', '0\n');
    put('set/readme.md', '0\n');
    put('set/subclasses.txt', '0\n');
    put('notes/readme.txt', '0\n');
    put('readme.txt', '0\n');
    put('set/labels/a.txt', '0\n');
    put('set/labels/gone.TXT', '0\n');
    put('set/labels/deeper/gone.txt', '0\n');
    expect((await yolo('classes.txt')).dropped).toEqual([
      'warning: dropped.annotationWithoutImage (3): set/gone.txt; set/labels/gone.TXT; set/subclasses.txt',
    ]);
  });
});

describe('the classes of YOLO', () => {
  test('in a YAML file are a list, or numbered with gaps', async () => {
    images('a.jpg');
    put('a.txt', '0\n2\n1\n');
    put('list.yaml', 'names: [car, bus, yes]\nnc: 3\n');
    put('numbered.YML', 'names:\n  2: 02146\n  0: car\nnc: 3\n');
    const list = await yolo('list.yaml');
    expect([list.images, list.notes]).toEqual([{ 'a.jpg': [null, 'car', 'yes', 'bus'] }, []]);
    const numbered = await yolo('numbered.YML');
    expect(numbered.images).toEqual({ 'a.jpg': [null, 'car', '02146'] });
    expect(numbered.dropped).toEqual(['error: dropped.classNumberUnnamed (1): a.txt:3: 1']);
    expect(numbered.notes).toEqual([
      message('import.classesAnnounced', { file: 'numbered.YML', announced: '3', named: 2 }),
    ]);
  });

  test.each([
    ['names: [a\n', 'data.invalidYaml', { file: 'd.yaml' }],
    ['train: images\n', 'data.notClassNames', { file: 'd.yaml' }],
    ['names: car\n', 'data.notClassNames', { file: 'd.yaml' }],
    ['names: {x: car}\n', 'data.invalidClassNumber', { file: 'd.yaml', number: 'x' }],
    ['names: {1x: car}\n', 'data.invalidClassNumber', { file: 'd.yaml', number: '1x' }],
    ['names: {x1: car}\n', 'data.invalidClassNumber', { file: 'd.yaml', number: 'x1' }],
    ['names: {123456: car}\n', 'data.invalidClassNumber', { file: 'd.yaml', number: '123456' }],
  ])('are refused in %j', async (text, code, params) => {
    put('d.yaml', text);
    await expect(yolo('d.yaml')).rejects.toMatchObject({ code, params });
  });

  test('in a text file have a line each, without the spaces around', async () => {
    images('a.jpg');
    put('a.txt', '0\n1\n2\n');
    put('my.names', ' car \r\n\r\nbus\r\n\r\n \r\n');
    const { images: found, dropped } = await yolo('my.names');
    expect(found).toEqual({ 'a.jpg': [null, 'car', 'bus'] });
    expect(dropped).toEqual(['error: dropped.classNumberUnnamed (1): a.txt:2: 1']);
  });
});

describe('the splits of YOLO', () => {
  const splits = async (file: string) => {
    const { images: found, dropped } = await yolo(file);
    return {
      splits: Object.fromEntries(Object.entries(found).map(([name, [split]]) => [name, split])),
      dropped: dropped.filter((text) => text.includes('.split')),
    };
  };

  test('are folders in a YAML file: the deepest one counts', async () => {
    images('all/a.jpg', 'all/b/c.jpg', 'all/b/d/e.jpg', 'allx/f.jpg');
    put('d.yaml', 'names: [car]\ntrain: all\nval: [all/b/, ./none]\nvalid: all/b/d\ntest: none\n');
    expect(await splits('d.yaml')).toEqual({
      splits: { 'all/a.jpg': 'train', 'all/b/c.jpg': 'val', 'all/b/d/e.jpg': 'val', 'allx/f.jpg': null },
      dropped: ['warning: dropped.splitFolderEmpty (2): d.yaml: val: ./none; d.yaml: test: none'],
    });
  });

  test('are relative to the file, to its path, or to a folder above', async () => {
    images('set/one/a.jpg', 'set/data/two/b.jpg', 'set/three/c.jpg');
    put('set/d.yaml', 'names: [car]\npath: data\ntrain: ../one\nval: two\ntest: C:\\work\\three\\\n');
    expect((await splits('set/d.yaml')).splits).toEqual({
      ...{ 'set/one/a.jpg': 'train', 'set/data/two/b.jpg': 'val', 'set/three/c.jpg': 'test' },
    });
    put('set/e.yaml', 'names: [car]\ntrain: /home/me/set/one\n');
    expect((await splits('set/e.yaml')).splits).toMatchObject({ 'set/one/a.jpg': 'train' });
    put('set/f.yaml', 'names: [car]\ntrain: ../../one\nval: ../../../outside\n');
    expect(await splits('set/f.yaml')).toMatchObject({
      splits: { 'set/one/a.jpg': 'train' },
      dropped: ['warning: dropped.splitFolderEmpty (1): set/f.yaml: val: ../../../outside'],
    });
  });

  test('may be the whole folder', async () => {
    images('a.jpg', 'val/b.jpg');
    put('d.yaml', 'names: [car]\ntrain: .\nval: val\n');
    expect((await splits('d.yaml')).splits).toEqual({ 'a.jpg': 'train', 'val/b.jpg': 'val' });
    put('e.yaml', 'names: [car]\ntrain: ./\n');
    expect((await splits('e.yaml')).splits).toEqual({ 'a.jpg': 'train', 'val/b.jpg': 'train' });
  });

  test('are those of the folders when nothing else names them', async () => {
    images('train/a.jpg', 'valid/b.jpg', 'c.jpg');
    put('d.yaml', 'names: [car]\n');
    expect(await splits('d.yaml')).toEqual({
      splits: { 'train/a.jpg': 'train', 'valid/b.jpg': 'val', 'c.jpg': null },
      dropped: [],
    });
  });

  test('may be lists of images, which count before folders', async () => {
    images('set/a.jpg', 'set/b.jpg', 'set/c.jpg');
    put('d.yaml', 'names: [car]\ntrain: set\nval: lists/val.txt\ntest: [no.txt, more.TXT]\n');
    put('lists/val.txt', './set/b.jpg\r\n\r\n /data/set/gone.jpg \r\n');
    put('more.TXT', '/data/set/c.jpg\n');
    expect(await splits('d.yaml')).toEqual({
      splits: { 'set/a.jpg': 'train', 'set/b.jpg': 'val', 'set/c.jpg': 'test' },
      dropped: ['warning: dropped.splitListMissing (1): d.yaml: test: no.txt'],
    });
  });

  test('are named in obj.data beside a list of names', async () => {
    images('set/a.jpg', 'set/b.jpg', 'set/c.jpg', 'set/d.jpg');
    put('set/obj.names', 'car\n');
    put(
      'set/obj.data',
      'classes = 1\r\n  train  =  train.txt  \r\nvalid=two lists.txt\r\ntest =\r\nval = gone.txt\r\ntraining = x.txt\r\n',
    );
    put('set/train.txt', 'a.jpg\nset/c.jpg\n');
    put('set/two lists.txt', 'b.jpg\n');
    expect(await splits('set/obj.names')).toEqual({
      splits: { 'set/a.jpg': 'train', 'set/b.jpg': 'val', 'set/c.jpg': 'train', 'set/d.jpg': null },
      dropped: ['warning: dropped.splitListMissing (1): obj.data: val: gone.txt'],
    });
  });
});
