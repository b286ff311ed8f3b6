import { lstat } from 'node:fs/promises';
import path from 'node:path';
import { entriesOf } from '../../pipeline/storage/entriesOf.ts';

/** Files that are asked for at once. */
const AT_ONCE = 32;

/** Files below a folder, one by one, links not followed. What is gone meanwhile or cannot be read is passed over. */
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
