import { describe, expect, test } from 'vitest';
import { importFolder } from '../../../../tests/imports/importFolder.ts';
import { message } from '../../../shared/message.ts';
import { readSource } from './sources.ts';

const { path, put, images, read } = importFolder();

describe('Pascal VOC', () => {
  const xml = (filename: string | null, ...names: string[]): string =>
    `<annotation>${filename === null ? '' : `<filename>${filename}</filename>`}${names
      .map((name) => `<object><name>${name}</name></object>`)
      .join('')}<name>not an object</name></annotation>`;
  const voc = (file: string) => read({ kind: 'voc', file });

  test('reads the files of a folder and below it, and no others', async () => {
    images('set/a.jpg', 'set/more/b.jpg', 'sets/c.jpg');
    put('set/a.xml', xml('a.jpg', ' cat ', 'dog', 'cat'));
    put('set/more/b.XML', xml('b.jpg', 'dog'));
    put('sets/c.xml', xml('c.jpg', 'fox'));
    put('set/a.xml.txt', xml('a.jpg', 'fox'));
    const { images: found, dropped } = await voc('set');
    expect(found).toEqual({ 'set/a.jpg': [null, 'cat', 'dog'], 'set/more/b.jpg': [null, 'dog'] });
    expect(dropped).toEqual(['note: dropped.imageUnnamed (1): sets/c.jpg']);
  });

  test('takes the image that the file names, else the one that is named like the file', async () => {
    images('a.jpg', 'b.jpg', 'named.jpg');
    put('a.xml', xml('named.jpg', 'cat'));
    put('b.xml', xml('outdated.jpg', 'dog'));
    put('c.xml', xml('gone.jpg', 'fox'));
    expect(await voc('.')).toMatchObject({
      images: { 'named.jpg': [null, 'cat'], 'b.jpg': [null, 'dog'] },
      dropped: ['warning: dropped.imageNotInFolder (1): c.xml: gone.jpg', 'note: dropped.imageUnnamed (1): a.jpg'],
    });
    put('a.xml', xml(null, 'cat'));
    put('c.xml', xml('', 'fox'));
    expect(await voc('.')).toMatchObject({
      images: { 'a.jpg': [null, 'cat'], 'b.jpg': [null, 'dog'] },
      dropped: ['warning: dropped.imageNotInFolder (1): c.xml: c', 'note: dropped.imageUnnamed (1): named.jpg'],
    });
  });

  test.each(['set/xmls', 'set/JPEGImages', 'set/images', 'set'])('finds images in %s first', async (place) => {
    const places = ['set/xmls', 'set/JPEGImages', 'set/images', 'set', 'other'];
    const present = places.slice(places.indexOf(place));
    images(...present.map((folder) => `${folder}/a.jpg`));
    put('set/xmls/a.xml', xml('a.jpg', 'cat'));
    expect((await voc('set/xmls')).images).toEqual({ [`${place}/a.jpg`]: [null, 'cat'] });
  });

  test('takes the split of the folders, else that of the ImageSets', async () => {
    images('train/a.jpg', 'b.jpg', 'c.jpg');
    put('train/a.xml', xml('a.jpg', 'cat'));
    put('b.xml', xml('b.jpg', 'cat'));
    put('c.XML', xml('c.jpg', 'cat'));
    put('ImageSets/Main/val.txt', 'a\r\n\r\n b \r\n');
    put('deep/ImageSets/Main/test.txt', 'c\n');
    put('ImageSets/Segmentation/train.txt', 'b\n');
    expect((await voc('.')).images).toEqual({
      ...{ 'train/a.jpg': ['train', 'cat'], 'b.jpg': ['val', 'cat'], 'c.jpg': ['test', 'cat'] },
    });
  });

  test('counts files of another kind and objects without a name', async () => {
    images('a.jpg');
    put('a.xml', xml('a.jpg', '', 'cat', ' '));
    put('other.xml', '<project><object><name>dog</name></object></project>');
    expect(await voc('.')).toMatchObject({
      images: { 'a.jpg': [null, 'cat'] },
      dropped: ['error: dropped.objectUnnamed (2): a.xml; a.xml', 'note: dropped.notVoc (1): other.xml'],
    });
  });

  test('needs a file', async () => {
    images('a.jpg');
    await expect(voc('.')).rejects.toMatchObject({ code: 'data.noXmlFiles', params: { folder: '.' } });
  });
});

