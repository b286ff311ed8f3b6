import { rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Message } from '../../../shared/message.ts';
import { message } from '../../../shared/message.ts';
import { Problem } from '../../../shared/problem.ts';
import type { Holder, HolderState } from './holder.ts';
import { holderState, machineId, startOf } from './holder.ts';
import type { FoundLock, Link, OwnLock } from './lockFile.ts';
import { createLock, GUARD_ENDING, identityOf, readLock } from './lockFile.ts';

/**
 * Locks are files, so that they work across the command line, the studio, containers and machines that share a folder.
 *
 * A lock is created exclusively and removed by its owner, or by a process that finds it stale. Removing a stale lock is
 * itself guarded by a lock named after the stale one's token: of many processes that find it stale, one removes it,
 * after checking that it is still the same. Without the guard, the second would remove the lock that the first has
 * just taken. A guard that its process left behind is removed in the same way, under a guard of its own.
 */
export interface Lock {
  /** False once another process has taken over or the folder was moved: then the holder must stop writing. */
  held(): boolean;
  /** Removes the lock if it is still this one's. */
  release(): Promise<void>;
}

export interface LockOptions {
  /**
   * Called once when the holder cannot be looked up, with the reason for the wait: the lock is then watched for a
   * minute and taken if its heartbeat stands still. Without `onWait`, such a lock is refused at once.
   */
  readonly onWait?: (reason: Message) => void;
  /**
   * True when a person has confirmed that the holder is gone: a lock that cannot be looked up is then taken at once.
   */
  readonly takeOver?: boolean;
  readonly clock?: Clock;
  readonly link?: Link;
}

/** Monotonic, in milliseconds, because wall clocks can be set back and differ between machines. */
export interface Clock {
  now(): number;
  sleep(milliseconds: number): Promise<void>;
}

const monotonic: Clock = {
  now: () => performance.now(),
  sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
};

const BEAT_MS = 10_000;
/** Six heartbeats, because a holder that is busy or on a slow network misses one or two. */
const STALE_MS = 60_000;
const POLL_MS = 2_000;
/** Far more attempts than needed when several processes take and release a lock in turn. */
const MOST_TRIES = 1_000;

/**
 * Takes a lock for this process; `what` is its purpose. Throws a Problem of kind 'busy' when its holder is running, and
 * of kind 'locked' when the holder cannot be looked up and has not been silent for a minute.
 */
