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

/** Pictures for the screens: thumbnails kept on disk, the rest made when asked for. Only images inside the project's folder. */
export interface Pictures {
  read(projectFolder: string, imagePath: string, query: PictureQuery): Promise<{ bytes: Uint8Array; type: string }>;
  /** What changes when the file does: its time and size. Rejects as `read` does. */
  version(projectFolder: string, imagePath: string): Promise<string>;
  usage(): Promise<number>;
  clear(): Promise<number>;
}

/** Their folder inside the cache. */
export const THUMBNAILS = 'thumbnails';

/** Empties the cache but for one of its folders; returns the bytes that are free now. Whatever is in it can be made again, even while it is used. */
export async function clearExcept(cacheFolder: string, kept: string): Promise<number> {
  const names = (await readdir(cacheFolder).catch(() => [])).filter((name) => name !== kept);
  const sizes = await Promise.all(names.map((name) => folderBytes(path.join(cacheFolder, name))));
  await Promise.all(names.map((name) => rm(path.join(cacheFolder, name), { recursive: true, force: true })));
  return sizes.reduce((a, b) => a + b, 0);
}

export function openPictures(
  cacheFolder: string,
  imaging: Imaging,
  /** Frees room in a folder that grew. */ shrink: (folder: string) => Promise<unknown>,
): Pictures {
  const folder = path.join(cacheFolder, THUMBNAILS);
  let sinceCleaning = 0;
  const keep = async (key: string, bytes: Uint8Array): Promise<void> => {
    const file = path.join(folder, key.slice(0, 2), key);
    await mkdir(path.dirname(file), { recursive: true });
    // A name of its own for every write: two requests for one picture, or two studios, would tear a shared one.
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
        // By content: browsers are told the true type, and what is no image for them is drawn or refused by name.
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
      await keep(key, bytes).catch(() => undefined); // a full disk only costs speed
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
  if (!found.isFile()) throw new Problem('file', `${imagePath} is not an image file but a folder, a pipe or a device.`);
  return { file, mtimeMs: found.mtimeMs, size: found.size };
}

/** Nothing outside the folder and nothing but images is ever served. */
function imageOf(projectFolder: string, imagePath: string): string {
  if (!looksLikeImage(imagePath)) throw new Problem('file', `${imagePath} is no image of this project.`);
  const file = insideFolder(projectFolder, imagePath);
  if (!existsSync(file)) throw new Problem('file', `${imagePath} does not exist.`);
  return file;
}
