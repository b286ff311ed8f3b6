import { hash } from 'node:crypto';
import { readFile, realpath, stat } from 'node:fs/promises';
import os from 'node:os';
import { Problem } from '../../../shared/problem.ts';
import { leavesFolder } from '../storage/insideFolder.ts';
import type { ImageFormat } from './imageFormats.ts';
import { imageKind } from './imageKind.ts';
import { sharp } from './imageLibrary.ts';
import { decodeWhole } from './openImage.ts';
import { quietly } from './quietRetry.ts';
import { loadScans, saveScans } from './scanCache.ts';

export type ImageFault = 'missing' | 'outside' | 'unreadable' | 'imageKind' | 'notAnImage' | 'truncated' | 'tooLarge';

/** What the bytes of an image file say; the same as long as the file's size and time of change are the same. */
export interface ImageScan {
  /** Bytes. */
  readonly size: number;
  /** Time of the last change, in milliseconds since 1970. */
  readonly mtimeMs: number;
  /** sha256, hex. */
  readonly hash: string;
  /** Upright size in pixels; 0 if the header cannot be read. */
  readonly width: number;
  readonly height: number;
  /** Null when the file is not an image that can be opened. */
  readonly format: ImageFormat | null;
  readonly fault: ImageFault | null;
  /** What the decoder said; for an image of another kind, the kind and the remedy. */
  readonly detail: string;
  /** A JPEG without its end marker, with all its rows: other programs may warn about it. */
  readonly endMarkerMissing: boolean;
}

/** A file that could not even be read has a fault and nothing else. */
export interface FailedScan {
  readonly fault: ImageFault;
  readonly detail: string;
}

export type ScanResult = ImageScan | FailedScan;

export interface ScanOptions {
  readonly maxMegapixels: number;
  /** Results are kept here for the next time; null keeps nothing. */
  readonly cacheFolder: string | null;
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

const saveEvery = 5000;

/**
 * Reads, hashes and decodes every file completely, in parallel. `files` are absolute paths; nothing outside `root` is opened.
 * Throws a Problem of kind 'cancelled' when the signal says so; what was scanned until then is kept.
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
    // Only speed is lost when this fails (a full disk, a read-only folder): the check itself goes on.
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
      if (unsaved >= saveEvery) {
        unsaved = 0;
        await save();
      }
    }
  };
  await Promise.all(Array.from({ length: Math.max(4, os.availableParallelism()) }, work));
  if (unsaved > 0) await save();
  if (signal?.aborted === true) throw new Problem('cancelled', 'The check was cancelled.');
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
    if (leavesFolder(realRoot, real)) return { fault: 'outside', detail: real };
    const status = await stat(real);
    const { size, mtimeMs } = status;
    if (!status.isFile()) return { fault: 'unreadable', detail: 'it is no file' };
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
    const missing = code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENAMETOOLONG';
    return { fault: missing ? 'missing' : 'unreadable', detail: message };
  }
}

type Decoded = Pick<ImageScan, 'width' | 'height' | 'format' | 'fault' | 'detail' | 'endMarkerMissing'>;

async function decode(bytes: Uint8Array, maxPixels: number): Promise<Decoded> {
  const unknown = { width: 0, height: 0, format: null, endMarkerMissing: false };
  if (bytes.length === 0) return { ...unknown, fault: 'truncated', detail: 'the file is empty' };
  const kind = imageKind(bytes);
  if (kind.state === 'unsupported') return { ...unknown, fault: 'imageKind', detail: kind.problem };
  if (kind.state === 'unknown') return { ...unknown, fault: 'notAnImage', detail: 'its content is not an image' };
  const metadata = await quietly(() => sharp(bytes, { limitInputPixels: false }).metadata()).catch(firstLine);
  if (typeof metadata === 'string') return { ...unknown, fault: 'truncated', detail: metadata };
  const { width, height } = metadata.autoOrient;
  const found = { width, height, format: kind.format, endMarkerMissing: false };
  if (width * height > maxPixels) return { ...found, fault: 'tooLarge', detail: '' };
  const whole = await quietly(() =>
    // All pixels are decoded; scaling while decoding (which JPEG can) only makes it faster.
    decodeWhole(bytes, kind, { limit: false, failOn: 'error' }, (image) =>
      image.resize(64, 64, { fit: 'inside' }).raw().toBuffer(),
    ),
  ).catch(firstLine);
  if (typeof whole === 'string') return { ...found, fault: 'truncated', detail: whole };
  return { ...found, fault: null, detail: '', endMarkerMissing: whole.endMarkerMissing };
}

const firstLine = (error: Error): string => error.message.split('\n')[0]!;
