import path from 'node:path';
import { entriesOf } from './entriesOf.ts';

/** Files in a folder and its subfolders. Does not follow links, and skips what has vanished or cannot be read. */
export async function* filesBelow(folder: string): AsyncGenerator<string> {
  const folders = [folder];
  for (let place = folders.pop(); place !== undefined; place = folders.pop())
    for await (const entry of entriesOf(place)) {
      if (entry.isDirectory()) folders.push(path.join(place, entry.name));
      else if (entry.isFile()) yield path.join(place, entry.name);
    }
}
