import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Repairable } from '../../../shared/contract/dataset.ts';
import { readDataset } from '../../pipeline/data/readDataset.ts';
import { repair } from './repairs.ts';

let folder: string;
const config = { separator: 'auto' as const, labels_file: null as string | null };
const latin = Buffer.from('images/caf\xe9.jpg\tcaf\xe9\r\n', 'latin1');
const original = Buffer.concat([
  Buffer.from(
    '\uFEFFimage\tlabels\r\n# a remark\r\nimages/a.jpg\tapple\r\n../out.jpg\tapple\r\n"images/open.jpg\tapple\r\n' +
      'images/b.jpg;pear;red, ripe\r\nimages/C.JPG\tpear\r\n',
  ),
  latin,
  Buffer.from('images/a2.jpg\t  apple ,plum'),
]);
const put = (name: string, content: string | Buffer = name): void => {
  mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
  writeFileSync(path.join(folder, name), content);
};
const read = (name: string): Buffer => readFileSync(path.join(folder, name));
const mend = (code: Repairable, own = config) =>
  repair({ project: folder, config: own, code, backupFolder: path.join(folder, 'backups') });
const expected = (from: string | Buffer, to: string): Buffer => {
  const at = original.indexOf(from);
  return Buffer.concat([original.subarray(0, at), Buffer.from(to), original.subarray(at + Buffer.from(from).length)]);
};

beforeEach(() => {
  folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'destila-repair-')));
  for (const name of ['a', 'a2', 'b', 'c']) put(`images/${name}.jpg`);
  put('train.txt', original);
  put('val.txt', 'images/a.jpg\tapple\n');
  put('test.txt', '');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('lines without an image are commented out; all other bytes stay, and a backup is kept', async () => {
  const { lines, backup } = await mend('headerLine');
  expect(lines).toBe(1);
  expect(read('train.txt').equals(expected('image\tlabels', '# image\tlabels'))).toBe(true);
  expect(readFileSync(path.join(backup, 'train.txt')).equals(original)).toBe(true);
  expect(readdirSync(backup)).toEqual(['train.txt']);
  await mend('outside');
  await mend('malformedLine');
  expect((await readDataset(folder, config)).findings.map(({ code }) => code)).toEqual(['encoding', 'otherSeparator']);
});

test('a line that is not UTF-8 is read as Windows-1252', async () => {
  expect(await mend('encoding')).toMatchObject({ lines: 1 });
  expect(read('train.txt').equals(expected(latin, 'images/café.jpg\tcafé\r\n'))).toBe(true);
});

test('a line with another separator gets the separator of the others', async () => {
  expect(await mend('otherSeparator')).toMatchObject({ lines: 1 });
  expect(read('train.txt').equals(expected('images/b.jpg;pear;red, ripe', 'images/b.jpg\tpear,"red, ripe"'))).toBe(
    true,
  );
});

test('a path is corrected to its spelling on disk; one without a similar file stays', async () => {
  put('val.txt', 'images/a.jpg\tapple\nimages/gone.jpg\tapple\n');
  expect(await mend('missing')).toMatchObject({ lines: 1 });
  expect(read('train.txt').equals(expected('images/C.JPG', 'images/c.jpg'))).toBe(true);
  expect(read('val.txt').toString()).toContain('images/gone.jpg');
});

test('paths that begin with a folder of the machine that wrote them are corrected', async () => {
  put('photos/a.jpg');
  put('photos/b.jpg');
  put('val.txt', 'data/photos/a.jpg\tapple\ndata/photos/b.jpg\n');
  expect(await mend('missing')).toMatchObject({ lines: 3 });
  expect(read('val.txt').toString()).toBe('photos/a.jpg\tapple\nphotos/b.jpg\n');
});

test('labels that are not classes are added to the list of classes', async () => {
  put('classes.txt', 'apple\npear');
  expect(await mend('unknownLabel', { ...config, labels_file: 'classes.txt' })).toMatchObject({ lines: 1 });
  expect(read('classes.txt').toString()).toBe('apple\npear\nplum\n');
  expect(read('train.txt').equals(original)).toBe(true);
});

test('a label file that is a link stays a link, and its target keeps its permissions', async () => {
  put('elsewhere/list.txt', original);
  chmodSync(path.join(folder, 'elsewhere', 'list.txt'), 0o640);
  rmSync(path.join(folder, 'train.txt'));
  symlinkSync(path.join('elsewhere', 'list.txt'), path.join(folder, 'train.txt'));
  await mend('headerLine');
  expect(realpathSync(path.join(folder, 'train.txt'))).toBe(path.join(folder, 'elsewhere', 'list.txt'));
  expect(read('elsewhere/list.txt').equals(expected('image\tlabels', '# image\tlabels'))).toBe(true);
  if (process.platform !== 'win32')
    expect(statSync(path.join(folder, 'elsewhere', 'list.txt')).mode & 0o777).toBe(0o640);
});

