import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { isAbandoned } from './asideName.ts';
import { fateOf } from './holder.ts';
import { GUARD_ENDING, readLock } from './lockFile.ts';

/** Written by earlier versions when they took over a lock. */
const OLD_STALE_LOCK = /\.(json|lock)\.stale-\d+$/;
/** Bundles that were being written: export/.<name>.partial/ and its .zip. Only the holder of the run's lock writes them. */
const PARTIAL_BUNDLE = /^\..+\.partial(\.zip)?$/;

/**
 * Removes what killed processes left in a folder: files that never got their name, guards of locks, halves of bundles. What a
 * living process of this machine writes stays. Call it under the folder's lock: processes of other machines cannot be looked
 * up, and under the lock they have no business here.
 */
export async function removeLeftovers(folder: string, { recursive }: { recursive: boolean }): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true, recursive }).catch(() => []);
  for (const entry of entries) {
    const place = path.join(entry.parentPath, entry.name);
    const left =
      PARTIAL_BUNDLE.test(entry.name) ||
      (entry.isFile() &&
        (isAbandoned(entry.name) || OLD_STALE_LOCK.test(entry.name) || (await isDeadGuard(entry.name, place))));
    // What cannot be removed does no harm; the next sweep tries again.
    if (left) await rm(place, { recursive: true, force: true }).catch(() => undefined);
  }
}

async function isDeadGuard(name: string, place: string): Promise<boolean> {
  if (!name.startsWith('.') || !name.endsWith(GUARD_ENDING)) return false;
  const holder = (await readLock(place).catch(() => null))?.holder ?? null;
  return holder !== null && fateOf(holder) === 'gone';
}
