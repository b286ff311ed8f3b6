import { rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Problem } from '../../../shared/problem.ts';
import { fateOf, machineId, startOf } from './holder.ts';
import type { FoundLock, Link, OwnLock } from './lockFile.ts';
import { createLock, GUARD_ENDING, identityOf, readLock } from './lockFile.ts';

/**
 * Locks are files, so that they hold across the command line, the studio, containers and machines that share a folder.
 *
 * A lock is put in place exclusively and removed by its owner, or by whoever finds it stale. Removing a stale lock is itself
 * guarded by a lock named after the stale one's token: of many processes that find it stale one removes it, and only after
 * checking that it is still the same. Without the guard the second would remove the lock that the first has just taken.
 * A guard that its process left behind is removed in the same way, under a guard of its own.
 */
export interface Lock {
  /** False once another process has taken over, or the folder was moved: whoever holds it must stop writing. */
  held(): boolean;
  /** Removes the lock if it is still this one's. */
  release(): Promise<void>;
}

export interface LockOptions {
  /**
   * Called once when the holder cannot be looked up, with a sentence for people: the lock is then watched for a minute and
   * taken if its heartbeat stands still. Without it such a lock is refused at once.
   */
  readonly onWait?: (message: string) => void;
  /** A person says that the holder is gone: a lock that cannot be looked up is taken at once. */
  readonly takeOver?: boolean;
  readonly clock?: Clock;
  readonly link?: Link;
}

/** Monotonic, in milliseconds: wall clocks are set back, and those of two machines differ. */
export interface Clock {
  now(): number;
  sleep(milliseconds: number): Promise<void>;
}

const monotonic: Clock = {
  now: () => performance.now(),
  sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
};

const BEAT_MS = 10_000;
/** Six beats: a holder that is busy or sits behind a slow network misses one or two. */
const STALE_MS = 60_000;
const POLL_MS = 2_000;
/** Far more than processes that hand a lock around between reading and creating need. */
const MOST_TRIES = 1_000;

/**
 * Takes a lock for this process. Throws Problem('busy') when its holder lives, Problem('locked') when the holder cannot be
 * looked up from here and has not been silent for a minute yet.
 */
export async function takeLock(file: string, what: string, options: LockOptions = {}): Promise<Lock> {
  const own = await acquire(file, what, options);
  let ours = true;
  const beat = async (): Promise<void> => {
    // A disk that does not answer says nothing about the lock: the next beat tells.
    ours = await isStill(file, own).catch(() => true);
    if (ours) await own.beat().catch(() => undefined);
    else clearInterval(timer);
  };
  const timer = setInterval(() => void beat(), BEAT_MS);
  timer.unref();
  return {
    held: () => ours,
    release: async () => {
      clearInterval(timer);
      ours = false;
      await removeOwn(file, what, own, options);
    },
  };
}

async function acquire(file: string, what: string, options: LockOptions): Promise<OwnLock> {
  const { clock = monotonic, onWait, takeOver = false } = options;
  let seen: string | null = null;
  for (let attempt = 0; attempt < MOST_TRIES; attempt++) {
    const own = await createLock(file, self(what), options.link);
    if (own !== null) return own;
    const found = await readLock(file);
    if (found === null) continue;
    const fate = found.holder === null ? 'unknown' : fateOf(found.holder);
    if (fate === 'alive') throw busy(file, found);
    if (fate === 'gone' || takeOver || silence(file, found, clock) >= STALE_MS) {
      await removeStale(file, what, found, options);
      continue;
    }
    if (onWait === undefined) throw locked(file, found);
    // The first change shows that the holder lives: there is no point in watching on.
    if (seen !== null && seen !== found.text) throw busy(file, found);
    if (seen === null) onWait(waiting(found));
    seen = found.text;
    await clock.sleep(POLL_MS);
  }
  throw new Problem('busy', `${path.dirname(file)} is in use by several programs at once. Try again.`);
}

