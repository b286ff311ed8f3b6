import { readdir, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { FolderListing } from '../../../shared/contract/studio.ts';
import { Problem } from '../../../shared/problem.ts';
import { looksLikeImage } from '../../pipeline/data/imageFormats.ts';
import { entriesOf } from '../../pipeline/storage/entriesOf.ts';

/** Lists a folder for the folder chooser, which browsers need because they have no system dialog. Reads no file. */
export async function listFolder(asked: string | null): Promise<FolderListing> {
  const folder = path.resolve(asked ?? os.homedir());
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    throw new Problem('file.folderUnreadable', { folder }, (error as Error).message);
  });
  const names = entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
  const parent = path.dirname(folder);
  return {
    folder,
    parent: parent === folder ? null : parent,
    folders: entries
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
      .map((entry) => entry.name)
      .sort((a, b) => a.localeCompare(b)),
    images: names.filter(looksLikeImage).length,
    labelFiles: names.filter((name) => /^(train|val|test)\.txt$/.test(name)).sort(),
    files: names.filter((name) => /\.(csv|tsv|json|ya?ml|txt)$/i.test(name)).sort(),
  };
}

/** Limits of the search for a dropped folder. People keep their photos near the top. */
const MOST_FOLDERS = 20_000;
const DEEPEST = 4;

/** Finds folders with this name that contain the given files, the topmost first. Reads no file. */
export async function findFolder(
  name: string,
  files: readonly { name: string; bytes: number }[],
  roots: readonly string[],
): Promise<string[]> {
  const found: string[] = [];
  const seen = new Set<string>();
  let level = [...new Set(roots.map((root) => path.resolve(root)))];
  for (let depth = 0; depth <= DEEPEST && level.length > 0; depth++) {
    const next: string[] = [];
    for (const folder of level) {
      if (seen.has(folder) || seen.size >= MOST_FOLDERS) continue;
      seen.add(folder);
      if (path.basename(folder) === name && (await contains(folder, files))) found.push(folder);
      for await (const entry of entriesOf(folder))
        if (entry.isDirectory() && !entry.name.startsWith('.') && entry.name !== 'node_modules')
          next.push(path.join(folder, entry.name));
    }
    level = next;
  }
  return found;
}

async function contains(folder: string, files: readonly { name: string; bytes: number }[]): Promise<boolean> {
  const same = await Promise.all(
    files.map(({ name, bytes }) =>
      stat(path.join(folder, path.basename(name))).then(
        ({ size }) => size === bytes,
        () => false,
      ),
    ),
  );
  return same.every(Boolean);
}