describe('CVAT', () => {
  const cvat = (file: string) => read({ kind: 'cvat', file });

  test('has labels of tags and shapes, each once', async () => {
    images('a.jpg', 'b.jpg');
    put(
      'a.xml',
      '<annotations><image id="0" name="a.jpg"><box label=" car "/><tag label="car"/><tag label="bus"/></image>' +
        '<image name="b.jpg"><box/><tag label=""/></image><other name="c.jpg"><tag label="x"/></other>' +
        '<image id="7"><tag label="lost"/></image></annotations>',
    );
    expect(await cvat('a.xml')).toMatchObject({
      images: { 'a.jpg': [null, 'car', 'bus'], 'b.jpg': [null] },
      dropped: [
        'error: dropped.shapeUnlabeled (2): a.xml: image ?: box; a.xml: image ?: tag',
        'warning: dropped.imageNotInFolder (1): a.xml: image 7: ',
      ],
    });
  });

  test('takes the subset for the split, else the name of the file', async () => {
    images('a.jpg', 'b.jpg');
    put('val.xml', '<annotations><image name="a.jpg" subset="Train"/><image name="b.jpg" subset="x"/></annotations>');
    expect((await cvat('val.xml')).images).toEqual({ 'a.jpg': ['train'], 'b.jpg': ['val'] });
  });

  test('refuses other files', async () => {
    put('a.xml', '<annotation><image name="a.jpg"/></annotation>');
    await expect(cvat('a.xml')).rejects.toMatchObject({ code: 'data.notCvat', params: { file: 'a.xml' } });
    put('b.xml', '<annotations><image name="a.jpg"/><track label="car"/></annotations>');
    await expect(cvat('b.xml')).rejects.toMatchObject({ code: 'data.notCvatImages', params: { file: 'b.xml' } });
  });
});

describe('FiftyOne', () => {
  const fiftyone = (file: string) => read({ kind: 'fiftyone', file });

  test('numbers are classes only where there is a list of them', async () => {
    images('a.jpg', 'b.jpg', 'data/c.jpg');
    put('labels.json', { classes: null, labels: { a: 'cat', b: { label: 'dog' }, c: [{ label: 1 }, 'cat', 'cat'] } });
    expect(await fiftyone('labels.json')).toMatchObject({
      images: { 'a.jpg': [null, 'cat'], 'b.jpg': [null, 'dog'], 'data/c.jpg': [null, 'cat'] },
      dropped: ['error: dropped.classNumberUnnamed (1): labels.json: c: 1'],
    });
  });

  test('images are in data/ beside the file before anywhere else; its name may be that of a split', async () => {
    images('set/data/a.jpg', 'set/a.jpg', 'set/b.jpg');
    put('set/labels_val.json', { classes: ['cat', 'dog'], labels: { 'a.jpg': 0, 'b.jpg': [0, 0] } });
    expect(await fiftyone('set/labels_val.json')).toMatchObject({
      images: { 'set/data/a.jpg': ['val', 'cat'], 'set/b.jpg': ['val', 'cat'] },
      dropped: ['note: dropped.classUnused (1): set/labels_val.json: dog', 'note: dropped.imageUnnamed (1): set/a.jpg'],
    });
  });

  test('images are in data/ of the project too', async () => {
    images('data/a.jpg', 'a.jpg');
    put('labels.json', { labels: { 'a.jpg': 'cat' } });
    expect((await fiftyone('labels.json')).images).toEqual({ 'data/a.jpg': [null, 'cat'] });
  });

  test('refuses other files', async () => {
    put('labels.json', { labels: { a: true } });
    await expect(fiftyone('labels.json')).rejects.toMatchObject({
      code: 'data.notFiftyone',
      params: { file: 'labels.json' },
    });
  });
});

