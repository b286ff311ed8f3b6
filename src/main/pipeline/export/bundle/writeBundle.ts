import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { access, mkdir, open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import yazl from 'yazl';
import { syncFolder, writeFileAtomic } from '../../storage/atomicFile.ts';
import { SUMS_FILE } from './manifest.ts';

export interface BundleFile {
  /** Path inside the bundle, with forward slashes. */
  readonly name: string;
  readonly data: Uint8Array;
}

export const sha256 = (data: Uint8Array): string => createHash('sha256').update(data).digest('hex');

/** SHA256SUMS in the format that `sha256sum -c` reads: hash, two spaces, path. */
const sums = (files: readonly BundleFile[]): BundleFile => ({
  name: SUMS_FILE,
  data: Buffer.from(files.map(({ name, data }) => `${sha256(data)}  ${name}\n`).join('')),
});

/**
 * Writes <folder>/<name>/ and <folder>/<name>.zip under temporary names, then renames them, so that a bundle is either
 * complete or absent. An older bundle of the same name is kept; the new one gets a number. Returns the bundle's
 * absolute folder.
 */
export async function writeBundle(folder: string, name: string, files: readonly BundleFile[]): Promise<string> {
  await mkdir(folder, { recursive: true });
  const all = [...files, sums(files)].sort((a, b) => (a.name < b.name ? -1 : 1));
  const target = await freeName(folder, name);
  const temporary = path.join(folder, `.${path.basename(target)}.partial`);
  try {
    await rm(temporary, { recursive: true, force: true });
    for (const { name: file, data } of all) await writeFileAtomic(path.join(temporary, ...file.split('/')), data);
    await writeZip(`${temporary}.zip`, path.basename(target), all);
    await rename(`${temporary}.zip`, `${target}.zip`);
    await rename(temporary, target);
    await syncFolder(folder);
    return target;
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    await rm(`${temporary}.zip`, { force: true });
    throw error;
  }
}

async function freeName(folder: string, name: string): Promise<string> {
  const taken = (file: string): Promise<boolean> =>
    access(file).then(
      () => true,
      () => false,
    );
  for (let attempt = 1; ; attempt++) {
    const target = path.resolve(folder, attempt === 1 ? name : `${name}-${attempt}`);
    if (!(await taken(target)) && !(await taken(`${target}.zip`))) return target;
  }
}

/** All entries have the same time, so that the same files give the same zip. */
const ENTRY_TIME = new Date(2000, 0, 1);

async function writeZip(file: string, top: string, files: readonly BundleFile[]): Promise<void> {
  const zip = new yazl.ZipFile();
  for (const { name, data } of files) zip.addBuffer(Buffer.from(data), `${top}/${name}`, { mtime: ENTRY_TIME });
  zip.end();
  await pipeline(zip.outputStream, createWriteStream(file));
  const handle = await open(file, 'r');
  await handle.sync().finally(() => handle.close());
}
