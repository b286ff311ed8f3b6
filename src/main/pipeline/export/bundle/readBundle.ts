import type { Dirent } from 'node:fs';
import { lstat, opendir, stat } from 'node:fs/promises';
import path from 'node:path';
import { Problem } from '../../../../shared/problem.ts';
import { readRegularFile } from '../../storage/regularFile.ts';
import { readEntry, withZip } from '../../storage/zipArchive.ts';
import { SUMS_FILE } from './manifest.ts';

export interface BundleContents {
  /** By path inside the bundle, with forward slashes. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** Paths of files that file managers leave behind; they were not read. */
  readonly ignored: readonly string[];
}

/** Several times the largest bundle, which is Lite4 (13 MB) with thousands of labels and their figures. */
const MOST_BYTES = 256 * 2 ** 20;
const MOST_FILES = 5000;

/** Files that macOS and Windows create on their own. */
const isSystemFile = (name: string): boolean =>
  /(^|\/)(__MACOSX(\/|$)|\._|\.DS_Store$|Thumbs\.db$|desktop\.ini$)/i.test(name);

/** A file that has not been read yet. */
interface UnreadFile {
  readonly name: string;
  read(): Promise<Uint8Array>;
}

/**
 * Reads a bundle's files from its folder or its .zip, whether or not they are in a folder of their own there. Throws a
 * Problem for anything that is not exactly one bundle or would not give the same files everywhere: links, repeated
 * names, several folders.
 */
export async function readBundle(bundle: string): Promise<BundleContents> {
  if ((await requireBundlePath(bundle)) === 'folder') return contentsOf(bundle, await filesIn(bundle));
  return withZip(bundle, { maxBytes: MOST_BYTES, maxEntries: MOST_FILES, portable: true }, (entries) =>
    contentsOf(
      bundle,
      entries.map((entry) => ({ name: entry.name, read: () => readEntry(entry) })),
    ),
  );
}

/** Throws a Problem unless the path is a folder or a regular file: reading a pipe would wait forever. */
export async function requireBundlePath(bundle: string): Promise<'folder' | 'file'> {
  const found = await stat(bundle).catch(() => null);
  if (found?.isDirectory()) return 'folder';
  if (found?.isFile()) return 'file';
  throw found === null ? new Problem('file.bundleMissing', { bundle }) : new Problem('file.bundleNotFile', { bundle });
}

async function contentsOf(bundle: string, found: readonly UnreadFile[]): Promise<BundleContents> {
  const sorted = [...found].sort((a, b) => (a.name < b.name ? -1 : 1));
  const kept = sorted.filter(({ name }) => !isSystemFile(name));
  const top = topOf(
    bundle,
    kept.map(({ name }) => name),
  );
  const files = new Map<string, Uint8Array>();
  for (const { name, read } of kept) files.set(name.slice(top.length), await read());
  return { files, ignored: sorted.filter(({ name }) => isSystemFile(name)).map(({ name }) => name) };
}

/** The folder that contains SHA256SUMS, with its slash. The bundle is its content; nothing may be outside it. */
function topOf(bundle: string, names: readonly string[]): string {
  const sums = names.filter((file) => path.posix.basename(file) === SUMS_FILE);
  const name = path.basename(bundle);
  const [one, other] = sums;
  if (one === undefined) throw new Problem('file.bundleUnknown', { bundle: name, sums: SUMS_FILE });
  if (other !== undefined) throw new Problem('file.bundlesSeveral', { bundle: name, one, other });
  const top = one.slice(0, -SUMS_FILE.length);
  const outside = names.find((file) => !file.startsWith(top));
  if (outside !== undefined)
    throw new Problem('file.bundleFileOutside', {
      bundle: name,
      file: JSON.stringify(outside),
      folder: JSON.stringify(top),
    });
  return top;
}

/** Limits counts and sizes before reading anything, because the folder may be any folder. */
async function filesIn(folder: string): Promise<UnreadFile[]> {
  const found: UnreadFile[] = [];
  let entries = 0;
  let bytes = 0;
  const add = async (entry: Dirent): Promise<void> => {
    const file = path.join(entry.parentPath, entry.name);
    const name = path.relative(folder, file).split(path.sep).join('/');
    if (++entries > MOST_FILES) throw new Problem('file.bundleManyFiles', { folder, most: MOST_FILES });
    if (entry.isDirectory()) return walk(file);
    if (entry.isSymbolicLink()) throw new Problem('file.bundleLink', { file: name });
    if (!entry.isFile()) throw new Problem('file.bundleSpecialFile', { file: name });
    const { size } = await lstat(file);
    bytes += size;
    if (bytes > MOST_BYTES) throw new Problem('file.bundleTooLarge', { folder, most: MOST_BYTES / 2 ** 20 });
    found.push({ name, read: () => readRegularFile(file) });
  };
  const walk = async (at: string): Promise<void> => {
    for await (const entry of await opendir(at)) await add(entry);
  };
  await walk(folder);
  return found;
}
