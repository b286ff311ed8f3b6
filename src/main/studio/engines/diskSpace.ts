import { statfs } from 'node:fs/promises';
import { Problem } from '../../../shared/problem.ts';

/** Throws a Problem 'diskFull' if a folder's disk has less free space than `bytes`. */
export async function requireSpace(folder: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize < bytes)
    throw new Problem('diskFull.space', {
      folder,
      freeMegabytes: (bavail * bsize) / 1e6,
      neededMegabytes: bytes / 1e6,
    });
}
