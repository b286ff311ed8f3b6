import { randomBytes } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import path from 'node:path';

/**
 * Writes a file so that a reader sees either the old bytes or the new ones, whatever happens in between:
 * written aside in the same folder, fsynced, renamed over the old one, and the folder fsynced.
 * Makes the folder if needed. `mode`: the permissions that it gets; null leaves them to the system. Leaves nothing behind when it fails; a full disk surfaces as ENOSPC.
 */
export async function writeFileAtomic(
  file: string,
  data: Uint8Array | string,
  mode: number | null = null,
): Promise<void> {
  const folder = path.dirname(file);
  await mkdir(folder, { recursive: true });
  const aside = path.join(folder, `.${path.basename(file)}.${process.pid}.${randomBytes(4).toString('hex')}.tmp`);
  try {
    const handle = await open(aside, 'wx', mode ?? undefined);
    try {
      await handle.writeFile(data);
      if (mode !== null) await handle.chmod(mode);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(aside, file);
  } catch (error) {
    await rm(aside, { force: true });
    throw error;
  }
  await syncFolder(folder);
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
