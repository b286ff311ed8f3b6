import { lstatSync, realpathSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { Problem } from '../../../shared/problem.ts';

/**
 * Whether an absolute path is not inside the folder (the folder itself is not inside either). Symbolic links are not
 * followed.
 */
export function leavesFolder(folder: string, file: string): boolean {
  const relative = path.relative(folder, file);
  return relative === '' || relative.split(path.sep)[0] === '..' || path.isAbsolute(relative);
}

/**
 * Where a name leads inside a folder, links followed: the one way from a name that a project, a run or a request gives
 * to a file that is
 * read or written. A file that does not exist yet stands where its folder really is. Throws a Problem if the name
 * leaves the folder.
 */
export function insideFolder(folder: string, name: string): string {
  const outside = new Problem(
    'file',
    `${name} is outside ${folder}. Nothing outside it is read or written: move it in.`,
  );
  const root = realPlace(path.resolve(folder));
  const real = name.includes('\0') ? null : realPlace(path.resolve(folder, name));
  if (root === null || real === null || leavesFolder(root, real)) throw outside;
  return real;
}

/** Throws a Problem if anything in a folder is a link that leaves it: what is written there would end up elsewhere. */
export async function refuseLinksOut(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }))
    if (entry.isSymbolicLink()) insideFolder(folder, path.relative(folder, path.join(entry.parentPath, entry.name)));
}

/** Null for a link that leads nowhere: to write there would make a file at a place of the link's choice. */
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
