import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { isRunning, ticksOf } from './holder.ts';

const ownTicks = ticksOf(process.pid);

/**
 * A new hidden name beside `file`, for content that is not in place yet. It names its process and when that started, so that
 * what a killed process left can be told from what a living one is writing.
 */
export const asideName = (file: string): string =>
  path.join(
    path.dirname(file),
    `.${path.basename(file)}.${process.pid}${ownTicks === null ? '' : `-${ownTicks}`}.${randomBytes(4).toString('hex')}.tmp`,
  );

const ASIDE = /^\..+\.(\d+)(?:-(\d+))?\.[0-9a-f]{8}\.tmp$/;

export const isAsideName = (name: string): boolean => ASIDE.test(name) && path.basename(name) === name;

/** Whether a file of this name was left by a process that no longer runs on this machine. */
export function isAbandoned(name: string): boolean {
  const found = ASIDE.exec(name);
  return found !== null && !isRunning(Number(found[1]), found[2] ?? null);
}
