import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { withZip } from '../../pipeline/storage/zipArchive.ts';

/** Far above the size of any engine package (TensorFlow's 214 MB are the largest), far below what fills a disk. */
const RULES = { maxBytes: 8 * 2 ** 30, maxEntries: 100_000, portable: false };
/** Mode of files from a zip that was made on a system without permission bits. */
const USUAL_MODE = 0o644;

/**
 * Unpacks the files of a zip for which `target` returns a path inside `folder`. Throws a Problem if the archive is not
 * a zip or contains links or duplicate names.
 */
export function unzip(archive: string, folder: string, target: (name: string) => string | null): Promise<void> {
  return withZip(archive, RULES, async (entries) => {
    for (const entry of entries) {
      const name = target(entry.name);
      if (name === null) continue;
      const file = path.join(folder, name);
      await mkdir(path.dirname(file), { recursive: true });
      await pipeline(await entry.open(), createWriteStream(file, { mode: entry.mode || USUAL_MODE }));
    }
  });
}
