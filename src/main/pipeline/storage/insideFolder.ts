import { lstatSync, realpathSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { Problem } from '../../../shared/problem.ts';

/** True when an absolute path is outside the folder or the folder itself. Symbolic links are not followed. */
export function leavesFolder(folder: string, file: string): boolean {
  const relative = path.relative(folder, file);
  return relative === '' || relative.split(path.sep)[0] === '..' || path.isAbsolute(relative);
}

/**
 * Resolves a name inside a folder and follows links; a file that does not exist yet is resolved by its folder. Every
 * name that comes from a project, a run or a request must go through here before it is read or written. Throws a
 * Problem if it leads outside the folder.
 */
export function insideFolder(folder: string, name: string): string {
  const root = realPlace(path.resolve(folder));
  const real = name.includes('\0') ? null : realPlace(path.resolve(folder, name));
  if (root === null || real === null || leavesFolder(root, real))
    throw new Problem('file.outsideFolder', { name, folder });
  return real;
}

/** Throws a Problem if a folder contains a link that leads outside, because writes to it would end up elsewhere. */
export async function refuseLinksOut(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }))
    if (entry.isSymbolicLink()) insideFolder(folder, path.relative(folder, path.join(entry.parentPath, entry.name)));
}

/** Returns null for a link without a target, because writing to it would create a file wherever it points. */
function realPlace(file: string): string | null {
  try {
    return realpathSync(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT' && code !== 'ENOTDIR') return null;
    if (lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink() === true) return null;
    const above = path.dirname(file);
    const place = above === file ? null : realPlace(above);
    return place === null ? null : path.join(place, path.basename(file));
  }
}
