import type { Dirent } from 'node:fs';
import { opendir } from 'node:fs/promises';

/** Entries read per turn of the event loop, so that a folder of 100,000 files does not block it. */
const AT_ONCE = 32;

/** The entries of a folder, a few at a time. Ends early when the folder cannot be read or is removed. */
export async function* entriesOf(folder: string): AsyncGenerator<Dirent> {
  const entries = await opendir(folder, { bufferSize: AT_ONCE }).catch(() => null);
  if (entries === null) return;
  try {
    for await (const entry of entries) yield entry;
  } catch {
    /* the folder was removed while it was read */
  }
}
