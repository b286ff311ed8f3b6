import { chmod, mkdir, mkdtemp, readFile, rm, symlink, truncate, utimes, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { configSchema } from '../../../shared/config.ts';
import type { Finding } from '../../../shared/findings.ts';
import { translator } from '../../../shared/locales/translate.ts';
import type { CheckOptions } from './checkDataset.ts';
import { checkProject } from './checkDataset.ts';
import { formatFindings, refuseErrors } from './findings.ts';
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

const brief = (findings: readonly Finding[]) =>
  findings.map(({ code, severity, file, line }) => [code, severity, file, line]);

describe('checkProject', () => {
  it('finds nothing in good data and gives every sample its hash', async () => {
    const { findings, dataset, images } = await check({});
    expect(findings).toEqual([]);
    const { createHash } = await import('node:crypto');
    const expected = createHash('sha256')
      .update(await readFile(path.join(root, 'a.png')))
      .digest('hex');
    expect(dataset.splits.train[0]!.hash).toBe(expected);
    expect(images.get(path.join(root, 'a.png'))).toMatchObject({ width: 12, height: 10, format: 'png', fault: null });
    expect(formatFindings(findings, translator('en'))).toBe('No problems found.');
    expect(() => {
      refuseErrors(findings);
    }).not.toThrow();
  });

  it('finds files that are missing, unreadable, not images, incomplete or too large', async () => {
    const jpeg = await image(9, 'jpeg', 64, 64);
    await mkdir(path.join(root, 'folder.png'));
    const { findings } = await check(
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
    expect(brief(findings)).toEqual([
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
    expect(findings[0]!.message).toMatchObject({
      code: 'findings.missing.similar',
      params: { path: 'A.PNG', suggestion: 'a.png' },
    });
    expect(findings[1]!.message.code).toBe('findings.unreadable.notFile');
    expect(findings[5]!.message.code).toBe('findings.truncated.empty');
    expect(findings[6]!.message.params).toMatchObject({ width: 110, height: 100, limit: 0.01 });
  });

  it.skipIf(process.getuid?.() === 0)('finds files that may not be read', async () => {
    await writeFile(path.join(root, 'b.png'), await image(5));
    await chmod(path.join(root, 'b.png'), 0);
    expect(brief((await check({ 'train.txt': 'a.png\tx\nb.png\tx\n' })).findings)).toEqual([
      ['unreadable', 'error', 'train.txt', 2],
    ]);
  });

  it('does not open files outside the project folder, even through links', async () => {
    await writeFile(path.join(base, 'secret.png'), await image(5));
    await symlink(path.join(base, 'secret.png'), path.join(root, 'link.png'));
    await symlink(base, path.join(root, 'up'));
    const { findings, dataset } = await check({
      'train.txt': 'a.png\tx\nlink.png\tx\nup/secret.png\tx\n../secret.png\tx\n',
    });
    expect(brief(findings)).toEqual([
      ['outside', 'error', 'train.txt', 2],
      ['outside', 'error', 'train.txt', 3],
      ['outside', 'error', 'train.txt', 4],
    ]);
    expect(dataset.splits.train.map(({ hash }) => hash !== '')).toEqual([true, false, false]);
  });

  it('follows links that stay inside', async () => {
    await symlink('a.png', path.join(root, 'link.png'));
    expect(brief((await check({ 'val.txt': 'v.png\tx\nlink.png\tx\n' })).findings)).toEqual([
      ['inTwoSplits', 'error', 'val.txt', 2],
    ]);
  });

  it('warns about extensions of another format', async () => {
    const { findings } = await check({
      'train.txt': 'a.png\tx\nb.jpg\tx\nc\tx\n',
      'b.jpg': await image(4, 'webp'),
      c: 6,
    });
    expect(brief(findings)).toEqual([['wrongExtension', 'warning', 'train.txt', 2]]);
  });

  it('finds images twice in a split, by path as an error and by content as a warning', async () => {
    const { findings } = await check({ 'train.txt': 'a.png\tx\n./a.png\tx\ncopy.png\tx\n', 'copy.png': 1 });
    expect(brief(findings)).toEqual([
      ['pathTwice', 'error', 'train.txt', 2],
      ['contentTwice', 'warning', 'train.txt', 3],
    ]);
    expect(findings[0]!.others).toEqual([{ file: 'train.txt', line: 1, path: 'a.png' }]);
  });

  it.each([['error' as const], ['warning' as const]])(
    'finds the same path or content in two splits: %s',
    async (severity) => {
      const { findings } = await check(
        { 'val.txt': 'v.png\tx\na.png\tx\n', 'test.txt': 't.png\tx\ncopy.png\tx\n', 'copy.png': 2 },
        { duplicates_across_splits: severity },
      );
      expect(brief(findings)).toEqual([
        ['inTwoSplits', severity, 'val.txt', 2],
        ['inTwoSplits', severity, 'test.txt', 2],
      ]);
      expect(findings.map(({ message }) => message.params)).toEqual([
        { path: 'a.png', others: 'train.txt:1' },
        { path: 'copy.png', others: 'val.txt:1 (v.png)' },
      ]);
    },
  );

  it('finds one image with two label sets', async () => {
    const { findings } = await check({
      'train.txt': 'a.png\tx\na.png\tx,y\nb.png\ty\ncopy.png\tx\n',
      'b.png': 5,
      'copy.png': 5,
      'val.txt': 'v.png\tx,y\n',
      'test.txt': 't.png\tx,y\n',
    });
    expect(brief(findings)).toEqual([
      ['pathTwice', 'error', 'train.txt', 2],
      ['twoLabelSets', 'error', 'train.txt', 2],
      ['contentTwice', 'warning', 'train.txt', 4],
      ['twoLabelSets', 'error', 'train.txt', 4],
    ]);
    expect(findings[1]!.message.params).toEqual({
      path: 'a.png',
      labels: "'x', 'y'",
      otherLabels: "'x'",
      others: 'train.txt:1',
    });
  });

  it('warns about labels that are similar, missing from train, or rare', async () => {
    const { findings } = await check(
      { 'train.txt': 'a.png\tRed apple,y\n', 'val.txt': 'v.png\tred_Apple,new\n', 'test.txt': 't.png\ty\n' },
      { min_positives: 1 },
    );
    expect(findings.filter(({ code }) => code === 'similarLabels')).toMatchObject([
      {
        severity: 'warning',
        file: 'train.txt',
        line: 1,
        label: 'Red apple',
        others: [{ file: 'val.txt', line: 1, path: 'v.png' }],
      },
    ]);
    expect(findings.filter(({ code }) => code === 'notInTrain').map(({ message }) => message.params)).toEqual([
      { label: 'new', splits: ['val'] },
      { label: 'red_Apple', splits: ['val'] },
    ]);
    expect(findings.filter(({ code }) => code === 'notMeasured').map(({ label, split }) => [label, split])).toEqual([
      ['Red apple', 'val'],
      ['y', 'val'],
      ['Red apple', 'test'],
      ['new', 'test'],
      ['red_Apple', 'test'],
    ]);
  });

  it('counts positives against min_positives', async () => {
    const { findings } = await check({}, { min_positives: 2 });
    expect(brief(findings)).toEqual([
      ['fewPositives', 'warning', 'train.txt', null],
      ['fewPositives', 'warning', 'val.txt', null],
      ['fewPositives', 'warning', 'test.txt', null],
    ]);
    expect(findings[0]!.message.params).toEqual({ label: 'x', count: 1, split: 'train', images: 1 });
  });

  it('asks about images without labels, once and with the count per split; nothing is left out meanwhile', async () => {
    const files = {
      'train.txt': 'a.png\tx\nb.png\nc.png\n',
      'val.txt': 'v.png\tx\nd.png\n',
      'b.png': 7,
      'c.png': 8,
      'd.png': 9,
    };
    const { findings, dataset, unlabeled } = await check(files);
    expect(brief(findings)).toEqual([['unlabeledImages', 'warning', null, null]]);
    expect(findings[0]!.message.text).toContain('2 in train and 1 in val');
    expect(unlabeled).toEqual({ train: 2, val: 1, test: 0 });
    expect(dataset.splits.train).toHaveLength(3);
  });

  it('keeps them as negatives without a finding once that is the answer', async () => {
    const { findings, dataset, unlabeled } = await check(
      { 'train.txt': 'a.png\tx\nb.png\n', 'b.png': 7 },
      { unlabeled: 'none_of_these' },
    );
    expect(findings).toEqual([]);
    expect(unlabeled.train).toBe(1);
    expect([...dataset.splits.train[1]!.labels]).toEqual([0]);
  });

  it('leaves them out of every split if the answer is "not labeled yet"', async () => {
    const { findings, dataset, unlabeled } = await check(
      {
        'train.txt': 'a.png\tx\nb.png\n',
        'val.txt': 'c.png\nv.png\tx\n',
        'test.txt': 't.png\tx\nd.png\n',
        ...{ 'b.png': 7, 'c.png': 8, 'd.png': 9 },
      },
      { unlabeled: 'not_labeled_yet' },
    );
    expect(findings).toEqual([]);
    expect(Object.values(dataset.splits).map((split) => split.map(({ path: name }) => name))).toEqual([
      ['a.png'],
      ['v.png'],
      ['t.png'],
    ]);
    expect(unlabeled).toEqual({ train: 1, val: 1, test: 1 });
  });

  it('refuses a split that leaving them out makes empty', async () => {
    const { findings } = await check({ 'val.txt': 'v.png\n' }, { unlabeled: 'not_labeled_yet' });
    expect(brief(findings)).toEqual([['emptySplit', 'error', 'val.txt', null]]);
  });

  it('does not ask while no image has a label', async () => {
    const { findings, unlabeled } = await check({
      'train.txt': 'a.png\n',
      'val.txt': 'v.png\n',
      'test.txt': 't.png\n',
    });
    expect(brief(findings)).toEqual([['noLabels', 'error', null, null]]);
    expect(unlabeled).toEqual({ train: 0, val: 0, test: 0 });
  });

  it('names each label that a split cannot measure, whatever min_positives is', async () => {
    const { findings } = await check({ 'train.txt': 'a.png\tx,y\n', 'val.txt': 'v.png\ty\n' }, { min_positives: 0 });
    expect(findings.map(({ code, message }) => [code, message.params])).toEqual([
      ['notMeasured', { label: 'x', split: 'val' }],
      ['notMeasured', { label: 'y', split: 'test' }],
    ]);
  });

  it('refuses a train split without any positive', async () => {
    const { findings } = await check({ 'train.txt': 'a.png\n' }, { unlabeled: 'none_of_these' });
    expect(findings.filter(({ severity }) => severity === 'error')).toMatchObject([
      { code: 'nothingToLearn', file: 'train.txt' },
    ]);
  });

  it('refuses empty splits and data without labels', async () => {
    expect(brief((await check({ 'val.txt': '# later\n' })).findings)).toEqual([
      ['emptySplit', 'error', 'val.txt', null],
    ]);
    expect(
      brief((await check({ 'train.txt': 'a.png\n', 'val.txt': 'v.png\n', 'test.txt': 't.png\n' })).findings),
    ).toEqual([['noLabels', 'error', null, null]]);
  });

  it('does not report a missing label file as an empty split as well', async () => {
    await check({});
    await rm(path.join(root, 'test.txt'));
    expect(
      brief(
        (await checkProject(root, configSchema.parse({ data: { min_positives: 1 } }).data, { cacheFolder: null }))
          .findings,
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
  it('opens a file again only when its size or time has changed', async () => {
    const cacheFolder = path.join(base, 'cache');
    const before = new Date(2020, 1, 1);
    await check({}, {}, { cacheFolder });
    await utimes(path.join(root, 'a.png'), before, before);
    const again = () => checkProject(root, configSchema.parse({ data: { min_positives: 1 } }).data, { cacheFolder });
    const { images } = await again();
    const { size } = images.get(path.join(root, 'a.png'))!;
    await writeFile(path.join(root, 'a.png'), Buffer.alloc(size));
    await utimes(path.join(root, 'a.png'), before, before);
    expect((await again()).findings).toEqual([]); // same size and time: not opened
    await utimes(path.join(root, 'a.png'), new Date(), new Date());
    expect(brief((await again()).findings)).toEqual([['notAnImage', 'error', 'train.txt', 1]]);
    await truncate(path.join(root, 'a.png'));
    expect(brief((await again()).findings)).toEqual([['truncated', 'error', 'train.txt', 1]]);
    await rm(path.join(root, 'a.png'));
    expect(brief((await again()).findings)).toEqual([['missing', 'error', 'train.txt', 1]]);
  });

  it('is ignored when damaged, and respects another pixel limit', async () => {
    const cacheFolder = path.join(base, 'cache');
    await check({}, {}, { cacheFolder });
    expect(brief((await check({}, { max_megapixels: 0.0001 }, { cacheFolder })).findings)).toEqual([
      ['tooLarge', 'error', 'train.txt', 1],
      ['tooLarge', 'error', 'val.txt', 1],
      ['tooLarge', 'error', 'test.txt', 1],
    ]);
    await writeFile(path.join(cacheFolder, 'image-scans.json'), '{"formatVersion":1,');
    expect((await check({}, {}, { cacheFolder })).findings).toEqual([]);
  });
});

describe('a check', () => {
  it('reports progress and can be canceled', async () => {
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

  it('is formatted by kind, with the first findings and the advice', async () => {
    const { findings } = await check(
      { 'train.txt': `a.png\tx\n${Array.from({ length: 4 }, (_, i) => `b${i}.png\tx\n`).join('')}` },
      { min_positives: 2 },
    );
    const text = formatFindings(findings, translator('en'), 2);
    expect(text).toContain(
      'error: Image missing (4)\n  train.txt:2: b0.png does not exist.\n  train.txt:3: b1.png does not exist.\n  ... and 2 more\n  -> Correct the path',
    );
    expect(text.endsWith('4 errors, 2 warnings.')).toBe(true);
    expect(() => {
      refuseErrors(findings);
    }).toThrow(/train\.txt:2: b0\.png does not exist\.\n.+\n3 more errors were found/);
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
