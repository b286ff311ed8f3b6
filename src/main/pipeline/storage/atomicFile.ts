import { mkdir, open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { asideName } from './asideName.ts';

/**
 * Writes a file so that a reader sees either the old bytes or the new ones, whatever happens in between:
 * written aside in the same folder, fsynced, renamed over the old one, and the folder fsynced.
 * Makes the folder if needed. `mode` is the permissions that the file gets; null leaves them to the system. Leaves nothing behind when it fails; a full
 * disk surfaces as ENOSPC.
 */
export async function writeFileAtomic(
  file: string,
  data: Uint8Array | string,
  mode: number | null = null,
): Promise<void> {
  const aside = await writeAside(file, data, mode);
  try {
    await rename(aside, file);
  } catch (error) {
    await rm(aside, { force: true });
    throw error;
  }
  await syncFolder(path.dirname(file));
}

/** The first half of it: the content lies beside `file`, fsynced, under a name of its own, which is returned. */
export async function writeAside(file: string, data: Uint8Array | string, mode: number | null = null): Promise<string> {
  await mkdir(path.dirname(file), { recursive: true });
  const aside = asideName(file);
  try {
    const handle = await open(aside, 'wx', mode ?? undefined);
    try {
      await handle.writeFile(data);
      if (mode !== null) await handle.chmod(mode);
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    await rm(aside, { force: true });
    throw error;
  }
  return aside;
}

/** Makes a folder but none above it: a run whose project was moved meanwhile must not come back as an empty shell. */
export async function makeOneFolder(folder: string): Promise<void> {
  await mkdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
}

/** Makes a rename durable. Windows cannot open folders and needs no such thing. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
