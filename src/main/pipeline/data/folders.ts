import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';

/**
 * Finds the image that a wrong path may have meant: another case, another ending, or a path that begins one folder
 * further up. Returns it relative to the project. Folder listings are read once.
 */
export function createFinder(project: string): (named: string) => Promise<string | null> {
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
