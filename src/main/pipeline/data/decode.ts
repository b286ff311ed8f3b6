import { createHash } from 'node:crypto';
import { isMainThread } from 'node:worker_threads';
import { Problem } from '../../../shared/problem.ts';
import { readRegularFile } from '../storage/regularFile.ts';
import type { Decoded } from './openImage.ts';
import { decodeFully, requireSupported, UnsupportedImage } from './openImage.ts';
import { quietly } from './quietRetry.ts';

export interface DecodeOptions {
  /** Shown under transparent pixels, RGB 0..255. */
  readonly paddingColor: readonly [number, number, number];
  readonly maxMegapixels: number;
  /** sha256 that the file must have, hex; empty accepts any file. */
  readonly hash?: string;
}

/** Upright, 8-bit sRGB, row-major [height, width, 3]. */
export interface DecodedImage {
  readonly width: number;
  readonly height: number;
  readonly rgb: Uint8Array;
}

/**
 * Reads any supported image as pixels: applies the EXIF orientation, converts embedded profiles, CMYK, 16 bits and gray
 * to 8-bit sRGB, puts transparency over the padding color, and takes the first page of several. Throws a Problem that
 * names the file.
 */
export async function decodeImage(file: string, options: DecodeOptions): Promise<DecodedImage> {
  const bytes = await read(file);
  const { hash = '' } = options;
  if (hash !== '' && createHash('sha256').update(bytes).digest('hex') !== hash)
    throw new Problem('data.imageChanged', { file });
  try {
    const { value } = await quietly(() => decode(bytes, options));
    return value;
  } catch (error) {
    if (error instanceof UnsupportedImage && error.reason !== null)
      throw new Problem('data.imageUnsupported', { file, reason: error.reason });
    // Threads share the messages of libvips and cannot wait for each other, so in a thread it may be about another
    // file.
    throw new Problem('data.imageDamaged', { file }, isMainThread ? (error as Error).message : undefined);
  }
}

/** Decodes an image in memory like `decodeImage`. Rejects with the decoder's own error. */
export const decodeBytes = async (bytes: Uint8Array, options: DecodeOptions): Promise<DecodedImage> =>
  (await decode(bytes, options)).value;

async function decode(
  bytes: Uint8Array,
  { paddingColor: [r, g, b], maxMegapixels }: DecodeOptions,
): Promise<Decoded<DecodedImage>> {
  const kind = requireSupported(bytes);
  return decodeFully(bytes, kind, { limit: maxMegapixels * 1e6, failOn: 'truncated' }, async (image) => {
    const { data, info } = await image
      .flatten({ background: { r, g, b } })
      .toColourspace('srgb')
      .removeAlpha()
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    if (info.channels !== 3) throw new Error(`${info.channels} channels`);
    return { width: info.width, height: info.height, rgb: new Uint8Array(data.buffer, data.byteOffset, data.length) };
  });
}

async function read(file: string): Promise<Uint8Array> {
  try {
    return await readRegularFile(file);
  } catch (error) {
    throw new Problem('file.imageUnreadable', { file }, (error as Error).message);
  }
}
