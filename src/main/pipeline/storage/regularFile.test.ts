import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readRegularFile } from './regularFile.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'regular-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('a file is read, also through a link', async () => {
  writeFileSync(path.join(folder, 'a.txt'), 'words');
  symlinkSync(path.join(folder, 'a.txt'), path.join(folder, 'link.txt'));
  expect((await readRegularFile(path.join(folder, 'link.txt'))).toString()).toBe('words');
});

test('a missing file rejects as readFile does', async () => {
  await expect(readRegularFile(path.join(folder, 'none'))).rejects.toMatchObject({ code: 'ENOENT' });
});

test.skipIf(process.platform === 'win32')('pipes and devices are refused at once, without waiting', async () => {
  const pipe = path.join(folder, 'pipe.jpg');
  execFileSync('mkfifo', [pipe]);
  // More than libuv has threads: had one of them waited, none would be left to answer.
  const reads = Array.from({ length: 8 }, () => readRegularFile(pipe));
  for (const read of await Promise.allSettled(reads))
    expect(read).toMatchObject({ status: 'rejected', reason: { code: 'file.notRegular' } });
  for (const place of ['/dev/zero', folder])
    await expect(readRegularFile(place), place).rejects.toMatchObject({ code: 'file.notRegular' });
});
