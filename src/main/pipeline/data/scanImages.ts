import { hash } from 'node:crypto';
import { readFile, realpath, stat } from 'node:fs/promises';
import os from 'node:os';
import { Problem } from '../../../shared/problem.ts';
import { leavesFolder } from '../storage/insideFolder.ts';
import { imageKind } from './imageKind.ts';
import { sharp } from './imageLibrary.ts';
import type { SupportedKind } from './openImage.ts';
import { decodeFully } from './openImage.ts';
import { quietly } from './quietRetry.ts';
import type { ImageScan } from './imageScan.ts';
import { loadScans, saveScans } from './scanCache.ts';

/** The result for a file whose bytes could not be read. */
export type FailedScan =
  | { readonly fault: 'missing'; readonly detail: null }
  | { readonly fault: 'outside'; readonly detail: null; readonly target: string }
  | { readonly fault: 'unreadable'; readonly detail: string | null; readonly isFile: boolean };

export type ScanResult = ImageScan | FailedScan;

export interface ScanOptions {
  readonly maxMegapixels: number;
  /** Results are kept here for the next check; null keeps nothing. */
  readonly cacheFolder: string | null;
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

const SAVE_EVERY = 5000;

/**
 * Reads, hashes and decodes every file completely, in parallel. `files` are absolute paths; nothing outside `root` is
 * opened. Throws a Problem of kind 'cancelled' when the signal is aborted; finished scans are kept.
 */
export async function scanImages(
  root: string,
  files: readonly string[],
  options: ScanOptions,
): Promise<Map<string, ScanResult>> {
  const { maxMegapixels, cacheFolder, onProgress, signal } = options;
  const realRoot = await realpath(root);
  const known = cacheFolder === null ? new Map<string, ImageScan>() : await loadScans(cacheFolder);
  const results = new Map<string, ScanResult>();
  const save = async (): Promise<void> => {
    // A failure (full disk, read-only folder) only makes the next check slower, so this check continues.
    if (cacheFolder !== null) await saveScans(cacheFolder, known).catch(() => undefined);
  };
  let next = 0;
  let unsaved = 0;
  const work = async (): Promise<void> => {
    while (next < files.length && signal?.aborted !== true) {
      const file = files[next++]!;
      const cached = known.get(file);
      const result = await scanImage(realRoot, file, cached, maxMegapixels * 1e6);
      results.set(file, result);
      if (result !== cached && 'hash' in result && result.fault !== 'tooLarge') {
        known.set(file, result);
        unsaved++;
      }
      onProgress?.(results.size, files.length);
      if (unsaved >= SAVE_EVERY) {
        unsaved = 0;
        await save();
      }
    }
  };
  await Promise.all(Array.from({ length: Math.max(4, os.availableParallelism()) }, work));
  if (unsaved > 0) await save();
  if (signal?.aborted === true) throw new Problem('cancelled.check');
  return results;
}

async function scanImage(
  realRoot: string,
  file: string,
  cached: ImageScan | undefined,
  maxPixels: number,
): Promise<ScanResult> {
  try {
    const real = await realpath(file);
    if (leavesFolder(realRoot, real)) return { fault: 'outside', detail: null, target: real };
    const status = await stat(real);
    const { size, mtimeMs } = status;
    if (!status.isFile()) return { fault: 'unreadable', detail: null, isFile: false };
    if (
      cached !== undefined &&
      cached.size === size &&
      cached.mtimeMs === mtimeMs &&
      cached.width * cached.height <= maxPixels
    )
      return cached;
    const bytes = await readFile(real);
    return { size, mtimeMs, hash: hash('sha256', bytes), ...(await decode(bytes, maxPixels)) };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENAMETOOLONG') return { fault: 'missing', detail: null };
    return { fault: 'unreadable', detail: message, isFile: true };
  }
}

type Decoded = Omit<ImageScan, 'size' | 'mtimeMs' | 'hash'>;

const unknown = {
  width: 0,
  height: 0,
  format: null,
  reason: null,
  detail: null,
  endMarkerMissing: false,
} as const satisfies Partial<Decoded>;

async function decode(bytes: Uint8Array, maxPixels: number): Promise<Decoded> {
  if (bytes.length === 0) return { ...unknown, fault: 'truncated' };
  const kind = imageKind(bytes);
  if (kind.state === 'unsupported') return { ...unknown, fault: 'imageKind', reason: kind.reason };
  if (kind.state === 'unknown') return { ...unknown, fault: 'notAnImage' };
  const whole = bytes.length <= SMALL_FILE ? await decodeAtOnce(bytes, kind, maxPixels) : null;
  return whole ?? decodeScaled(bytes, kind, maxPixels);
}

/**
 * Opening an image costs more than decoding a small one, so a small file is opened once: its size comes with its
 * pixels. Bytes; about half a megapixel of a usual JPEG.
 */
const SMALL_FILE = 100_000;

/** Null when anything is wrong; then the slower way finds out what. */
async function decodeAtOnce(bytes: Uint8Array, kind: SupportedKind, maxPixels: number): Promise<Decoded | null> {
  try {
    const { value, endMarkerMissing } = await quietly(() =>
      decodeFully(bytes, kind, { limit: maxPixels, failOn: 'error' }, async (image) => {
        const { info } = await image.raw().toBuffer({ resolveWithObject: true });
        return { width: info.width, height: info.height };
      }),
    );
    return { ...unknown, ...value, format: kind.format, fault: null, endMarkerMissing };
  } catch {
    return null;
  }
}

async function decodeScaled(bytes: Uint8Array, kind: SupportedKind, maxPixels: number): Promise<Decoded> {
  const metadata = await quietly(() => sharp(bytes, { limitInputPixels: false }).metadata()).catch(firstLine);
  if (typeof metadata === 'string') return { ...unknown, fault: 'truncated', detail: metadata };
  const { width, height } = metadata.autoOrient;
  const found = { ...unknown, width, height, format: kind.format };
  if (width * height > maxPixels) return { ...found, fault: 'tooLarge' };
  const decoded = await quietly(() =>
    // All pixels are decoded; a JPEG can be scaled while it is decoded, which is faster.
    decodeFully(bytes, kind, { limit: false, failOn: 'error' }, (image) =>
      image.resize(64, 64, { fit: 'inside' }).raw().toBuffer(),
    ),
  ).catch(firstLine);
  if (typeof decoded === 'string') return { ...found, fault: 'truncated', detail: decoded };
  return { ...found, fault: null, endMarkerMissing: decoded.endMarkerMissing };
}

const firstLine = (error: Error): string => error.message.split('\n')[0]!;