/** Whether somebody holds the lock. A holder that cannot be looked up counts until it has been silent for a minute. */
export async function isLocked(file: string, clock: Clock = monotonic): Promise<boolean> {
  try {
    const found = await readLock(file);
    if (found === null) return false;
    const fate = found.holder === null ? 'unknown' : fateOf(found.holder);
    return fate === 'alive' || (fate === 'unknown' && silence(file, found, clock) < STALE_MS);
  } catch {
    return true; // What cannot be read is not ours to take.
  }
}

const self = (what: string): Parameters<typeof createLock>[1] => ({
  pid: process.pid,
  host: os.hostname(),
  machine: machineId(),
  started: startOf(process.pid) ?? '',
  what,
});

/** What was seen of locks whose holders cannot be looked up, and since when it has not changed. */
const watched = new Map<string, { readonly text: string; readonly since: number }>();

/** Milliseconds for which this process has seen the lock unchanged. */
function silence(file: string, { text }: FoundLock, clock: Clock): number {
  const known = watched.get(file);
  if (known?.text === text) return clock.now() - known.since;
  watched.set(file, { text, since: clock.now() });
  return 0;
}

/** Removes a stale lock under its guard, if it is still the same. */
async function removeStale(file: string, what: string, stale: FoundLock, options: LockOptions): Promise<void> {
  const guardFile = guardOf(file, identityOf(stale));
  // A person's word is about the lock; a guard is held for milliseconds, and taking it by force could let two in.
  const guard = await acquire(guardFile, what, { ...options, takeOver: false });
  try {
    if ((await readLock(file))?.text === stale.text) await rm(file, { force: true });
  } finally {
    watched.delete(file);
    await removeIfOwn(guardFile, guard);
  }
}

/** Under its guard as well: a process that slept for a minute may be losing its lock to another at this moment. */
async function removeOwn(file: string, what: string, own: OwnLock, { link }: LockOptions): Promise<void> {
  const guardFile = guardOf(file, own.token);
  try {
    const guard = await acquire(guardFile, what, { ...(link && { link }) });
    await removeIfOwn(file, own);
    await removeIfOwn(guardFile, guard);
  } catch (error) {
    // Where a guard cannot be written (a full disk), keeping the lock would shut this process out of its own folder.
    if (isTaken(error)) await own.close();
    else await removeIfOwn(file, own);
  }
}

const isTaken = (error: unknown): boolean =>
  error instanceof Problem && (error.kind === 'busy' || error.kind === 'locked');

async function removeIfOwn(file: string, own: OwnLock): Promise<void> {
  if (await isStill(file, own).catch(() => false)) await rm(file, { force: true }).catch(() => undefined);
  await own.close().catch(() => undefined);
}

const isStill = async (file: string, own: OwnLock): Promise<boolean> =>
  (await readLock(file))?.holder?.token === own.token;

/** Short, whatever level of guard it is: file names end at 255 bytes. */
const guardOf = (file: string, identity: string): string =>
  path.join(path.dirname(file), `.${path.basename(file).replace(/^\./, '').slice(0, 16)}.${identity}${GUARD_ENDING}`);

function busy(file: string, { holder }: FoundLock): Problem {
  const folder = path.dirname(file);
  if (holder === null)
    return new Problem('busy', `${folder} is in use by another program. Wait for it or stop it first.`);
  const { pid, host, what } = holder;
  const here = host === os.hostname();
  return new Problem(
    'busy',
    `${folder} is in use by process ${pid}${here ? '' : ` on ${host}`} (${what}). Wait for it or stop it first.`,
  );
}

const locked = (file: string, { holder }: FoundLock): Problem =>
  new Problem(
    'locked',
    holder === null
      ? `${path.dirname(file)} has a damaged lock. If no other program works on this folder, take over or try again in a minute.`
      : `${path.dirname(file)} is locked by process ${holder.pid} on ${holder.host} (${holder.what}), which cannot be checked from here. If that program is gone, take over or try again in a minute; otherwise stop it there.`,
  );

const waiting = ({ holder }: FoundLock): string =>
  holder === null
    ? `The lock of this run is damaged. Watching it for ${STALE_MS / 1000} s: if nothing changes, work continues.`
    : `This run is locked by process ${holder.pid} on ${holder.host}, which cannot be checked from here. Watching it for ${STALE_MS / 1000} s: if it shows no sign of life, work continues.`;
