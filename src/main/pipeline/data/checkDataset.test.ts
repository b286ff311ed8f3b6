import { chmod, mkdir, mkdtemp, readFile, rm, symlink, truncate, utimes, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { configSchema } from '../../../shared/config.ts';
import type { CheckOptions } from './checkDataset.ts';
import { checkProject } from './checkDataset.ts';
import type { DataProblem } from './problems.ts';
import { formatProblems, refuseErrors } from './problems.ts';
import type { DataConfig } from './readDataset.ts';
import { datasetStatistics } from './statistics.ts';

let base = '';
let root = '';
beforeEach(async () => {
  base = await mkdtemp(path.join(os.tmpdir(), 'destila-check-'));
  root = path.join(base, 'project');
  await mkdir(root);
});
afterEach(async () => {
  await rm(base, { recursive: true });
});

const image = (seed: number, format: 'jpeg' | 'png' | 'webp' = 'png', width = 12, height = 10): Promise<Buffer> =>
  sharp(Buffer.from(Array.from({ length: width * height * 3 }, (_, i) => (i * 7 + seed * 31) % 256)), {
    raw: { width, height, channels: 3 },
  })
    .toFormat(format)
    .toBuffer();

/** Writes the files (an image of its own where a number is given) and checks the project. */
async function check(
  files: Record<string, string | number | Buffer>,
  config: Partial<DataConfig> = {},
  options: Partial<CheckOptions> = {},
) {
  const all = {
    'train.txt': 'a.png\tx\n',
    'val.txt': 'v.png\tx\n',
    'test.txt': 't.png\tx\n',
    'a.png': 1,
    'v.png': 2,
    't.png': 3,
    ...files,
  };
  for (const [name, content] of Object.entries(all))
    await writeFile(path.join(root, name), typeof content === 'number' ? await image(content) : content);
  return checkProject(
    root,
    { ...configSchema.parse({}).data, min_positives: 1, ...config },
    { cacheFolder: null, ...options },
  );
}

const brief = (problems: readonly DataProblem[]) =>
  problems.map(({ code, severity, file, line }) => [code, severity, file, line]);

describe('checkProject', () => {
  it('finds nothing in good data and gives every sample its hash', async () => {
    const { problems, dataset, images } = await check({});
    expect(problems).toEqual([]);
    const { createHash } = await import('node:crypto');
    const expected = createHash('sha256')
      .update(await readFile(path.join(root, 'a.png')))
      .digest('hex');
    expect(dataset.splits.train[0]!.hash).toBe(expected);
    expect(images.get(path.join(root, 'a.png'))).toMatchObject({ width: 12, height: 10, format: 'png', fault: null });
    expect(formatProblems(problems)).toBe('No problems found.');
    expect(() => {
      refuseErrors(problems);
    }).not.toThrow();
  });

  it('finds files that are missing, unreadable, no images, cut off or too large', async () => {
    const jpeg = await image(9, 'jpeg', 64, 64);
    await mkdir(path.join(root, 'folder.png'));
    const { problems } = await check(
      {
        'train.txt':
          'a.png\tx\nA.PNG\tx\nfolder.png\tx\ntext.jpg\tx\ncut.jpg\tx\ncut.png\tx\nempty.png\tx\nlarge.png\tx\ndrawing.png\tx\nnowhere/b.png\tx\n',
        'text.jpg': 'hello',
        'cut.jpg': jpeg.subarray(0, jpeg.length * 0.7),
        'cut.png': (await image(8)).subarray(0, 120),
        'empty.png': '',
        'large.png': await image(7, 'png', 110, 100),
        'drawing.png': '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>',
      },
      { max_megapixels: 0.01 },
    );
    expect(brief(problems)).toEqual([
      ['missing', 'error', 'train.txt', 2],
      ['unreadable', 'error', 'train.txt', 3],
      ['notAnImage', 'error', 'train.txt', 4],
      ['truncated', 'error', 'train.txt', 5],
      ['truncated', 'error', 'train.txt', 6],
      ['truncated', 'error', 'train.txt', 7],
      ['tooLarge', 'error', 'train.txt', 8],
      ['imageKind', 'error', 'train.txt', 9],
      ['missing', 'error', 'train.txt', 10],
    ]);
    expect(problems[0]!.message).toBe('A.PNG does not exist. There is a.png: is that meant?');
    expect(problems[6]!.message).toContain('110 x 100');
  });

  it.skipIf(process.getuid?.() === 0)('finds files that may not be read', async () => {
    await writeFile(path.join(root, 'b.png'), await image(5));
    await chmod(path.join(root, 'b.png'), 0);
    expect(brief((await check({ 'train.txt': 'a.png\tx\nb.png\tx\n' })).problems)).toEqual([
      ['unreadable', 'error', 'train.txt', 2],
    ]);
  });

  it('opens nothing outside the project folder, not even through links', async () => {
    await writeFile(path.join(base, 'secret.png'), await image(5));
    await symlink(path.join(base, 'secret.png'), path.join(root, 'link.png'));
    await symlink(base, path.join(root, 'up'));
    const { problems, dataset } = await check({
      'train.txt': 'a.png\tx\nlink.png\tx\nup/secret.png\tx\n../secret.png\tx\n',
    });
    expect(brief(problems)).toEqual([
      ['outside', 'error', 'train.txt', 2],
      ['outside', 'error', 'train.txt', 3],
      ['outside', 'error', 'train.txt', 4],
    ]);
    expect(dataset.splits.train.map(({ hash }) => hash !== '')).toEqual([true, false, false]);
  });

  it('follows links that stay inside', async () => {
    await symlink('a.png', path.join(root, 'link.png'));
    expect(brief((await check({ 'val.txt': 'v.png\tx\nlink.png\tx\n' })).problems)).toEqual([
      ['inTwoSplits', 'error', 'val.txt', 2],
    ]);
  });

  it('warns of endings that name another format', async () => {
    const { problems } = await check({
      'train.txt': 'a.png\tx\nb.jpg\tx\nc\tx\n',
      'b.jpg': await image(4, 'webp'),
      c: 6,
    });
    expect(brief(problems)).toEqual([['wrongExtension', 'warning', 'train.txt', 2]]);
  });

  it('finds images twice in a split, by path as an error and by content as a warning', async () => {
    const { problems } = await check({ 'train.txt': 'a.png\tx\n./a.png\tx\ncopy.png\tx\n', 'copy.png': 1 });
    expect(brief(problems)).toEqual([
      ['pathTwice', 'error', 'train.txt', 2],
      ['contentTwice', 'warning', 'train.txt', 3],
    ]);
    expect(problems[0]!.others).toEqual([{ file: 'train.txt', line: 1, path: 'a.png' }]);
  });

  it.each([['error' as const], ['warning' as const]])(
    'finds the same path or content in two splits: %s',
    async (severity) => {
      const { problems } = await check(
        { 'val.txt': 'v.png\tx\na.png\tx\n', 'test.txt': 't.png\tx\ncopy.png\tx\n', 'copy.png': 2 },
        { duplicates_across_splits: severity },
      );
      expect(brief(problems)).toEqual([
        ['inTwoSplits', severity, 'val.txt', 2],
        ['inTwoSplits', severity, 'test.txt', 2],
      ]);
      expect(problems[0]!.message).toBe('a.png is the same image as train.txt:1.');
      expect(problems[1]!.message).toBe('copy.png is the same image as val.txt:1 (v.png).');
    },
  );

  it('finds one image with two label sets', async () => {
    const { problems } = await check({
      'train.txt': 'a.png\tx\na.png\tx,y\nb.png\ty\ncopy.png\tx\n',
      'b.png': 5,
      'copy.png': 5,
      'val.txt': 'v.png\tx,y\n',
      'test.txt': 't.png\tx,y\n',
    });
    expect(brief(problems)).toEqual([
      ['pathTwice', 'error', 'train.txt', 2],
      ['twoLabelSets', 'error', 'train.txt', 2],
      ['contentTwice', 'warning', 'train.txt', 4],
      ['twoLabelSets', 'error', 'train.txt', 4],
    ]);
    expect(problems[1]!.message).toBe("a.png has labels 'x', 'y' here, 'x' as train.txt:1.");
  });

  it('warns of labels that look alike, that train lacks, and that are rare', async () => {
    const { problems } = await check(
      { 'train.txt': 'a.png\tRed apple,y\n', 'val.txt': 'v.png\tred_Apple,new\n', 'test.txt': 't.png\ty\n' },
      { min_positives: 1 },
    );
    expect(problems.filter(({ code }) => code === 'similarLabels')).toMatchObject([
      {
        severity: 'warning',
        file: 'train.txt',
        line: 1,
        label: 'Red apple',
        others: [{ file: 'val.txt', line: 1, path: 'v.png' }],
      },
    ]);
    expect(problems.filter(({ code }) => code === 'notInTrain').map(({ message }) => message)).toEqual([
      "label 'new' has no training image: it is only in val.",
      "label 'red_Apple' has no training image: it is only in val.",
    ]);
    expect(problems.filter(({ code }) => code === 'notMeasured').map(({ label, split }) => [label, split])).toEqual([
      ['Red apple', 'val'],
      ['y', 'val'],
      ['Red apple', 'test'],
      ['new', 'test'],
      ['red_Apple', 'test'],
    ]);
  });

  it('counts positives against min_positives', async () => {
    const { problems } = await check({}, { min_positives: 2 });
    expect(brief(problems)).toEqual([
      ['fewPositives', 'warning', 'train.txt', null],
      ['fewPositives', 'warning', 'val.txt', null],
      ['fewPositives', 'warning', 'test.txt', null],
    ]);
    expect(problems[0]!.message).toBe("class 'x' has only 1 image in train (1 images).");
  });

  it('asks about images without labels, once and with the count per split; nothing is left out meanwhile', async () => {
    const files = {
      'train.txt': 'a.png\tx\nb.png\nc.png\n',
      'val.txt': 'v.png\tx\nd.png\n',
      'b.png': 7,
      'c.png': 8,
      'd.png': 9,
    };
    const { problems, dataset, unlabeled } = await check(files);
    expect(brief(problems)).toEqual([['unlabeledImages', 'warning', null, null]]);
    expect(problems[0]!.message).toBe(
      "images without labels: 2 in train, 1 in val. Until you say what they mean they count as 'none of these'.",
    );
    expect(unlabeled).toEqual({ train: 2, val: 1, test: 0 });
    expect(dataset.splits.train).toHaveLength(3);
  });

  it('keeps them as negatives once that is the answer, and says nothing more', async () => {
    const { problems, dataset, unlabeled } = await check(
      { 'train.txt': 'a.png\tx\nb.png\n', 'b.png': 7 },
      { unlabeled: 'none_of_these' },
    );
    expect(problems).toEqual([]);
    expect(unlabeled.train).toBe(1);
    expect([...dataset.splits.train[1]!.labels]).toEqual([0]);
  });

  it('leaves them out of every split once they are not labeled yet', async () => {
    const { problems, dataset, unlabeled } = await check(
      {
        'train.txt': 'a.png\tx\nb.png\n',
        'val.txt': 'c.png\nv.png\tx\n',
        'test.txt': 't.png\tx\nd.png\n',
        ...{ 'b.png': 7, 'c.png': 8, 'd.png': 9 },
      },
      { unlabeled: 'not_labeled_yet' },
    );
    expect(problems).toEqual([]);
    expect(Object.values(dataset.splits).map((split) => split.map(({ path: name }) => name))).toEqual([
      ['a.png'],
      ['v.png'],
      ['t.png'],
    ]);
    expect(unlabeled).toEqual({ train: 1, val: 1, test: 1 });
  });

  it('refuses a split that leaving them out makes empty', async () => {
    const { problems } = await check({ 'val.txt': 'v.png\n' }, { unlabeled: 'not_labeled_yet' });
    expect(brief(problems)).toEqual([['emptySplit', 'error', 'val.txt', null]]);
  });

  it('asks nothing while no image has a label', async () => {
    const { problems, unlabeled } = await check({
      'train.txt': 'a.png\n',
      'val.txt': 'v.png\n',
      'test.txt': 't.png\n',
    });
    expect(brief(problems)).toEqual([['noLabels', 'error', null, null]]);
    expect(unlabeled).toEqual({ train: 0, val: 0, test: 0 });
  });

  it('names each label that a split cannot measure, whatever min_positives is', async () => {
    const { problems } = await check({ 'train.txt': 'a.png\tx,y\n', 'val.txt': 'v.png\ty\n' }, { min_positives: 0 });
    expect(problems.map(({ code, message }) => [code, message])).toEqual([
      ['notMeasured', "label 'x' has no image in val: it is not measured there."],
      ['notMeasured', "label 'y' has no image in test: it is not measured there."],
    ]);
  });

  it('refuses a train split without a single positive: there is nothing to learn', async () => {
    const { problems } = await check({ 'train.txt': 'a.png\n' }, { unlabeled: 'none_of_these' });
    expect(problems.filter(({ severity }) => severity === 'error')).toMatchObject([
      { code: 'nothingToLearn', file: 'train.txt', message: 'no image in train.txt has a label.' },
    ]);
  });

  it('refuses empty splits and data without labels', async () => {
    expect(brief((await check({ 'val.txt': '# later\n' })).problems)).toEqual([
      ['emptySplit', 'error', 'val.txt', null],
    ]);
    expect(
      brief((await check({ 'train.txt': 'a.png\n', 'val.txt': 'v.png\n', 'test.txt': 't.png\n' })).problems),
    ).toEqual([['noLabels', 'error', null, null]]);
  });

  it('does not report a missing label file as an empty split as well', async () => {
    await check({});
    await rm(path.join(root, 'test.txt'));
    expect(
      brief(
        (await checkProject(root, configSchema.parse({ data: { min_positives: 1 } }).data, { cacheFolder: null }))
          .problems,
      ),
    ).toEqual([['missingLabelFile', 'error', 'test.txt', null]]);
  });

  it('changes no file of the user', async () => {
    const text = 'a.png\tx\r\n\r\nnowhere.png\tx';
    await check({ 'train.txt': text }, {}, { cacheFolder: path.join(base, 'cache') });
    expect(await readFile(path.join(root, 'train.txt'), 'utf8')).toBe(text);
  });
});

describe('the cache of scans', () => {
  it('spares a second look until size or time of a file change', async () => {
    const cacheFolder = path.join(base, 'cache');
    const before = new Date(2020, 1, 1);
    await check({}, {}, { cacheFolder });
    await utimes(path.join(root, 'a.png'), before, before);
    const again = () => checkProject(root, configSchema.parse({ data: { min_positives: 1 } }).data, { cacheFolder });
    const { images } = await again();
    const { size } = images.get(path.join(root, 'a.png'))!;
    await writeFile(path.join(root, 'a.png'), Buffer.alloc(size));
    await utimes(path.join(root, 'a.png'), before, before);
    expect((await again()).problems).toEqual([]); // same size and time: not opened
    await utimes(path.join(root, 'a.png'), new Date(), new Date());
    expect(brief((await again()).problems)).toEqual([['notAnImage', 'error', 'train.txt', 1]]);
    await truncate(path.join(root, 'a.png'));
    expect(brief((await again()).problems)).toEqual([['truncated', 'error', 'train.txt', 1]]);
    await rm(path.join(root, 'a.png'));
    expect(brief((await again()).problems)).toEqual([['missing', 'error', 'train.txt', 1]]);
  });

  it('is ignored when damaged, and honours another pixel limit', async () => {
    const cacheFolder = path.join(base, 'cache');
    await check({}, {}, { cacheFolder });
    expect(brief((await check({}, { max_megapixels: 0.0001 }, { cacheFolder })).problems)).toEqual([
      ['tooLarge', 'error', 'train.txt', 1],
      ['tooLarge', 'error', 'val.txt', 1],
      ['tooLarge', 'error', 'test.txt', 1],
    ]);
    await writeFile(path.join(cacheFolder, 'image-scans.json'), '{"formatVersion":1,');
    expect((await check({}, {}, { cacheFolder })).problems).toEqual([]);
  });
});

describe('a check', () => {
  it('reports progress and can be cancelled', async () => {
    const seen: [number, number][] = [];
    await check({}, {}, { onProgress: (done, total) => seen.push([done, total]) });
    expect(seen).toEqual([
      [1, 3],
      [2, 3],
      [3, 3],
    ]);
    const controller = new AbortController();
    controller.abort();
    await expect(check({}, {}, { signal: controller.signal })).rejects.toMatchObject({ kind: 'cancelled' });
  });

  it('is shown grouped, with the first of each kind and the way out', async () => {
    const { problems } = await check(
      { 'train.txt': `a.png\tx\n${Array.from({ length: 4 }, (_, i) => `b${i}.png\tx\n`).join('')}` },
      { min_positives: 2 },
    );
    const text = formatProblems(problems, 2);
    expect(text).toContain(
      'error: Image missing (4)\n  train.txt:2: b0.png does not exist.\n  train.txt:3: b1.png does not exist.\n  ... and 2 more\n  -> Correct the path',
    );
    expect(text.endsWith('4 errors, 2 warnings.')).toBe(true);
    expect(() => {
      refuseErrors(problems);
    }).toThrow(/train\.txt:2: b0\.png does not exist\.\n.+\n3 more errors were found\./);
  });
});

describe('statistics', () => {
  it('count images, labels, classes, pairs and sizes', async () => {
    const { dataset, images } = await check({
      'train.txt': 'a.png\tx,y\nb.jpg\ty\nc.png\n',
      'b.jpg': await sharp(await image(5, 'jpeg', 20, 40))
        .withMetadata({ orientation: 6 })
        .jpeg()
        .toBuffer(),
      'c.png': 6,
    });
    const { splits, cooccurrence, sizes, formats } = datasetStatistics(dataset, images);
    expect(splits.train).toEqual({
      images: 3,
      labelsPerImage: [1, 1, 1],
      meanLabels: 1,
      noLabelRate: 1 / 3,
      positives: [1, 2],
    });
    expect(splits.val).toEqual({ images: 1, labelsPerImage: [0, 1], meanLabels: 1, noLabelRate: 0, positives: [1, 0] });
    expect(cooccurrence).toEqual([
      [3, 1],
      [1, 2],
    ]);
    expect(sizes).toMatchObject({ width: { min: 12, median: 12, max: 40 }, height: { min: 10, median: 10, max: 20 } });
    expect(formats).toEqual({ png: 4, jpeg: 1 });
  });
});
