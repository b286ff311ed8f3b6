import { readdir } from 'node:fs/promises';
import path from 'node:path';

/** Finds files that may have been meant by a wrong path: another case, or another ending. Folder listings are read once. */
export function createFinder(): (file: string) => Promise<string | null> {
  const listings = new Map<string, Promise<readonly string[]>>();
  return async (file) => {
    const { dir, base, name } = path.parse(file);
    const listing = listings.get(dir) ?? readdir(dir).catch(() => []);
    listings.set(dir, listing);
    const names = await listing;
    const plain = (text: string): string => text.normalize('NFC').toLowerCase();
    return (
      names.find((other) => plain(other) === plain(base)) ??
      names.find((other) => plain(path.parse(other).name) === plain(name)) ??
      null
    );
  };
}
