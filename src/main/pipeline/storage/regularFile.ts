import { constants } from 'node:fs';
import type { Stats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';
import { Problem } from '../../../shared/problem.ts';

/**
 * Reads a file that somebody else provided. Opening a FIFO normally waits for a writer, in one of the few threads that
 * do all file work of the process, so a handful of them would block it forever. With O_NONBLOCK
 * (https://man7.org/linux/man-pages/man2/open.2.html) the open returns at once and FIFOs can be refused. Windows has
 * neither the flag nor such files.
 */
export async function readRegularFile(file: string): Promise<Buffer> {
  const handle = await openRegularFile(file);
  try {
    return await handle.readFile();
  } finally {
    await handle.close();
  }
}

/** Opens the file for callers that read it in parts. */
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

export const readRegularText = async (file: string): Promise<string> => (await readRegularFile(file)).toString('utf8');

function requireRegular(found: Stats, file: string): void {
  if (!found.isFile()) throw new Problem('file.notRegular', { file });
}
