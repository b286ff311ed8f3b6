import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeFileInThread } from './fileThread.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'file-thread-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('files are in place when their promises resolve, in the order of the calls, with nothing beside them', async () => {
  const file = path.join(folder, 'a');
  const finished: string[] = [];
  const write = (name: string, bytes: number, value: number): Promise<void> =>
    writeFileInThread(path.join(folder, name), new Uint8Array(bytes).fill(value)).then(() => void finished.push(name));
  // The first is large and the second small: side by side the second would be there first.
  await Promise.all([write('large', 2e7, 1), write('a', 1, 2), write('a', 3, 3)]);
  expect(finished).toEqual(['large', 'a', 'a']);
  expect([...readFileSync(file)]).toEqual([3, 3, 3]);
  expect(readFileSync(path.join(folder, 'large'))).toHaveLength(2e7);
  expect(readdirSync(folder).sort()).toEqual(['a', 'large']);
});

test('a file that cannot be written says why and leaves the thread usable', async () => {
  const blocked = path.join(folder, 'blocked');
  writeFileSync(blocked, '');
  await expect(writeFileInThread(path.join(blocked, 'b'), Uint8Array.of(1))).rejects.toThrow('EEXIST');
  const after = path.join(folder, 'after');
  await writeFileInThread(after, Uint8Array.of(7));
  expect(existsSync(after)).toBe(true);
});
