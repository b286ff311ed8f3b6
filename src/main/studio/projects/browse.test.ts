import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findFolder } from './browse.ts';

let home: string;
const put = (name: string, content: string): void => {
  mkdirSync(path.dirname(path.join(home, name)), { recursive: true });
  writeFileSync(path.join(home, name), content);
};
beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), 'destila-browse-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

test('a dropped folder is found by its name and content; hidden folders are not searched', async () => {
  put('Pictures/fruit/a.jpg', 'four');
  put('Pictures/old/fruit/a.jpg', 'other size');
  put('.cache/fruit/a.jpg', 'four');
  expect(await findFolder('fruit', [{ name: 'a.jpg', bytes: 4 }], [home, path.join(home, 'Pictures')])).toEqual([
    path.join(home, 'Pictures', 'fruit'),
  ]);
  expect((await findFolder('fruit', [], [home])).sort()).toEqual([
    path.join(home, 'Pictures', 'fruit'),
    path.join(home, 'Pictures', 'old', 'fruit'),
  ]);
  // Only files in the folder itself count.
  put('Pictures/secret', 'four');
  expect(await findFolder('fruit', [{ name: '../secret', bytes: 4 }], [home])).toEqual([]);
});
