import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createFolderOpener, namedFolder } from './namedFolder.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), 'destila-named-'));
  for (const name of ['app', 'Photos', 'elsewhere/Photos']) mkdirSync(path.join(home, name), { recursive: true });
  for (const name of ['train.txt', 'destila.yaml', 'a.jpg']) writeFileSync(path.join(home, 'Photos', name), '');
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

test.each<[string, readonly string[], string, string | null]>([
  ['relative to the folder of that start', ['Photos'], 'elsewhere', 'elsewhere/Photos'],
  ['the same name in another folder', ['Photos'], '.', 'Photos'],
  ['its label file', ['Photos/train.txt'], '.', 'Photos'],
  ['its settings', ['destila.yaml'], 'Photos', 'Photos'],
  ['an image', ['Photos/a.jpg'], '.', null],
  ['a missing folder', ['Pictures'], '.', null],
  ['options and the program itself', ['--no-sandbox', 'app', '.', 'Photos'], '.', 'Photos'],
  ['the program alone', ['app'], '.', null],
  ['nothing', [], '.', null],
  ['an empty name, which would be the folder of the start', [''], 'Photos', null],
])('%s', (_, names, cwd, folder) => {
  const expected = folder === null ? null : path.join(home, folder);
  expect(namedFolder(names, path.join(home, cwd), path.join(home, 'app'))).toBe(expected);
});

test('a folder that is named before the screens have loaded opens when they have; the last one wins', () => {
  const shown: string[] = [];
  const opener = createFolderOpener((folder) => void shown.push(folder));
  opener.open('/early');
  opener.open('/later');
  opener.open(null);
  expect(shown).toEqual([]);
  opener.ready();
  expect(shown).toEqual(['/later']);
  opener.open('/second');
  opener.ready();
  expect(shown).toEqual(['/later', '/second']);
});
