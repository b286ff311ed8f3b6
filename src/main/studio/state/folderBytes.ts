import { lstat } from 'node:fs/promises';
import { filesBelow } from '../../pipeline/storage/filesBelow.ts';

/** Entries per turn of the event loop, so that a cache of 100,000 files does not block the studio. */
const AT_ONCE = 32;

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
