import type { Dirent } from 'node:fs';
import { opendir } from 'node:fs/promises';

/** Entries that are looked at in one turn of the event loop: a folder of 100,000 files holds nobody up. */
const AT_ONCE = 32;

/** What lies in a folder, a few at a time. Nothing where it cannot be read, or is removed meanwhile. */
export async function* entriesOf(folder: string): AsyncGenerator<Dirent> {
  const entries = await opendir(folder, { bufferSize: AT_ONCE }).catch(() => null);
  if (entries === null) return;
  try {
    for await (const entry of entries) yield entry;
  } catch {
    /* the folder was removed while it was read */
  }
}
