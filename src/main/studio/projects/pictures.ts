import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { PictureQuery } from '../../../shared/contract/contract.ts';
import { Problem } from '../../../shared/problem.ts';
import type { Imaging } from '../../jobs/imaging.ts';
import { looksLikeImage, mediaTypeOf } from '../../pipeline/data/imageFormats.ts';
import { imageKind } from '../../pipeline/data/imageKind.ts';
import { insideFolder } from '../../pipeline/storage/insideFolder.ts';
import { readRegularFile } from '../../pipeline/storage/regularFile.ts';
import { folderBytes } from '../state/folderBytes.ts';

/** Renders images of a project for the screens. Thumbnails are cached on disk, the rest is rendered on demand. */
export interface Pictures {
  read(projectFolder: string, imagePath: string, query: PictureQuery): Promise<{ bytes: Uint8Array; type: string }>;
  /** Returns a text that changes when the file does, from its time and size. Rejects as `read` does. */
  version(projectFolder: string, imagePath: string): Promise<string>;
  usage(): Promise<number>;
  clear(): Promise<number>;
}

/** The folder of the thumbnails in the cache. */
export const THUMBNAILS = 'thumbnails';

/** Empties the cache except for one folder and returns the bytes freed. All files in it can be recreated. */
export async function clearExcept(cacheFolder: string, kept: string): Promise<number> {
  const names = (await readdir(cacheFolder).catch(() => [])).filter((name) => name !== kept);
  const sizes = await Promise.all(names.map((name) => folderBytes(path.join(cacheFolder, name))));
  await Promise.all(names.map((name) => rm(path.join(cacheFolder, name), { recursive: true, force: true })));
  return sizes.reduce((a, b) => a + b, 0);
}

export function openPictures(
  cacheFolder: string,
  imaging: Imaging,
  /** Deletes the oldest files of a folder that grew. */
  shrink: (folder: string) => Promise<unknown>,
): Pictures {
  const folder = path.join(cacheFolder, THUMBNAILS);
  let sinceCleaning = 0;
  const keep = async (key: string, bytes: Uint8Array): Promise<void> => {
    const file = path.join(folder, key.slice(0, 2), key);
    await mkdir(path.dirname(file), { recursive: true });
    // Each write has a file name of its own, so that two requests for one thumbnail do not mix their bytes.
    const aside = `${file}.${process.pid}-${randomBytes(6).toString('hex')}.tmp`;
    try {
      await writeFile(aside, bytes);
      await rename(aside, file);
    } catch (error) {
      await rm(aside, { force: true });
      throw error;
    }
    if (++sinceCleaning >= 5000) {
      sinceCleaning = 0;
      await shrink(folder);
    }
  };
  return {
    read: async (projectFolder, imagePath, query) => {
      const { file, mtimeMs, size } = await imageFile(projectFolder, imagePath);
      if (query.kind === 'photo') {
        const bytes = await readRegularFile(file);
        // The type comes from the content, because the extension may be wrong. Other formats are converted to JPEG.
        const kind = imageKind(bytes);
        const type = kind.state === 'supported' ? mediaTypeOf(kind.format) : null;
        return type === null ? { bytes: await imaging.draw(file, query), type: 'image/jpeg' } : { bytes, type };
      }
      if (query.kind !== 'thumbnail') return { bytes: await imaging.draw(file, query), type: 'image/png' };
      const key = createHash('sha256')
        .update(JSON.stringify([file, mtimeMs, size, query.edge]))
        .digest('hex');
      const kept = await readRegularFile(path.join(folder, key.slice(0, 2), key)).catch(() => null);
      if (kept !== null) return { bytes: kept, type: 'image/jpeg' };
      const bytes = await imaging.draw(file, query);
      await keep(key, bytes).catch(() => undefined); // On a full disk thumbnails are only slower.
      return { bytes, type: 'image/jpeg' };
    },
    version: async (projectFolder, imagePath) => {
      const { mtimeMs, size } = await imageFile(projectFolder, imagePath);
      return `${mtimeMs.toString(36)}-${size.toString(36)}`;
    },
    usage: () => folderBytes(folder),
    clear: async () => {
      const bytes = await folderBytes(folder);
      await rm(folder, { recursive: true, force: true });
      return bytes;
    },
  };
}

async function imageFile(
  projectFolder: string,
  imagePath: string,
): Promise<{ file: string; mtimeMs: number; size: number }> {
  const file = imageOf(projectFolder, imagePath);
  const found = await stat(file);
  if (!found.isFile()) throw new Problem('file.imageNotRegular', { path: imagePath });
  return { file, mtimeMs: found.mtimeMs, size: found.size };
}

/** Refuses everything that is not an image inside the project folder. */
function imageOf(projectFolder: string, imagePath: string): string {
  if (!looksLikeImage(imagePath)) throw new Problem('file.notProjectImage', { path: imagePath });
  const file = insideFolder(projectFolder, imagePath);
  if (!existsSync(file)) throw new Problem('file.imageMissing', { path: imagePath });
  return file;
}
