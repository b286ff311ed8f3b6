import { createHash, randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { link, open, rm } from 'node:fs/promises';
import path from 'node:path';
import { message } from '../../../shared/message.ts';
import { Problem } from '../../../shared/problem.ts';
import { asideName } from './asideName.ts';
import type { Holder } from './holder.ts';
import { holderSchema } from './holder.ts';

/** A lock as found on disk. */
export interface FoundLock {
  /** The whole content. It changes with every heartbeat while the holder runs. */
  readonly text: string;
  /** Null when the content names no holder, because it is damaged or being written. */
  readonly holder: Holder | null;
}

/** Bytes; a lock has a few hundred. */
const LARGEST = 4096;

const BEAT_DIGITS = 12;
const BEAT_POSITION = '{"beat":"'.length;
const beatText = (count: number): string => String(count).padStart(BEAT_DIGITS, '0');

/** Returns null when there is no lock. Throws a Problem if something else is at its path or it cannot be read. */
export async function readLock(file: string): Promise<FoundLock | null> {
  let handle: FileHandle;
  try {
    // Without O_NONBLOCK, opening a FIFO would wait for a writer; without O_NOFOLLOW, a link could lead anywhere.
    handle = await open(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOFOLLOW ?? 0));
  } catch (error) {
    const { code, message: reason } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return null;
    if (code === 'ELOOP') throw inTheWay(file, 'locks.link');
    throw new Problem('file.lockOfOtherUser', { file }, reason);
  }
  try {
    const stats = await handle.stat();
    if (!stats.isFile()) throw inTheWay(file, stats.isDirectory() ? 'locks.folder' : 'locks.specialFile');
    if (stats.size > LARGEST) throw inTheWay(file, 'locks.largeFile');
    const text = await handle.readFile('utf8');
    return { text, holder: holderIn(text) };
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw new Problem('file.lockNotReadable', { file }, String(error));
  } finally {
    await handle.close();
  }
}

type Obstacle = 'locks.link' | 'locks.folder' | 'locks.specialFile' | 'locks.largeFile';

const inTheWay = (file: string, kind: Obstacle): Problem =>
  new Problem('file.lockInTheWay', { file, kind: message(kind) });

function holderIn(text: string): Holder | null {
  try {
    return holderSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

/** Ending of the lock files under which stale locks are removed. */
export const GUARD_ENDING = '.guard';

/** Distinguishes this lock from all others at the same path. */
export const identityOf = ({ text, holder }: FoundLock): string =>
  holder !== null && holder.token !== '' ? holder.token : createHash('sha256').update(text).digest('hex').slice(0, 32);

/** A lock of this process. */
export interface OwnLock {
  readonly token: string;
  /** Shows watchers that the holder is running. */
  beat(): Promise<void>;
  /** Closes the handle; the file stays. */
  close(): Promise<void>;
}

export type Link = (existing: string, name: string) => Promise<void>;

/**
 * Creates a lock; null if there is one already. The content is written aside and linked into place, because link(2)
 * fails when the name exists and no reader sees an empty file (https://man7.org/linux/man-pages/man2/open.2.html,
 * O_EXCL).
 */
export async function createLock(
  file: string,
  about: Omit<Holder, 'beat' | 'token' | 'formatVersion'>,
  linkInto: Link = link,
): Promise<OwnLock | null> {
  const token = randomBytes(16).toString('hex');
  const text = JSON.stringify({ beat: beatText(0), formatVersion: 1, token, ...about });
  const aside = asideName(file);
  const handle = await open(aside, 'wx').catch((error: unknown) => {
    const { code, message: reason } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new Problem('file.folderGone', { folder: path.dirname(file) }, reason);
    throw error;
  });
  let linked = false;
  try {
    await handle.writeFile(text);
    await handle.sync();
    await linkInto(aside, file);
    linked = true;
    return own(handle, token);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // An NFS server may answer a repeated request with EEXIST although it carried out the first one (open(2)).
    if (code === 'EEXIST' && (await readLock(file))?.holder?.token === token) {
      linked = true;
      return own(handle, token);
    }
    if (code === 'EEXIST' || code === 'ENOENT') return null;
    if (!unsupportedLink.has(code ?? '')) throw error;
    return await createExclusively(file, text, token);
  } finally {
    if (!linked) await handle.close();
    await rm(aside, { force: true });
  }
}

/**
 * Errors of link(2) on exFAT and FAT (EPERM), SMB (EOPNOTSUPP), FUSE (ENOSYS), Windows (EISDIR) and Android (EACCES).
 */
const unsupportedLink = new Set(['EPERM', 'EOPNOTSUPP', 'ENOTSUP', 'ENOSYS', 'EISDIR', 'EACCES', 'EINVAL', 'EMLINK']);

/**
 * For file systems without links: creates the file exclusively, then fills it. A process that reads in between finds an
 * empty file, which counts as held until it has not changed for a minute.
 */
async function createExclusively(file: string, text: string, token: string): Promise<OwnLock | null> {
  let handle: FileHandle;
  try {
    handle = await open(file, 'wx+');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return null;
    throw error;
  }
  try {
    await handle.writeFile(text);
    await handle.sync();
  } catch (error) {
    await handle.close();
    await rm(file, { force: true }); // It is ours: the exclusive open above created it.
    throw error;
  }
  // If this process was suspended for a minute between the two steps, another one has taken the lock.
  if ((await readLock(file))?.holder?.token === token) return own(handle, token);
  await handle.close();
  return null;
}

function own(handle: FileHandle, token: string): OwnLock {
  let beats = 0;
  return {
    token,
    // Writes through the handle, so that after a takeover it does not reach the new lock.
    beat: async () => {
      await handle.write(beatText(++beats), BEAT_POSITION);
      await handle.datasync();
    },
    close: () => handle.close(),
  };
}
