import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { Problem } from '../../../shared/problem.ts';
import { mapBounded } from '../storage/bounded.ts';
import { looksLikeImage } from './imageFormats.ts';

export interface FolderFiles {
  /** Relative to the folder, with forward slashes, sorted. */
  readonly files: readonly string[];
  /** Images that were skipped: hidden files, and copies that archive programs and disks leave behind. */
  readonly litter: readonly string[];
  /** Symbolic links to folders, and links named like images, which are not followed. */
  readonly links: readonly string[];
  /** Folders that this user has no permission to list. */
  readonly closed: readonly string[];
  /** Those of the folders to skip that exist. */
  readonly skipped: readonly string[];
}

/** Folders of archive programs, network disks and recycle bins, whose images are copies. */
const junkFolders = new Set([
  '__macosx',
  '@eadir',
  '#recycle',
  '$recycle.bin',
  'system volume information',
  'lost+found',
]);

const isJunk = (name: string): boolean => name.startsWith('.') || junkFolders.has(name.toLowerCase());

/** Lists all files below a folder. Folders directly in it whose names are in `skip` are not entered. */
export async function walkFolder(root: string, skip: ReadonlySet<string> = new Set()): Promise<FolderFiles> {
  const found = {
    files: [] as string[],
    litter: [] as string[],
    links: [] as string[],
    closed: [] as string[],
    skipped: [] as string[],
  };
  let level: { folder: string; junk: boolean }[] = [{ folder: '', junk: false }];
  while (level.length > 0) {
    const listings = await mapBounded(level, ({ folder }) => list(root, folder));
    const next: typeof level = [];
    for (const [i, entries] of listings.entries()) {
      const { folder, junk: inJunk } = level[i]!;
      if (entries === null) {
        if (!inJunk) found.closed.push(folder);
        continue;
      }
      for (const entry of entries) {
        const name = folder === '' ? entry.name : `${folder}/${entry.name}`;
        const junk = inJunk || isJunk(entry.name);
        if (entry.isDirectory()) {
          // Hidden folders, such as .git, may be huge. Other junk folders are entered, to count the images in them.
          const hidden = entry.name.startsWith('.');
          if (folder === '' && skip.has(entry.name)) found.skipped.push(name);
          else if (!hidden) next.push({ folder: name, junk });
        } else if (entry.isSymbolicLink()) {
          if (!junk) found.links.push(name);
        } else if (entry.isFile()) {
          if (!junk) found.files.push(name);
          else if (looksLikeImage(entry.name)) found.litter.push(name);
        }
      }
    }
    level = next;
  }
  return { ...found, files: found.files.sort(), litter: found.litter.sort(), links: found.links.sort() };
}

async function list(root: string, folder: string) {
  try {
    return await readdir(path.join(root, folder), { withFileTypes: true });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    // Below the root a folder may be unreadable, or deleted during the walk.
    if (folder !== '' && (code === 'EACCES' || code === 'EPERM')) return null;
    if (folder !== '' && code === 'ENOENT') return [];
    throw new Problem('file.folderUnreadable', { folder: path.join(root, folder) }, message);
  }
}
