import { createHash } from 'node:crypto';
import { isMainThread } from 'node:worker_threads';
import { Problem } from '../../../shared/problem.ts';
import type { Whole } from './openImage.ts';
import { decodeWhole, openableKind, UnsupportedImage } from './openImage.ts';
import { quietly } from './quietRetry.ts';
import { readRegularFile } from '../storage/regularFile.ts';

export interface DecodeOptions {
  /** Under transparent pixels, RGB 0..255. */
  readonly paddingColor: readonly [number, number, number];
  readonly maxMegapixels: number;
  /** sha256 the file should have, hex; empty: any. */
  readonly hash?: string;
}

/** Upright, 8-bit sRGB, row-major [height, width, 3]. */
export interface DecodedImage {
  readonly width: number;
  readonly height: number;
  readonly rgb: Uint8Array;
}

/**
 * Reads any supported image as pixels: EXIF orientation applied, embedded profiles and CMYK converted to sRGB, 16 bits
 * and gray to 8-bit
 * RGB, transparency over the padding color, the first page of several. Throws a Problem that names the file.
 */
export async function decodeImage(file: string, options: DecodeOptions): Promise<DecodedImage> {
  const bytes = await read(file);
  const { hash = '' } = options;
  if (hash !== '' && createHash('sha256').update(bytes).digest('hex') !== hash) {
    throw new Problem(
      'data',
      `${file} has changed since the run began. Put the old file back and resume, or start a new run.`,
    );
  }
  try {
    const { value } = await quietly(() => decode(bytes, options));
    return value;
  } catch (error) {
    if (error instanceof UnsupportedImage && error.problem !== null)
      throw new Problem('data', `${file} cannot be used. ${error.problem}`);
    throw new Problem(
      'data',
      `${file} cannot be decoded: it is damaged, cut off, too large or not an image. Replace it, or delete its line in the label file.`,
      // Threads share libvips's messages as well, and cannot wait for each other: theirs may be about another file.
      isMainThread ? (error as Error).message : undefined,
    );
  }
}

async function decode(
  bytes: Uint8Array,
  { paddingColor: [r, g, b], maxMegapixels }: DecodeOptions,
): Promise<Whole<DecodedImage>> {
  const kind = openableKind(bytes);
  return decodeWhole(bytes, kind, { limit: maxMegapixels * 1e6, failOn: 'truncated' }, async (image) => {
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
    throw new Problem(
      'file',
      `${file} cannot be read: it is gone, or its disk is not connected. Put it back and resume.`,
      (error as Error).message,
    );
  }
}
