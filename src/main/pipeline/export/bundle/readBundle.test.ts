import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { rawZip } from '../../../../../tests/bundle/rawZip.ts';
import { readBundle, requireBundlePath } from './readBundle.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'bundle-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const bundle = (): string => path.join(folder, 'mine');
const put = (name: string, text = name): void => {
  const file = path.join(bundle(), name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
};
const zip = (...names: string[]): string => {
  const file = path.join(folder, 'mine.zip');
  writeFileSync(file, rawZip(names.map((name) => ({ name, data: Buffer.from(name) }))));
  return file;
};
const textsIn = async (place: string) => {
  const { files, ignored } = await readBundle(place);
  return { files: [...files].map(([name, data]) => [name, Buffer.from(data).toString()]), ignored };
};

describe('a bundle', () => {
  test.each(['', 'top/', 'a/b/'])('in %j of a folder or a zip has its files by their names', async (top) => {
    const names = ['labels.txt', 'SHA256SUMS', 'parity/01.png'].map((name) => top + name);
    names.forEach((name) => put(name));
    const files = ['SHA256SUMS', 'labels.txt', 'parity/01.png'].map((name) => [name, top + name]);
    expect(await textsIn(bundle())).toEqual({ files, ignored: [] });
    expect(await textsIn(zip(...names))).toEqual({ files, ignored: [] });
  });

  test('may have files of file managers anywhere, which are not read', async () => {
    const ignored = [
      ...[
        '.DS_Store',
        '._top',
        '__MACOSX/SHA256SUMS',
        'top/._x',
        'top/.ds_store',
        'top/Thumbs.db',
        'top/x/DESKTOP.INI',
      ],
    ];
    const names = ['top/SHA256SUMS', 'top/x/a.txt', ...ignored];
    names.forEach((name) => put(name));
    const found = {
      files: [
        ['SHA256SUMS', 'top/SHA256SUMS'],
        ['x/a.txt', 'top/x/a.txt'],
      ],
      ignored,
    };
    expect(await textsIn(bundle())).toEqual(found);
    expect(await textsIn(zip(...names))).toEqual(found);
  });

  test('may have files whose names only resemble those', async () => {
    const names = ['SHA256SUMS', 'Thumbs.db.txt', '__MACOSX.txt', 'a.DS_Store', 'x._y', 'x/desktop.ini/a'];
    names.forEach((name) => put(name));
    expect(await textsIn(bundle())).toMatchObject({ files: names.map((name) => [name, name]), ignored: [] });
  });
});

describe('a folder or zip is refused', () => {
  test.each<readonly [string, readonly string[], object]>([
    ['without checksums', ['a.txt', 'SHA256SUMS.txt'], { code: 'file.bundleUnknown', params: { sums: 'SHA256SUMS' } }],
    [
      'with several bundles',
      ['b/SHA256SUMS', 'a/SHA256SUMS'],
      { code: 'file.bundlesSeveral', params: { one: 'a/SHA256SUMS', other: 'b/SHA256SUMS' } },
    ],
    [
      'with a file outside the bundle',
      ['a/SHA256SUMS', 'a/b.txt', 'ab.txt'],
      { code: 'file.bundleFileOutside', params: { file: '"ab.txt"', folder: '"a/"' } },
    ],
  ])('%s', async (_, names, problem) => {
    names.forEach((name) => put(name));
    await expect(readBundle(bundle())).rejects.toMatchObject(problem);
    await expect(readBundle(bundle())).rejects.toMatchObject({ params: { bundle: 'mine' } });
    await expect(readBundle(zip(...names))).rejects.toMatchObject(problem);
    await expect(readBundle(zip(...names))).rejects.toMatchObject({ params: { bundle: 'mine.zip' } });
  });

  test('with links, to files or folders', async () => {
    put('SHA256SUMS');
    put('x/a.txt');
    for (const target of ['a.txt', '.']) {
      symlinkSync(target, path.join(bundle(), 'x', 'link'));
      await expect(readBundle(bundle())).rejects.toMatchObject({ code: 'file.bundleLink', params: { file: 'x/link' } });
      rmSync(path.join(bundle(), 'x', 'link'));
    }
  });

  test.skipIf(process.platform === 'win32')('with a pipe, in a folder or instead of one', async () => {
    put('SHA256SUMS');
    const pipe = path.join(bundle(), 'pipe');
    execFileSync('mkfifo', [pipe]);
    await expect(readBundle(bundle())).rejects.toMatchObject({
      ...{ code: 'file.bundleSpecialFile', params: { file: 'pipe' } },
    });
    await expect(readBundle(pipe)).rejects.toMatchObject({ code: 'file.bundleNotFile', params: { bundle: pipe } });
  });

  test('with more than 5000 files and folders', async () => {
    put('SHA256SUMS');
    for (let i = 1; i < 5000; i++) mkdirSync(path.join(bundle(), `${i}`));
    expect((await textsIn(bundle())).files).toHaveLength(1);
    mkdirSync(path.join(bundle(), '1', 'more'));
    await expect(readBundle(bundle())).rejects.toMatchObject({
      ...{ code: 'file.bundleManyFiles', params: { folder: bundle(), most: 5000 } },
    });
    const names = Array.from({ length: 5000 }, (_, i) => `${i}`);
    await expect(readBundle(zip('SHA256SUMS', ...names))).rejects.toMatchObject({
      ...{ code: 'file.zipEntries', params: { count: 5001, limit: 5000 } },
    });
  });

  test('with more than 256 MB, before anything is read', async () => {
    put('SHA256SUMS', '');
    for (const name of ['a', 'b']) {
      put(name, '');
      truncateSync(path.join(bundle(), name), 128 * 2 ** 20);
    }
    put('.DS_Store', 'x');
    await expect(readBundle(bundle())).rejects.toMatchObject({
      ...{ code: 'file.bundleTooLarge', params: { folder: bundle(), most: 256 } },
    });
  });

  test('when it does not exist', async () => {
    await expect(readBundle(bundle())).rejects.toMatchObject({
      ...{ code: 'file.bundleMissing', params: { bundle: bundle() } },
    });
  });
});

test('a path of a bundle is that of a folder or a file', async () => {
  put('a.zip');
  expect(await requireBundlePath(bundle())).toBe('folder');
  expect(await requireBundlePath(path.join(bundle(), 'a.zip'))).toBe('file');
});
