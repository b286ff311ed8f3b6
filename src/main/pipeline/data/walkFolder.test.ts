import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { walkFolder } from './walkFolder.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'destila-walk-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('lists files, and reports what it skips', async () => {
  for (const name of [
    'b.jpg',
    'a/deep/er/1.png',
    'a/notes.txt',
    '.hidden.jpg',
    '.git/2.jpg',
    '__MACOSX/a/._1.png',
    'a/@eaDir/1.png',
    'a/.DS_Store',
    'runs/3.jpg',
    'a/runs/4.jpg',
  ]) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), name);
  }
  symlinkSync(path.join(folder, 'a'), path.join(folder, 'linked'));
  expect(await walkFolder(folder, new Set(['runs']))).toEqual({
    files: ['a/deep/er/1.png', 'a/notes.txt', 'a/runs/4.jpg', 'b.jpg'],
    litter: ['.hidden.jpg', '__MACOSX/a/._1.png', 'a/@eaDir/1.png'],
    links: ['linked'],
    closed: [],
    skipped: ['runs'],
  });
});

test('a missing folder is an error, not an empty folder', async () => {
  await expect(walkFolder(path.join(folder, 'none'))).rejects.toThrow(/none cannot be read/);
});
