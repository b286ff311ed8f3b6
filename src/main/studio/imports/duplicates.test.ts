import { mkdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { importFolder } from '../../../../tests/imports/importFolder.ts';
import { duplicateGroups } from './duplicates.ts';

const { path, put } = importFolder();

test('images with the same bytes are one group; missing ones are on their own', async () => {
  put('a.jpg', 'one');
  put('b.jpg', 'two');
  put('c.jpg', 'one');
  put('d.jpg', 'three');
  put('e.jpg', 'two');
  put('f.jpg', 'one');
  put('g.jpg', '');
  put('h.jpg', '');
  const names = ['a', 'b', 'gone', 'c', 'd', 'e', 'f', 'lost', 'g', 'h'].map((name) => `${name}.jpg`);
  const groups = await duplicateGroups(path(), names);
  expect(groups.toSorted()).toEqual([
    ['a.jpg', 'c.jpg', 'f.jpg'],
    ['b.jpg', 'e.jpg'],
    ['d.jpg'],
    ['g.jpg', 'h.jpg'],
    ['gone.jpg'],
    ['lost.jpg'],
  ]);
  expect(await duplicateGroups(path(), [])).toEqual([]);
});

test('a file that cannot be read is an error', async () => {
  put('a.jpg', 'one');
  await expect(duplicateGroups(path(), ['a.jpg/b.jpg'])).rejects.toMatchObject({ code: 'ENOTDIR' });
  mkdirSync(path('folder'));
  mkdirSync(path('other'));
  await expect(duplicateGroups(path(), ['folder', 'other'])).rejects.toMatchObject({ code: 'EISDIR' });
});
