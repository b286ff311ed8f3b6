import { statfs } from 'node:fs/promises';
import { Problem } from '../../../shared/problem.ts';

/** Throws Problem 'diskFull' where a folder's disk has less than that many bytes left. */
export async function requireRoom(folder: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize < bytes)
    throw new Problem(
      'diskFull',
      `${folder} has ${((bavail * bsize) / 1e6).toFixed(0)} MB free; ${(bytes / 1e6).toFixed(0)} MB are needed.`,
    );
}
