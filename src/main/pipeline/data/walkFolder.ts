import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { Problem } from '../../../shared/problem.ts';
import { mapBounded } from '../storage/bounded.ts';
import { looksLikeImage } from './imageFormats.ts';

export interface FolderFiles {
  /** Relative to the folder, with forward slashes, sorted. */
  readonly files: readonly string[];
  /** Image names that were passed over: hidden files and what archives and disks leave behind. */
  readonly litter: readonly string[];
  /** Symbolic links to folders, and links named like images, which are not followed. */
  readonly links: readonly string[];
  /** Folders that this user may not list. */
  readonly closed: readonly string[];
  /** Folders of `skipped` that are there. */
  readonly skipped: readonly string[];
}

/** Folders of archive programs, network disks and recycle bins: their copies of images are not the user's. */
const litterFolders = new Set([
  '__macosx',
  '@eadir',
  '#recycle',
  '$recycle.bin',
  'system volume information',
  'lost+found',
]);

const isLitter = (name: string): boolean => name.startsWith('.') || litterFolders.has(name.toLowerCase());

/** All files below a folder. `skipped` names folders directly in it that are not entered. */
export async function walkFolder(root: string, skipped: ReadonlySet<string> = new Set()): Promise<FolderFiles> {
  const found = {
    files: [] as string[],
    litter: [] as string[],
    links: [] as string[],
    closed: [] as string[],
    skipped: [] as string[],
  };
  let level: { folder: string; litter: boolean }[] = [{ folder: '', litter: false }];
  while (level.length > 0) {
    const listings = await mapBounded(level, ({ folder }) => list(root, folder));
    const next: typeof level = [];
    for (const [i, entries] of listings.entries()) {
      const { folder, litter: inLitter } = level[i]!;
      if (entries === null) {
        if (!inLitter) found.closed.push(folder);
        continue;
      }
      for (const entry of entries) {
        const name = folder === '' ? entry.name : `${folder}/${entry.name}`;
        const litter = inLitter || isLitter(entry.name);
        if (entry.isDirectory()) {
          // Hidden folders, such as .git, may be huge: only known litter is entered, to count the images in it.
          const hidden = entry.name.startsWith('.');
          if (folder === '' && skipped.has(entry.name)) found.skipped.push(name);
          else if (!hidden) next.push({ folder: name, litter });
        } else if (entry.isSymbolicLink()) {
          if (!litter) found.links.push(name);
        } else if (entry.isFile()) {
          if (!litter) found.files.push(name);
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
    // A folder may be closed to this user, or deleted while the walk is under way.
    if (folder !== '' && (code === 'EACCES' || code === 'EPERM')) return null;
    if (folder !== '' && code === 'ENOENT') return [];
    throw new Problem('file', `The folder ${path.join(root, folder)} cannot be read.`, message);
  }
}
