import { rm } from 'node:fs/promises';
import path from 'node:path';
import { isAbandoned } from './asideName.ts';
import { entriesOf } from './entriesOf.ts';
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
  // What cannot be removed does no harm; the next sweep tries again.
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
  return holder !== null && fateOf(holder) === 'gone';
}