test('several lines of several files are fixed at once, and only those files are backed up', async () => {
  put('train.txt', 'images/a.jpg\tapple\n../x.jpg\tpear\nimages/b.jpg\tpear\n../y.jpg\n');
  put('val.txt', '../z.jpg\tpear\r\nimages/c.jpg\tpear');
  put('test.txt', 'images/a2.jpg\tpear\n');
  const { lines, backup } = await mend('outside');
  expect(lines).toBe(3);
  expect(read('train.txt').toString()).toBe('images/a.jpg\tapple\n# ../x.jpg\tpear\nimages/b.jpg\tpear\n# ../y.jpg\n');
  expect(read('val.txt').toString()).toBe('# ../z.jpg\tpear\r\nimages/c.jpg\tpear');
  expect(readdirSync(backup).sort()).toEqual(['train.txt', 'val.txt']);
});

test('a line with another separator may have a third one between its labels', async () => {
  put('train.txt', `images/a.jpg\tapple,fig\nimages/a2.jpg\tapple\nimages/c.jpg\tpear\nimages/b.jpg;pear|plum\n`);
  expect(await mend('otherSeparator')).toMatchObject({ lines: 1 });
  expect(read('train.txt').toString()).toMatch(/\nimages\/b\.jpg\tpear,plum\n$/);
});

test.each(['missingLabelFile', 'labelsFile'] as const)(
  'a problem of no line, such as %s, is left alone',
  async (code) => {
    rmSync(path.join(folder, 'test.txt'));
    const own = { ...config, labels_file: code === 'labelsFile' ? 'gone.txt' : null };
    expect((await readDataset(folder, own)).findings.map((finding) => finding.code)).toContain(code);
    const backupFolder = path.join(folder, 'backups');
    expect(await repair({ project: folder, config: own, code, backupFolder })).toMatchObject({ lines: 0 });
  },
);

test('an empty list of classes gets its first ones', async () => {
  put('train.txt', 'images/a.jpg\tapple\n');
  put('classes.txt', '');
  expect(await mend('unknownLabel', { ...config, labels_file: 'classes.txt' })).toMatchObject({ lines: 1 });
  expect(read('classes.txt').toString()).toBe('apple\n');
});

test('what cannot be fixed stays: binary lines, and problems of other kinds', async () => {
  const binary = Buffer.concat([original, Buffer.from('\nimages/\xe9\0.jpg\tpear\n', 'latin1')]);
  put('train.txt', binary);
  await mend('encoding');
  expect(read('train.txt').includes(Buffer.from('images/\xe9\0.jpg', 'latin1'))).toBe(true);
  const flags = 'images/a.jpg\t1,0\nimages/b.jpg\t0,1\n';
  put('train.txt', flags);
  put('val.txt', '');
  expect((await readDataset(folder, config)).findings.map(({ code }) => code)).toContain('oneHotList');
  const { lines, backup } = await repair({
    ...{ project: folder, config, code: 'oneHotList', backupFolder: path.join(folder, 'backups') },
  });
  expect([lines, readdirSync(backup)]).toEqual([0, []]);
  expect(read('train.txt').toString()).toBe(flags);
});

test('a path with backslashes is found by its spelling on disk, and its labels stay', async () => {
  put('train.txt', 'images\\A.JPG\tapple,pear\r\nimages/b.jpg\tpear\r\n');
  expect(await mend('missing')).toMatchObject({ lines: 1 });
  expect(read('train.txt').toString()).toBe('images/a.jpg\tapple,pear\r\nimages/b.jpg\tpear\r\n');
});

test('classes are added on lines of their own, with a backup, through a link and with the same permissions', async () => {
  put('lists/classes.txt', 'apple\n');
  chmodSync(path.join(folder, 'lists', 'classes.txt'), 0o640);
  symlinkSync(path.join('lists', 'classes.txt'), path.join(folder, 'classes.txt'));
  put('train.txt', 'images/a.jpg\tplum,apple\nimages/b.jpg\tpear\n');
  const { lines, backup } = await mend('unknownLabel', { ...config, labels_file: 'classes.txt' });
  expect(lines).toBe(2);
  expect(read('lists/classes.txt').toString()).toMatch(/^apple\n(pear\nplum|plum\npear)\n$/);
  expect(realpathSync(path.join(folder, 'classes.txt'))).toBe(path.join(folder, 'lists', 'classes.txt'));
  if (process.platform !== 'win32')
    expect(statSync(path.join(folder, 'lists', 'classes.txt')).mode & 0o777).toBe(0o640);
  expect(readdirSync(backup).map((name) => readFileSync(path.join(backup, name), 'utf8'))).toEqual(['apple\n']);
});

test('without a list of classes, or with all labels in it, no class is added', async () => {
  put('train.txt', 'images/a.jpg\tapple\n');
  put('classes.txt', 'apple');
  const none = await mend('unknownLabel');
  expect([none.lines, readdirSync(none.backup)]).toEqual([0, []]);
  expect(await mend('unknownLabel', { ...config, labels_file: 'classes.txt' })).toMatchObject({ lines: 0 });
  expect(read('classes.txt').toString()).toBe('apple');
});

test('a repair that fails leaves the labels to others', async () => {
  await expect(mend('unknownLabel', { ...config, labels_file: '../classes.txt' })).rejects.toThrow();
  expect(await mend('headerLine')).toMatchObject({ lines: 1 });
});
