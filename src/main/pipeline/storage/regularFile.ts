import { constants } from 'node:fs';
import type { Stats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';

/** What `readRegularFile` rejects with for a FIFO, a socket, a device or a folder. */
export class NotARegularFile extends Error {
  readonly code = 'ENOTREG';
  constructor(file: string) {
    super(`${file} is not a regular file but a folder, a pipe or a device.`);
  }
}

/**
 * Reads a file that somebody else put there. Opening a FIFO waits for a writer, and does so in one of the few threads
 * that do all file work of the process: a handful of them stop it for good. Opened without waiting, they are told
 * apart from files. https://man7.org/linux/man-pages/man2/open.2.html, O_NONBLOCK. Windows has no such flag and no
 * such files.
 */
export async function readRegularFile(file: string): Promise<Buffer> {
  const handle = await openRegularFile(file);
  try {
    return await handle.readFile();
  } finally {
    await handle.close();
  }
}

/** The same, open, for who reads a part of it at a time. */
export async function openRegularFile(file: string): Promise<FileHandle> {
  const handle = await open(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    requireRegular(await handle.stat(), file);
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** The same as text, in UTF-8. */
export const readRegularText = async (file: string): Promise<string> => (await readRegularFile(file)).toString('utf8');

/** Throws for what is not a file with content of its own. */
function requireRegular(found: Stats, file: string): void {
  if (!found.isFile()) throw new NotARegularFile(file);
}
