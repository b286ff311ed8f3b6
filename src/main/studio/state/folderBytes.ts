import { lstat } from 'node:fs/promises';
import path from 'node:path';
import { entriesOf } from '../../pipeline/storage/entriesOf.ts';

/** Entries per turn of the event loop, so that a cache of 100,000 files does not block the studio. */
const AT_ONCE = 32;

/** Files in a folder and its subfolders. Does not follow links, and skips what has vanished or cannot be read. */
export async function* filesBelow(folder: string): AsyncGenerator<string> {
  const folders = [folder];
  for (let place = folders.pop(); place !== undefined; place = folders.pop())
    for await (const entry of entriesOf(place)) {
      if (entry.isDirectory()) folders.push(path.join(place, entry.name));
      else if (entry.isFile()) yield path.join(place, entry.name);
    }
}

export async function folderBytes(folder: string): Promise<number> {
  let total = 0;
  let asked: Promise<number>[] = [];
  const add = async (): Promise<void> => {
    for (const size of await Promise.all(asked)) total += size;
    asked = [];
  };
  for await (const file of filesBelow(folder)) {
    asked.push(
      lstat(file).then(
        ({ size }) => size,
        () => 0,
      ),
    );
    if (asked.length >= AT_ONCE) await add();
  }
  await add();
  return total;
}
