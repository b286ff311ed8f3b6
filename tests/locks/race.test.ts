import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, test } from 'vitest';
import { machineId } from '../../src/main/pipeline/storage/holder.ts';

const root = mkdtempSync(path.join(tmpdir(), 'lock-race-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** DESTILA_RACE_ROUNDS raises it for a long run by hand. */
const ROUNDS = process.env.DESTILA_RACE_ROUNDS ?? '40';
const PROCESSES = 3;

/** A lock whose process has ended: as a killed run leaves it. */
function staleLock(): string {
  const pid = Number(execFileSync(process.execPath, ['-p', 'process.pid']).toString());
  const file = path.join(root, 'stale');
  const about = { pid, host: hostname(), machine: machineId(), started: 'x:1', what: 'dead' };
  writeFileSync(file, JSON.stringify({ beat: '000000000000', formatVersion: 1, token: 'dead', ...about }));
  return file;
}

test.each([
  ['free', () => []],
  ['left by a killed process', () => [staleLock()]],
])('of processes that race for a lock that is %s never two are inside', async (_, more) => {
  const folder = mkdtempSync(path.join(root, 'race-'));
  const racer = path.join(import.meta.dirname, 'racer.ts');
  const racers = await Promise.all(
    Array.from({ length: PROCESSES }, () => promisify(execFile)(process.execPath, [racer, folder, ROUNDS, ...more()])),
  );
  const results = racers.map(({ stdout }) => JSON.parse(stdout) as { got: number; together: number });
  expect(results).toEqual(results.map(() => ({ got: Number(ROUNDS), together: 0 })));
  expect(readdirSync(folder).filter((name) => name !== 'lock.json')).toEqual([]);
});