describe('Label Studio', () => {
  const labelStudio = (file: string, answers?: Record<string, string>) => read({ kind: 'labelStudio', file, answers });
  const choices = (...labels: string[]) => ({ result: [{ type: 'choices', value: { choices: labels } }] });

  test('finds the image by the name of its field, else by its extension', async () => {
    images('a.jpg', 'b.jpg', 'c.jpg', 'd.jpg');
    put('e.json', [
      { data: { text: 'x.jpg', Picture: 'a.jpg', n: 1 }, annotations: [choices('cat')] },
      { data: { text: 'hello', url: 'https://x.org/up/b.jpg?v=1#top' }, annotations: [choices('dog')] },
      { data: { photo: 'c.jpg' }, completions: [choices('fox')] },
      { data: { text: 'hello', images: 'folder', img: 'd.jpg' }, annotations: [choices('cat')] },
      { data: { text: 'hello', image: 7 }, annotations: [choices('cat')] },
      7,
    ]);
    expect(await labelStudio('e.json')).toMatchObject({
      images: { 'a.jpg': [null, 'cat'], 'b.jpg': [null, 'dog'], 'c.jpg': [null, 'fox'], 'd.jpg': [null, 'cat'] },
      dropped: ['error: dropped.taskWithoutImage (2): e.json: [4]; e.json: [5]'],
    });
  });

  test('counts tasks without an annotation, and results that are no labels', async () => {
    images('a.jpg', 'b.jpg', 'c.jpg');
    put('e.json', [
      { data: { image: 'a.jpg' }, annotations: [{ ...choices('cat'), was_cancelled: true }] },
      { data: { image: 'b.jpg' } },
      {
        data: { image: 'c.jpg' },
        annotations: [
          {
            was_cancelled: null,
            result: [{ type: 'rating', value: { rating: 3 } }, {}, { value: { brushlabels: ['fox'] } }],
          },
        ],
      },
    ]);
    expect(await labelStudio('e.json')).toMatchObject({
      images: { 'a.jpg': [null], 'b.jpg': [null], 'c.jpg': [null, 'fox'] },
      dropped: [
        'warning: dropped.taskWithoutAnnotation (2): e.json: [0]; e.json: [1]',
        'note: dropped.resultNotLabel (2): e.json: [2]: rating; e.json: [2]: ',
      ],
      asked: [],
    });
  });

  test('asks whose labels count only where annotators disagree', async () => {
    images('a.jpg');
    put('e.json', [{ data: { image: 'a.jpg' }, annotations: [choices('x', 'y'), choices('y', 'x')] }]);
    expect(await labelStudio('e.json')).toMatchObject({ images: { 'a.jpg': [null, 'x', 'y'] }, asked: [] });
    put('e.json', [{ data: { image: 'a.jpg' }, annotations: [choices('x', 'y'), choices('x')] }]);
    expect(await labelStudio('e.json')).toMatchObject({
      images: { 'a.jpg': [null, 'x', 'y'] },
      asked: [['annotators', null]],
    });
    // More than half of two annotators are both.
    expect((await labelStudio('e.json', { annotators: 'most' })).images).toEqual({ 'a.jpg': [null, 'x'] });
    put('e.json', [{ data: { image: 'a.jpg' }, annotations: [choices('x'), choices('y'), choices('y'), choices()] }]);
    expect((await labelStudio('e.json', { annotators: 'most' })).images).toEqual({ 'a.jpg': [null] });
  });

  test('reads the controls of flat tasks, and takes the split of the file', async () => {
    images('a.jpg', 'b.jpg');
    put('test.json', [
      {
        ...{ image: 'a.jpg', id: 3, annotator: 'me', choice: 'cat', Tags: ['dog'], class: 4, sublabels: ['fox'] },
        ...{ classes: [{ rectanglelabels: ['owl'] }], label: { x: 1 }, classification: 'no', mychoice: 'no' },
      },
      { labels: 'b.jpg', photo: 'b.jpg', choices: { choices: ['elk'] } },
    ]);
    expect((await labelStudio('test.json')).images).toEqual({
      'a.jpg': ['test', 'cat', 'dog', '4', 'fox', 'owl'],
      'b.jpg': ['test', 'b.jpg', 'elk'],
    });
    put('test.json', [{ label: 'a.jpg', choice: 'cat' }]);
    expect((await labelStudio('test.json')).images).toEqual({ 'a.jpg': ['test', 'cat'] });
  });

  test('refuses other files', async () => {
    put('e.json', { tasks: [] });
    await expect(labelStudio('e.json')).rejects.toMatchObject({
      code: 'data.notLabelStudio',
      params: { file: 'e.json' },
    });
  });
});

