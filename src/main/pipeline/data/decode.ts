import { createHash } from 'node:crypto';

import sharp from 'sharp';
import { Problem } from '../../../shared/problem.ts';
import { readRegularFile } from '../storage/regularFile.ts';

/** Goes up whenever the same file would give other pixels: the pixel cache is keyed by it. */
export const DECODER = `1, sharp ${sharp.versions.sharp}, libvips ${sharp.versions.vips}`;

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
 * Any image file as pixels: EXIF orientation applied, embedded profiles and CMYK converted to sRGB, 16 bits and grey to 8-bit RGB,
 * transparency over the padding colour, the first page of several. Throws a Problem that names the file.
 */
export async function decodeImage(
  file: string,
  { paddingColor: [r, g, b], maxMegapixels, hash = '' }: DecodeOptions,
): Promise<DecodedImage> {
  const bytes = await read(file);
  if (hash !== '' && createHash('sha256').update(bytes).digest('hex') !== hash) {
    throw new Problem(
      'data',
      `${file} has changed since the run began. Put the old file back and resume, or start a new run.`,
    );
  }
  try {
    const image = sharp(bytes, { failOn: 'truncated', limitInputPixels: maxMegapixels * 1e6 }).autoOrient();
    const { data, info } = await image
      .flatten({ background: { r, g, b } })
      .toColourspace('srgb')
      .removeAlpha()
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    if (info.channels !== 3) throw new Error(`${info.channels} channels`);
    return { width: info.width, height: info.height, rgb: new Uint8Array(data.buffer, data.byteOffset, data.length) };
  } catch (error) {
    throw new Problem(
      'data',
      `${file} cannot be decoded: it is damaged, cut off, too large or no image. Replace it, or take its line out of the label file.`,
      (error as Error).message,
    );
  }
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
