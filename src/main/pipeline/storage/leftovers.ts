import { rm } from 'node:fs/promises';
import path from 'node:path';
import { isAbandoned } from './asideName.ts';
import { entriesOf } from './entriesOf.ts';
import { holderState } from './holder.ts';
import { GUARD_ENDING, readLock } from './lockFile.ts';

/** Earlier versions left these when they took over a lock. */
const OLD_STALE_LOCK = /\.(json|lock)\.stale-\d+$/;
/** Unfinished bundles: export/.<name>.partial/ and its .zip. Only the holder of the run's lock writes them. */
const PARTIAL_BUNDLE = /^\..+\.partial(\.zip)?$/;

/**
 * Removes what killed processes left in a folder: files that were never renamed, guards of locks, unfinished bundles.
 * Files of running processes on this machine stay. Call it only under the folder's lock, because processes on other
 * machines cannot be looked up and the lock keeps them out.
 */
export async function removeLeftovers(folder: string, { recursive }: { recursive: boolean }): Promise<void> {
  // A file that cannot be removed does no harm; the next call tries again.
  for (const place of await findLeftovers(folder, { recursive }))
    await rm(place, { recursive: true, force: true }).catch(() => undefined);
}

export async function findLeftovers(folder: string, { recursive }: { recursive: boolean }): Promise<string[]> {
  const left: string[] = [];
  for await (const entry of entriesOf(folder)) {
    const { name } = entry;
    const place = path.join(folder, name);
    const abandoned =
      entry.isFile() && (isAbandoned(name) || OLD_STALE_LOCK.test(name) || (await isDeadGuard(name, place)));
    if (abandoned || PARTIAL_BUNDLE.test(name)) left.push(place);
    else if (recursive && entry.isDirectory()) left.push(...(await findLeftovers(place, { recursive })));
  }
  return left;
}

async function isDeadGuard(name: string, place: string): Promise<boolean> {
  if (!name.startsWith('.') || !name.endsWith(GUARD_ENDING)) return false;
  const holder = (await readLock(place).catch(() => null))?.holder ?? null;
  return holder !== null && holderState(holder) === 'gone';
}
