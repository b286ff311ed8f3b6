import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';

/** Returns the image that a wrong path may have meant, relative to the project; null when nothing is similar. */
export type PathFinder = (named: string) => Promise<string | null>;

/**
 * Tries another case, another extension, and the path without its first folders. Each folder is listed only once,
 * because a moved data set makes thousands of paths wrong at a time.
 */
export function createPathFinder(project: string): PathFinder {
  const listings = new Map<string, Promise<readonly string[]>>();
  return async (named) => {
    const { dir, base, name } = path.parse(path.resolve(project, named));
    const listing = listings.get(dir) ?? readdir(dir).catch(() => []);
    listings.set(dir, listing);
    const names = await listing;
    const plain = (text: string): string => text.normalize('NFC').toLowerCase();
    const near =
      names.find((other) => plain(other) === plain(base)) ??
      names.find((other) => plain(path.parse(other).name) === plain(name));
    return near === undefined ? withoutFirstFolders(project, named) : path.posix.join(path.posix.dirname(named), near);
  };
}

function withoutFirstFolders(project: string, named: string): string | null {
  const parts = named.split('/');
  const tails = parts.slice(1).map((_, i) => parts.slice(i + 1).join('/'));
  return tails.find((tail) => tail !== '' && existsSync(path.join(project, tail))) ?? null;
}
