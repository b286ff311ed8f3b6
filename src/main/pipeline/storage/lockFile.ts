import { createHash, randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { link, open, rm } from 'node:fs/promises';
import path from 'node:path';
import { Problem } from '../../../shared/problem.ts';
import { asideName } from './asideName.ts';
import type { Holder } from './holder.ts';
import { holderSchema } from './holder.ts';

/** A lock as it lies on disk. */
export interface FoundLock {
  /** The whole content: while the holder lives it changes with every beat. */
  readonly text: string;
  /** Null when the content names nobody: damaged, or just being written. */
  readonly holder: Holder | null;
}

/** A lock is a few hundred bytes. */
const LARGEST = 4096;

const BEAT_DIGITS = 12;
const BEAT_POSITION = '{"beat":"'.length;
const beatText = (count: number): string => String(count).padStart(BEAT_DIGITS, '0');

/** Null when there is no lock. Throws a Problem for anything else that lies there or cannot be read. */
export async function readLock(file: string): Promise<FoundLock | null> {
  let handle: FileHandle;
  try {
    // O_NONBLOCK: opening a FIFO would wait for a writer. O_NOFOLLOW: a link may lead anywhere, also to nothing.
    handle = await open(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOFOLLOW ?? 0));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return null;
    if (code === 'ELOOP') throw inTheWay(file, 'a link');
    throw new Problem(
      'file',
      `The lock ${file} cannot be read. It may belong to another user: ask for access, or delete it when nobody works here.`,
      message,
    );
  }
  try {
    const stats = await handle.stat();
    if (!stats.isFile()) throw inTheWay(file, stats.isDirectory() ? 'a folder' : 'a special file');
    if (stats.size > LARGEST) throw inTheWay(file, 'a large file');
    const text = await handle.readFile('utf8');
    return { text, holder: holderIn(text) };
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw new Problem('file', `The lock ${file} cannot be read. Check the disk and try again.`, String(error));
  } finally {
    await handle.close();
  }
}

const inTheWay = (file: string, kind: string): Problem =>
  new Problem('file', `${file} is ${kind}, not a lock. Move it away and try again.`);

function holderIn(text: string): Holder | null {
  try {
    return holderSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

/** Ending of the locks under which a stale lock is removed. */
export const GUARD_ENDING = '.guard';

/** What names this very lock among all that ever lie at its path. */
export const identityOf = ({ text, holder }: FoundLock): string =>
  holder !== null && holder.token !== '' ? holder.token : createHash('sha256').update(text).digest('hex').slice(0, 32);

/** A lock of this process. */
export interface OwnLock {
  readonly token: string;
  /** Tells watchers that the holder lives. */
  beat(): Promise<void>;
  /** Lets go of the handle; the file stays. */
  close(): Promise<void>;
}

export type Link = (existing: string, name: string) => Promise<void>;

/**
 * Puts a lock in place; null if one lies there already. The content is written aside and linked into place, because link(2) fails
 * when the name exists and nobody ever sees an empty file (https://man7.org/linux/man-pages/man2/open.2.html, O_EXCL).
 */
export async function createLock(
  file: string,
  about: Omit<Holder, 'beat' | 'token' | 'formatVersion'>,
  linkInto: Link = link,
): Promise<OwnLock | null> {
  const token = randomBytes(16).toString('hex');
  const text = JSON.stringify({ beat: beatText(0), formatVersion: 1, token, ...about });
  const aside = asideName(file);
  const handle = await open(aside, 'wx').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT')
      throw new Problem('file', `The folder ${path.dirname(file)} is gone. It may have been moved.`, error.message);
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
    // A server may answer a repeated request with "exists" although it carried out the first one (NFS, open(2)).
    if (code === 'EEXIST' && (await readLock(file))?.holder?.token === token) {
      linked = true;
      return own(handle, token);
    }
    if (code === 'EEXIST' || code === 'ENOENT') return null;
    if (!saysNoLinks.has(code ?? '')) throw error;
    return await createExclusively(file, text, token);
  } finally {
    if (!linked) await handle.close();
    await rm(aside, { force: true });
  }
}

/** What link(2) says on exFAT and FAT (EPERM), SMB (EOPNOTSUPP), FUSE (ENOSYS), Windows (EISDIR) and Android (EACCES). */
const saysNoLinks = new Set(['EPERM', 'EOPNOTSUPP', 'ENOTSUP', 'ENOSYS', 'EISDIR', 'EACCES', 'EINVAL', 'EMLINK']);

/**
 * On file systems without links: created exclusively, then filled. Whoever reads in between finds an empty file, which counts
 * as somebody's until it has not changed for a minute.
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
    await rm(file, { force: true }); // Ours: an exclusive create made it a moment ago.
    throw error;
  }
  // A process that slept for a minute between the two steps was taken for dead.
  if ((await readLock(file))?.holder?.token === token) return own(handle, token);
  await handle.close();
  return null;
}

function own(handle: FileHandle, token: string): OwnLock {
  let beats = 0;
  return {
    token,
    // Through the handle: after a takeover this writes into a file that has no name any more.
    beat: async () => {
      await handle.write(beatText(++beats), BEAT_POSITION);
      await handle.datasync();
    },
    close: () => handle.close(),
  };
}
