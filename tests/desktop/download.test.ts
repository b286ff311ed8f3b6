import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { download } from '../../scripts/package/download.ts';

/** SHA-256 of "abc", from FIPS 180-2, appendix B.1. */
const pinned = {
  url: 'https://example.org/v1/abc.tar.gz',
  sha256: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
};
const answer =
  (text: string, status = 200) =>
  (): Promise<Response> =>
    Promise.resolve(new Response(text, { status }));

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'destila-download-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('a file with the pinned checksum is kept, and not fetched again', async () => {
  const file = await download(pinned, folder, answer('abc'));
  expect(readFileSync(file, 'utf8')).toBe('abc');
  expect(await download(pinned, folder, answer('other', 500))).toBe(file);
});

test('other bytes are refused and leave no file; a damaged file is fetched again', async () => {
  await expect(download(pinned, folder, answer('abd'))).rejects.toThrow(/SHA-256/);
  await expect(download(pinned, folder, answer('', 404))).rejects.toThrow(/404/);
  writeFileSync(path.join(folder, 'abc.tar.gz'), 'damaged');
  expect(readFileSync(await download(pinned, folder, answer('abc')), 'utf8')).toBe('abc');
});
