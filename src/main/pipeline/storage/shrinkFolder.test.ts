import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { shrinkFolder } from './shrinkFolder.ts';

test.each([
  [1000, ['new', 'old', 'oldest']],
  [30, ['new', 'old', 'oldest']],
  [29, ['new', 'old']],
  [10, ['new']],
  [9, []],
])('of three files of 10 bytes, %i bytes keep %j and remove the oldest', async (maxBytes, kept) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'shrink-'));
  try {
    for (const [name, seconds] of [
      ['old', 2],
      ['new', 3],
      ['oldest', 1],
    ] as const) {
      const place = path.join(folder, name.slice(0, 2), name);
      mkdirSync(path.dirname(place), { recursive: true });
      writeFileSync(place, '0123456789');
      utimesSync(place, seconds, seconds);
    }
    expect(await shrinkFolder(folder, maxBytes)).toBe(10 * kept.length);
    const left = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    expect(left.map(({ name }) => name).sort()).toEqual(kept);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
