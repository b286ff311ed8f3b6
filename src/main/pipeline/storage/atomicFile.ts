import { mkdir, open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { asideName } from './asideName.ts';

/**
 * Writes a file so that a reader sees either the old bytes or the new ones, even after a crash: it is written aside in
 * the same folder, synced and renamed over the old one, and the folder is synced. Creates the folder if needed. `mode`
 * sets the file's permissions; null leaves them to the system. Leaves nothing behind when it fails; a full disk is
 * ENOSPC.
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

/** Writes and syncs the content under a hidden name beside `file`, and returns that name for the later rename. */
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

/** Creates a folder but not its parents: a run whose project was moved must not reappear as an empty folder. */
export async function makeOneFolder(folder: string): Promise<void> {
  await mkdir(folder).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  });
}

/** Makes a rename durable. Windows cannot open folders and does not need it. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
