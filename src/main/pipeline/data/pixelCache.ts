import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import { shrinkFolder } from '../storage/shrinkFolder.ts';
import { DECODER } from './openImage.ts';

/**
 * Keeps letterboxed pixels on disk, one file per image and size, so that no image is decoded twice. Everything in it
 * can be computed again: a damaged or missing file is a cache miss, and on a full disk nothing more is written.
 */
export interface PixelCache {
  /** uint8 RGB [size, size, 3]; null on a cache miss. */
  read(key: string, size: number): Promise<Uint8Array | null>;
  write(key: string, pixels: Uint8Array): Promise<void>;
}

/** Hashes everything that the pixels depend on: the file's bytes, the decoder, the letterbox. */
export function pixelKey(hash: string, size: number, paddingColor: readonly number[]): string {
  return createHash('sha256')
    .update(JSON.stringify([hash, DECODER, size, paddingColor]))
    .digest('hex');
}

const CHECKSUM_BYTES = 4;
const fileOf = (folder: string, key: string): string => path.join(folder, key.slice(0, 2), key);

/** At most `allowance` bytes are written. */
export function openPixelCache(folder: string, allowance: number): PixelCache {
  let remaining = allowance;
  let writes = 0;
  return {
    read: async (key, size) => {
      const bytes = await readFile(fileOf(folder, key)).catch(() => null);
      if (bytes === null || bytes.length !== size * size * 3 + CHECKSUM_BYTES) return null;
      const pixels = bytes.subarray(0, -CHECKSUM_BYTES);
      return crc32(pixels) === bytes.readUInt32LE(pixels.length) ? pixels : null;
    },
    write: async (key, pixels) => {
      const size = pixels.length + CHECKSUM_BYTES;
      if (size > remaining) return;
      remaining -= size;
      const bytes = Buffer.alloc(size);
      bytes.set(pixels);
      bytes.writeUInt32LE(crc32(pixels), pixels.length);
      const file = fileOf(folder, key);
      const aside = `${file}.${process.pid}-${allowance}-${writes++}.tmp`;
      try {
        await mkdir(path.dirname(file), { recursive: true });
        await writeFile(aside, bytes);
        await rename(aside, file);
      } catch {
        remaining = 0; // The disk is full or read-only: training continues without caching more.
        await rm(aside, { force: true }).catch(() => undefined);
      }
    },
  };
}

/** Clearing removes files until this share of the bound is in use, so that it does not run again at once. */
const CLEARED_TO = 0.8;

/** Removes the oldest files when the cache is nearly full; returns how many bytes may be written. */
export async function makeRoom(folder: string, maxBytes: number): Promise<number> {
  return Math.max(0, maxBytes - (await shrinkFolder(folder, maxBytes * CLEARED_TO)));
}
