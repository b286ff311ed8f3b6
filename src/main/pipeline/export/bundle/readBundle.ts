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
  /** What file managers leave behind, by path: it was not read. */
  readonly ignored: readonly string[];
}

/** Several times the largest bundle: Lite4 (13 MB) with thousands of labels and their figures. */
const MOST_BYTES = 256 * 2 ** 20;
const MOST_FILES = 5000;

/** Of macOS and Windows: no person put it there. */
const isLitter = (name: string): boolean =>
  /(^|\/)(__MACOSX(\/|$)|\._|\.DS_Store$|Thumbs\.db$|desktop\.ini$)/i.test(name);

/** A file that is there to be read, not read yet. */
interface Found {
  readonly name: string;
  read(): Promise<Uint8Array>;
}

/**
 * A bundle's files, from its folder or its .zip, whether or not they lie in a folder of their own there. Throws a
 * Problem for what
 * is not one bundle and for what would not be the same files everywhere: links, doubled names, several folders.
 */
export async function readBundle(bundle: string): Promise<BundleContents> {
  if ((await requirePlace(bundle)) === 'folder') return contentsOf(bundle, await filesIn(bundle));
  return withZip(bundle, { maxBytes: MOST_BYTES, maxEntries: MOST_FILES, portable: true }, (entries) =>
    contentsOf(
      bundle,
      entries.map((entry) => ({ name: entry.name, read: () => readEntry(entry) })),
    ),
  );
}

/** Throws a Problem where there is neither a folder nor a file: a pipe would be waited for without end. */
export async function requirePlace(bundle: string): Promise<'folder' | 'file'> {
  const found = await stat(bundle).catch(() => null);
  if (found?.isDirectory()) return 'folder';
  if (found?.isFile()) return 'file';
  throw new Problem(
    'file',
    `${bundle} ${found === null ? 'does not exist' : 'is not a file'}: name a bundle's folder or its .zip.`,
  );
}

async function contentsOf(bundle: string, found: readonly Found[]): Promise<BundleContents> {
  const sorted = [...found].sort((a, b) => (a.name < b.name ? -1 : 1));
  const kept = sorted.filter(({ name }) => !isLitter(name));
  const top = topOf(
    bundle,
    kept.map(({ name }) => name),
  );
  const files = new Map<string, Uint8Array>();
  for (const { name, read } of kept) files.set(name.slice(top.length), await read());
  return { files, ignored: sorted.filter(({ name }) => isLitter(name)).map(({ name }) => name) };
}

/** The folder that holds SHA256SUMS, with its slash: the bundle is what lies in it, and nothing may lie beside it. */
function topOf(bundle: string, names: readonly string[]): string {
  const sums = names.filter((name) => path.posix.basename(name) === SUMS_FILE);
  if (sums.length === 0)
    throw new Problem(
      'file',
      `${path.basename(bundle)} is not a bundle: it has no ${SUMS_FILE}. Name a bundle's folder or its .zip.`,
    );
  if (sums.length > 1)
    throw new Problem(
      'file',
      `${path.basename(bundle)} holds several bundles, ${sums[0]} and ${sums[1]}. Name one of them.`,
    );
  const top = sums[0]!.slice(0, -SUMS_FILE.length);
  const beside = names.find((name) => !name.startsWith(top));
  if (beside !== undefined)
    throw new Problem(
      'file',
      `${path.basename(bundle)} has ${JSON.stringify(beside)} beside the bundle's folder ${JSON.stringify(top)}.`,
    );
  return top;
}

/** Counts and sizes are bounded before anything is read: the folder may be any folder. */
async function filesIn(folder: string): Promise<Found[]> {
  const found: Found[] = [];
  let entries = 0;
  let bytes = 0;
  const add = async (entry: Dirent): Promise<void> => {
    const file = path.join(entry.parentPath, entry.name);
    const name = path.relative(folder, file).split(path.sep).join('/');
    if (++entries > MOST_FILES)
      throw new Problem('file', `${folder} has more than ${MOST_FILES} files: name a bundle's folder.`);
    if (entry.isDirectory()) return walk(file);
    if (entry.isSymbolicLink()) throw new Problem('file', `${name} is a link; links are not read.`);
    if (!entry.isFile()) throw new Problem('file', `${name} is neither a file nor a folder.`);
    const { size } = await lstat(file);
    bytes += size;
    if (bytes > MOST_BYTES)
      throw new Problem('file', `${folder} has more than ${MOST_BYTES / 2 ** 20} MB: name a bundle's folder.`);
    found.push({ name, read: () => readRegularFile(file) });
  };
  const walk = async (at: string): Promise<void> => {
    for await (const entry of await opendir(at)) await add(entry);
  };
  await walk(folder);
  return found;
}
