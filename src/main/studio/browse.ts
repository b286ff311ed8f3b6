import { readdir } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { FolderListing } from '../../shared/contract/studio.ts';
import { Problem } from '../../shared/problem.ts';
import { looksLikeImage } from '../pipeline/data/separator.ts';

/** A folder to choose from, where there is no system dialog. Names only: no file is read. */
export async function listFolder(asked: string | null): Promise<FolderListing> {
  const folder = path.resolve(asked ?? os.homedir());
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: Error) => { throw new Problem('file', `${folder} cannot be opened.`, error.message); });
  const names = entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
  const parent = path.dirname(folder);
  return {
    folder,
    parent: parent === folder ? null : parent,
    folders: entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.')).map((entry) => entry.name).sort((a, b) => a.localeCompare(b)),
    images: names.filter(looksLikeImage).length,
    labelFiles: names.filter((name) => /^(train|val|test)\.txt$/.test(name)).sort(),
    files: names.filter((name) => /\.(csv|tsv|json|ya?ml|txt)$/i.test(name)).sort(),
  };
}
