import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { rawZip } from '../../../../tests/bundle/rawZip.ts';
import { withZip } from './zipArchive.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'zip-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const END_RECORD = 22;

test('an archive whose zip64 record is beyond any file is reported as damaged', async () => {
  const plain = rawZip([{ name: 'a', data: Buffer.from('x') }]);
  const locator = Buffer.alloc(20);
  locator.write('PK\x06\x07', 0, 'latin1');
  locator.writeBigUInt64LE(2n ** 60n, 8);
  const file = path.join(folder, 'far.zip');
  writeFileSync(file, Buffer.concat([plain.subarray(0, -END_RECORD), locator, plain.subarray(-END_RECORD)]));
  const rules = { maxBytes: 1000, maxEntries: 10, portable: false };
  await expect(withZip(file, rules, () => Promise.resolve())).rejects.toMatchObject({ code: 'file.zipUnreadable' });
});
