import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { backUp, BACKUPS_KEPT } from './backups.ts';

let home: string;
const backups = (): string => path.join(home, 'backups');
beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), 'destila-backups-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

test('keeps the newest backups, even if the clock was set back', async () => {
  const file = path.join(home, 'train.txt');
  const earlier = '2025-01-01T00-00-00.000Z';
  mkdirSync(path.join(backups(), earlier), { recursive: true });
  for (let save = 1; save <= BACKUPS_KEPT + 2; save++) {
    writeFileSync(file, `save ${save}`);
    const now = new Date(Date.UTC(2026, 0, 1, 12) - save * 3_600_000);
    const place = await backUp([file], backups(), now);
    expect(readFileSync(path.join(place, 'train.txt'), 'utf8')).toBe(`save ${save}`);
  }
  const kept = readdirSync(backups()).sort();
  expect(kept).toHaveLength(BACKUPS_KEPT);
  // There are 52 saves and one backup of an earlier version. That one and the first two saves are removed.
  expect(kept.map((name) => readFileSync(path.join(backups(), name, 'train.txt'), 'utf8'))).toEqual(
    Array.from({ length: BACKUPS_KEPT }, (_, i) => `save ${i + 3}`),
  );
});

test('two backups in the same millisecond have different folders', async () => {
  const now = new Date('2026-01-01T00:00:00Z');
  await backUp([], backups(), now);
  await backUp([], backups(), now);
  expect(readdirSync(backups())).toEqual(['000001-2026-01-01T00-00-00.000Z', '000002-2026-01-01T00-00-00.000Z']);
});