describe('COCO', () => {
  const coco = (file: string, also?: string[]) => read({ kind: 'coco', file, also });

  test('takes the splits of several files, and of one its folders', async () => {
    images('a.jpg', 'b.jpg');
    const of = (name: string) => ({ images: [{ id: 1, file_name: name }], categories: [{ id: 1, name: 'cat' }] });
    put('val/x.json', { ...of('a.jpg'), annotations: [{ image_id: 1, category_id: 1 }] });
    put('train.json', of('b.jpg'));
    expect(await coco('val/x.json', ['train.json', 'val/x.json'])).toMatchObject({
      images: { 'a.jpg': ['val', 'cat'], 'b.jpg': ['train'] },
      dropped: ['note: dropped.classUnused (1): train.json: cat'],
      lost: [],
    });
  });

  test('keeps the labels of annotations of unlisted images, which may be lost', async () => {
    images('a.jpg');
    put('c.json', {
      images: [{ id: 1, file_name: 'a.jpg' }],
      annotations: [{ image_id: 2, category_id: 1 }],
      categories: [{ id: 1, name: 'cat' }],
    });
    expect(await coco('c.json')).toMatchObject({
      dropped: [
        'error: dropped.unlistedImage (1): c.json: annotations[0]: 2',
        'note: dropped.classUnused (1): c.json: cat',
      ],
      lost: ['cat'],
    });
  });

  test('refuses other files by the key that is missing or wrong', async () => {
    put('c.json', { images: [], categories: {} });
    await expect(coco('c.json')).rejects.toMatchObject({
      ...{ code: 'data.notCoco', params: { file: 'c.json', key: 'categories' } },
      detail: expect.stringMatching(/\w/) as string,
    });
    put('c.json', { images: [{ id: 1 }], categories: [] });
    await expect(coco('c.json')).rejects.toMatchObject({ params: { key: 'images.0.file_name' } });
  });
});

