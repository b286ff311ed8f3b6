import { rm, stat } from 'node:fs/promises';
import { mapBounded } from './bounded.ts';
import { filesBelow } from './filesBelow.ts';

/** Removes the oldest files below a folder until the others fit. Returns the bytes of those that are left. */
export async function shrinkFolder(folder: string, maxBytes: number): Promise<number> {
  const paths: string[] = [];
  for await (const file of filesBelow(folder)) paths.push(file);
  const files = await mapBounded(paths, async (file) => {
    const { size, mtimeMs } = await stat(file).catch(() => ({ size: 0, mtimeMs: Infinity }));
    return { file, size, mtimeMs };
  });
  files.sort((a, b) => a.mtimeMs - b.mtimeMs);
  let total = files.reduce((sum, { size }) => sum + size, 0);
  for (const { file, size } of files) {
    if (total <= maxBytes) break;
    await rm(file, { force: true });
    total -= size;
  }
  return total;
}
