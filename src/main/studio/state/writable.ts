import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Problem } from '../../../shared/problem.ts';

/** Rejects with a Problem if the folder cannot be written. Asking for permissions would not find a read-only disk. */
export async function requireWritable(folder: string): Promise<void> {
  const trial = path.join(folder, `.${process.pid}.tmp`);
  try {
    await makeFolder(folder);
    await writeFile(trial, '');
    await rm(trial);
  } catch (error) {
    // A full disk stops no start: what is there can still be read, and space be freed.
    if (codeOf(error) === 'ENOSPC') return;
    throw new Problem('file.stateNotWritable', { folder }, (error as Error).message);
  }
}

const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code;

/** Node's own recursive mkdir never returns where the system answers ENOENT for a parent that exists, as in /proc. */
async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder);
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return;
    const parent = path.dirname(folder);
    if (codeOf(error) !== 'ENOENT' || existsSync(parent)) throw error;
    await makeFolder(parent);
    await mkdir(folder);
  }
}