describe('folders', () => {
  const folders = (answers?: Record<string, string>) => read({ kind: 'folders', answers });

  test('are labels: the one that holds the image', async () => {
    images('animals/cats/a.jpg', 'animals/b.jpg', 'c.jpg');
    expect(await folders()).toMatchObject({
      images: { 'animals/cats/a.jpg': [null, 'cats'], 'animals/b.jpg': [null, 'animals'], 'c.jpg': [null] },
      dropped: ['note: dropped.imageWithoutFolder (1): c.jpg'],
      asked: [],
    });
  });

  test('may be splits above labels, and an image in the split itself has no label', async () => {
    images('set/train/cat/1.jpg', 'set/train/2.jpg', 'set/valid/a/dog/3.jpg');
    expect(await folders()).toMatchObject({
      images: {
        'set/train/cat/1.jpg': ['train', 'cat'],
        'set/train/2.jpg': ['train'],
        'set/valid/a/dog/3.jpg': ['val', 'dog'],
      },
      dropped: ['note: dropped.imageWithoutFolder (1): set/train/2.jpg'],
      asked: [],
    });
  });

  test('may be labels above splits, unless there is only one, which is a wrapper', async () => {
    images('cat/train/1.jpg', 'cat/test/2.jpg');
    expect((await folders()).images).toEqual({ 'cat/train/1.jpg': ['train'], 'cat/test/2.jpg': ['test'] });
    images('dog/train/3.jpg');
    expect((await folders()).images).toEqual({
      ...{
        'cat/train/1.jpg': ['train', 'cat'],
        'cat/test/2.jpg': ['test', 'cat'],
        'dog/train/3.jpg': ['train', 'dog'],
      },
    });
  });

  test('named like a split beside others are asked about, at each place', async () => {
    images(
      'train/val/1.jpg',
      'train/cat/2.jpg',
      'b/test/3.jpg',
      'b/test/dog/4.jpg',
      'b/x/5.jpg',
      'c/val/6.jpg',
      '7.jpg',
    );
    // The folders at the top and in b are mixed, those in c are not.
    expect(await folders()).toMatchObject({
      asked: [['splitFolders', null]],
      images: {
        ...{ 'train/val/1.jpg': ['val', 'train'], 'train/cat/2.jpg': [null, 'cat'], 'b/test/3.jpg': [null, 'test'] },
        ...{
          'b/test/dog/4.jpg': [null, 'dog'],
          'b/x/5.jpg': [null, 'x'],
          'c/val/6.jpg': ['val', 'c'],
          '7.jpg': [null],
        },
      },
    });
    expect(await folders({ splitFolders: 'splits' })).toMatchObject({
      asked: [['splitFolders', 'splits']],
      images: {
        ...{ 'train/val/1.jpg': ['train', 'val'], 'train/cat/2.jpg': ['train', 'cat'], 'b/test/3.jpg': ['test', 'b'] },
        ...{ 'b/test/dog/4.jpg': ['test', 'dog'], 'b/x/5.jpg': [null, 'x'], 'c/val/6.jpg': ['val', 'c'] },
      },
    });
  });

  test('to ask about are named, up to eight', async () => {
    images('cat/1.jpg', ...Array.from({ length: 9 }, (_, i) => `train${i}/1.jpg`));
    const { reading } = await readSource(path(), { kind: 'folders' });
    expect(reading.questions.asked).toEqual([
      {
        ...{ id: 'splitFolders', answer: null },
        text: message('importQuestion.splitFolders', {
          folders: [...Array.from({ length: 8 }, (_, i) => `train${i}`), message('list.more', { count: 1 })],
        }),
        choices: [
          { value: 'labels', text: message('importQuestion.splitFoldersLabels') },
          { value: 'splits', text: message('importQuestion.splitFoldersSplits') },
        ],
      },
    ]);
  });
});

describe('images without a source', () => {
  test('have no labels', async () => {
    images('train/a.jpg', 'b.png');
    expect(await read({ kind: 'unlabeled' })).toMatchObject({
      images: { 'train/a.jpg': [null], 'b.png': [null] },
      dropped: [],
    });
  });
});

describe('label files', () => {
  test('are read together: an image of two lists has the labels of both, and unusable lines are counted', async () => {
    images('a.jpg', 'b.jpg');
    put('train.txt', 'a.jpg\tcat\nb.jpg\tdog,cat\n../x.jpg\tcat\n');
    put('val.txt', 'a.jpg\tfox,cat\n');
    const { images: found, dropped } = await read({ kind: 'listed' });
    expect(found).toEqual({ 'a.jpg': [null, 'cat', 'fox'], 'b.jpg': [null, 'cat', 'dog'] });
    expect(dropped).toEqual([
      expect.stringMatching(/^error: dropped\.lineUnusable \(1\): train\.txt:3: /),
      'warning: dropped.imageRepeated (1): val.txt:1: a.jpg',
    ]);
  });
});

test('a label is trimmed and composed, and an empty one is an error', async () => {
  images('a.jpg');
  put('t.csv', 'image,labels\na.jpg,"[""  cafe\u0301 "", ""caf\u00e9"", "" ""]"\n');
  expect(await read({ kind: 'csv', file: 't.csv' })).toMatchObject({
    images: { 'a.jpg': [null, 'caf\u00e9'] },
    dropped: ['error: dropped.labelEmpty (1): a.jpg'],
    notes: [message('import.labelColumn', { file: 't.csv', column: 'labels' })],
  });
});
