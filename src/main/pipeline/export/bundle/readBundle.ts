import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { buffer } from 'node:stream/consumers';
import yauzl from 'yauzl';
import { Problem } from '../../../../shared/problem.ts';
import { readRegularFile } from '../../storage/regularFile.ts';

/** A bundle's files by path inside it, from its folder or from its .zip. Throws a Problem if neither is there. */
export async function readBundleFiles(bundle: string): Promise<Map<string, Uint8Array>> {
  const found = await stat(bundle).catch(() => null);
  if (found === null) throw new Problem('file', `${bundle} does not exist: name a bundle's folder or its .zip.`);
  return found.isDirectory() ? readFolder(bundle) : readZip(bundle);
}

async function readFolder(folder: string): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = path.join(entry.parentPath, entry.name);
    files.set(path.relative(folder, file).split(path.sep).join('/'), await readRegularFile(file));
  }
  return files;
}

/** Enough for any bundle; a zip that claims more is not one. */
const MOST_BYTES = 2 ** 31;

async function readZip(file: string): Promise<Map<string, Uint8Array>> {
  const broken = (error: unknown): Problem =>
    new Problem('file', `${file} is no bundle: it cannot be read as a zip. Copy it again.`, (error as Error).message);
  const zip = await (promisify(yauzl.open) as (file: string, options: yauzl.Options) => Promise<yauzl.ZipFile>)(file, {
    lazyEntries: true,
    autoClose: false,
  }).catch((error: unknown) => {
    throw broken(error);
  });
  const files = new Map<string, Uint8Array>();
  let bytes = 0;
  try {
    for await (const entry of entries(zip)) {
      if (entry.fileName.endsWith('/')) continue;
      bytes += entry.uncompressedSize;
      if (bytes > MOST_BYTES) throw new Error('it unpacks to more than 2 GB');
      const stream = await (
        promisify(zip.openReadStream.bind(zip)) as (entry: yauzl.Entry) => Promise<NodeJS.ReadableStream>
      )(entry);
      files.set(entry.fileName.slice(entry.fileName.indexOf('/') + 1), await buffer(stream));
    }
  } catch (error) {
    throw broken(error);
  } finally {
    zip.close();
  }
  return files;
}

async function* entries(zip: yauzl.ZipFile): AsyncGenerator<yauzl.Entry> {
  for (;;) {
    const entry = await new Promise<yauzl.Entry | null>((resolve, reject) => {
      zip.once('entry', resolve);
      zip.once('end', () => resolve(null));
      zip.once('error', reject);
      zip.readEntry();
    });
    zip.removeAllListeners();
    if (entry === null) return;
    yield entry;
  }
}
