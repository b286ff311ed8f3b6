import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { entryNamed, readCatalog } from '../../src/main/studio/weights/catalog.ts';
import { fetchWeights } from '../../src/main/studio/weights/fetchWeights.ts';

/**
 * The student's pretrained weights, from the catalog's first source, so that a first training needs no network. They
 * are put in place only after the archive has matched its pinned checksum, so a file that is there is complete.
 */
export async function writeWeights(folder: string): Promise<void> {
  const entry = entryNamed(readCatalog(), 'google-lite1');
  const source = entry.sources[0]!;
  if (existsSync(path.join(folder, source.file))) return;
  mkdirSync(folder, { recursive: true });
  await fetchWeights(
    { ...entry, sources: [source] },
    { folder, proxy: null, signal: new AbortController().signal, onProgress: () => undefined },
  );
}
