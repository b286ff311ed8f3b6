import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { isRunning, ticksOf } from './holder.ts';

const ownTicks = ticksOf(process.pid);

/**
 * Returns a new hidden name beside `file`, for content that is not in place yet. It includes the process and its start
 * time, so that files of a killed process can be distinguished from files that are being written.
 */
export const asideName = (file: string): string =>
  path.join(
    path.dirname(file),
    `.${path.basename(file)}.${process.pid}${ownTicks === null ? '' : `-${ownTicks}`}` +
      `.${randomBytes(4).toString('hex')}.tmp`,
  );

const ASIDE = /^\..+\.(\d+)(?:-(\d+))?\.[0-9a-f]{8}\.tmp$/;

export const isAsideName = (name: string): boolean => ASIDE.test(name) && path.basename(name) === name;

/** True when the name is that of a process that no longer runs on this machine. */
export function isAbandoned(name: string): boolean {
  const found = ASIDE.exec(name);
  return found !== null && !isRunning(Number(found[1]), found[2] ?? null);
}
