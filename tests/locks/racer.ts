import { closeSync, existsSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { takeLock } from '../../src/main/pipeline/storage/lock.ts';
import { Problem } from '../../src/shared/problem.ts';

/**
 * One of several processes that hand a lock around: racer.ts FOLDER ROUNDS [STALE_LOCK]. Prints how often it got in,
 * and how often another process was inside at the same time. With STALE_LOCK (a file), each round begins with a dead
 * process's lock.
 */
const [folder, rounds, staleLock] = process.argv.slice(2) as [string, string, string | undefined];
const file = path.join(folder, 'lock.json');
const inside = path.join(folder, 'inside');
let got = 0;
let together = 0;
for (let round = 0; round < Number(rounds);) {
  if (staleLock !== undefined && !existsSync(file)) {
    try {
      writeFileSync(file, readFileSync(staleLock), { flag: 'wx' });
    } catch {
      /* another process was first */
    }
  }
  let lock;
  try {
    lock = await takeLock(file, 'training');
  } catch (error) {
    if (!(error instanceof Problem) || (error.kind !== 'busy' && error.kind !== 'locked')) throw error;
    // A stale lock that is only half written cannot be looked up: it is a round like any other.
    await new Promise((resolve) => setImmediate(resolve));
    continue;
  }
  round++;
  got++;
  let first = false;
  try {
    closeSync(openSync(inside, 'wx'));
    first = true;
  } catch {
    together++;
  }
  // Work that lets the others run.
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
  if (first) rmSync(inside);
  await lock.release();
}
process.stdout.write(JSON.stringify({ got, together }));
