import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { requireWritable } from './writable.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'destila-writable-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('a folder that can be made and written is left empty', async () => {
  const state = path.join(folder, 'a', 'state');
  await requireWritable(state);
  expect(readdirSync(state)).toEqual([]);
});

test('a folder that cannot be made is a Problem that names it', async () => {
  writeFileSync(path.join(folder, 'file'), '');
  const state = path.join(folder, 'file', 'state');
  await expect(requireWritable(state)).rejects.toMatchObject({
    code: 'file.stateNotWritable',
    params: { folder: state },
  });
});

test.skipIf(!existsSync('/proc/self'))('a folder that takes neither files nor folders is a Problem', async () => {
  for (const state of ['/proc/self', '/proc/self/a/state'])
    await expect(requireWritable(state)).rejects.toMatchObject({ code: 'file.stateNotWritable' });
});
