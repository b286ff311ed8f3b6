import { rm, stat } from 'node:fs/promises';
import { filesBelow } from './folderBytes.ts';

/** Removes the oldest files below a folder until the others fit. */
export async function shrinkFolder(folder: string, maxBytes: number): Promise<void> {
  const files: { file: string; size: number; mtimeMs: number }[] = [];
  for await (const file of filesBelow(folder)) {
    const found = await stat(file).catch(() => null);
    if (found !== null) files.push({ file, size: found.size, mtimeMs: found.mtimeMs });
  }
  files.sort((a, b) => a.mtimeMs - b.mtimeMs);
  let total = files.reduce((sum, { size }) => sum + size, 0);
  for (const { file, size } of files) {
    if (total <= maxBytes) return;
    await rm(file, { force: true });
    total -= size;
  }
}