export async function takeLock(file: string, what: LockPurpose, options: LockOptions = {}): Promise<Lock> {
  const own = await acquire(file, what, options);
  let ours = true;
  const beat = async (): Promise<void> => {
    // If the disk does not answer, the lock is assumed to be held until the next heartbeat.
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

async function acquire(file: string, what: LockPurpose, options: LockOptions): Promise<OwnLock> {
  const { clock = monotonic, onWait, takeOver = false } = options;
  let seen: string | null = null;
  for (let attempt = 0; attempt < MOST_TRIES; attempt++) {
    const own = await createLock(file, self(what), options.link);
    if (own !== null) return own;
    const found = await readLock(file);
    if (found === null) continue;
    const state = stateOf(found);
    if (state === 'alive') throw busy(file, found);
    if (state === 'gone' || takeOver || silence(file, found, clock) >= STALE_MS) {
      await removeStale(file, what, found, options);
      continue;
    }
    if (onWait === undefined) throw locked(file, found);
    // The first change proves that the holder is running.
    if (seen !== null && seen !== found.text) throw busy(file, found);
    if (seen === null) onWait(waiting(found));
    seen = found.text;
    await clock.sleep(POLL_MS);
  }
  throw new Problem('busy.contended', { folder: path.dirname(file) });
}

/** True when the lock is held. A holder that cannot be looked up counts until it has been silent for a minute. */
export async function isLocked(file: string, clock: Clock = monotonic): Promise<boolean> {
  try {
    const found = await readLock(file);
    if (found === null) return false;
    const state = stateOf(found);
    return state === 'alive' || (state === 'unknown' && silence(file, found, clock) < STALE_MS);
  } catch {
    return true; // A lock that cannot be read must not be taken.
  }
}

const stateOf = ({ holder }: FoundLock): HolderState => (holder === null ? 'unknown' : holderState(holder));

const self = (what: LockPurpose): Parameters<typeof createLock>[1] => ({
  pid: process.pid,
  host: os.hostname(),
  machine: machineId(),
  started: startOf(process.pid) ?? '',
  what,
});

/** The last content of locks whose holders cannot be looked up, and since when it has not changed. */
const watched = new Map<string, { readonly text: string; readonly since: number }>();

/** Returns for how many milliseconds this process has seen the lock unchanged. */
function silence(file: string, { text }: FoundLock, clock: Clock): number {
  const known = watched.get(file);
  if (known?.text === text) return clock.now() - known.since;
  watched.set(file, { text, since: clock.now() });
  return 0;
}

/** Removes a stale lock under its guard, if it is still the same. */
async function removeStale(file: string, what: LockPurpose, stale: FoundLock, options: LockOptions): Promise<void> {
  const guardFile = guardOf(file, identityOf(stale));
  // takeOver is about the lock only: a guard is held for milliseconds, and forcing it could let two processes in.
  const guard = await acquire(guardFile, what, { ...options, takeOver: false });
  try {
    if ((await readLock(file))?.text === stale.text) await rm(file, { force: true });
  } finally {
    watched.delete(file);
    await removeIfOwn(guardFile, guard);
  }
}

/** Also under the guard: if this process was suspended for a minute, another may be taking its lock at this moment. */
async function removeOwn(file: string, what: LockPurpose, own: OwnLock, { link }: LockOptions): Promise<void> {
  const guardFile = guardOf(file, own.token);
  try {
    const guard = await acquire(guardFile, what, { ...(link && { link }) });
    await removeIfOwn(file, own);
    await removeIfOwn(guardFile, guard);
  } catch (error) {
    // If the guard cannot be written (full disk), keeping the lock would lock this process out of its own folder.
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

/** Stays short for guards of guards, because file names are limited to 255 bytes. */
const guardOf = (file: string, identity: string): string =>
  path.join(path.dirname(file), `.${path.basename(file).replace(/^\./, '').slice(0, 16)}.${identity}${GUARD_ENDING}`);

/**
 * What locks are taken for. Lock files contain the key; a key of another version is shown as it is.
 */
const purposes = {
  'cleaning up': message('locks.cleaning'),
  deleting: message('locks.deletingRun'),
  evaluation: message('locks.evaluation'),
  notes: message('locks.notes'),
  'opening test': message('locks.openingTest'),
  'saving labels': message('locks.savingLabels'),
  settings: message('locks.settings'),
  thresholds: message('locks.thresholds'),
  training: message('locks.training'),
  'writing label files': message('locks.writingLabels'),
};
export type LockPurpose = keyof typeof purposes;

const isPurpose = (what: string): what is LockPurpose => Object.hasOwn(purposes, what);
const purposeOf = ({ what }: Holder): string | Message => (isPurpose(what) ? purposes[what] : what);

function busy(file: string, { holder }: FoundLock): Problem {
  const folder = path.dirname(file);
  if (holder === null) return new Problem('busy.inUseByUnknown', { folder });
  const { pid, host } = holder;
  const work = purposeOf(holder);
  return host === os.hostname()
    ? new Problem('busy.inUse', { folder, pid, work })
    : new Problem('busy.inUseOnHost', { folder, pid, host, work });
}

function locked(file: string, { holder }: FoundLock): Problem {
  const folder = path.dirname(file);
  if (holder === null) return new Problem('locked.damaged', { folder });
  const { pid, host } = holder;
  return new Problem('locked.elsewhere', { folder, pid, host, work: purposeOf(holder) });
}

function waiting({ holder }: FoundLock): Message {
  const seconds = STALE_MS / 1000;
  return holder === null
    ? message('locks.waitingForDamaged', { seconds })
    : message('locks.waiting', { pid: holder.pid, host: holder.host, seconds });
}
