import sharp from 'sharp';
import type { AugmentationConfig } from '../../../shared/config.ts';
import { augment } from './augment.ts';
import { drawAugmentation } from './drawAugmentation.ts';
import { decodeImage } from './decode.ts';
import { letterbox } from './letterbox.ts';

/** Pictures for people to look at, made by the code that training uses. */

const MAX_MEGAPIXELS = 200;
type Rgb = readonly [number, number, number];

/** JPEG whose longer side is at most `edge` pixels, upright, in sRGB. */
export async function thumbnail(file: string, edge: number): Promise<Uint8Array> {
  return sharp(file, { failOn: 'none', limitInputPixels: MAX_MEGAPIXELS * 1e6, sequentialRead: true })
    .rotate()
    .resize(edge, edge, { fit: 'inside', withoutEnlargement: true })
    .flatten({ background: '#808080' })
    .toColourspace('srgb')
    .jpeg({ quality: 82 })
    .toBuffer();
}

/** A format that every browser shows, at full size: for TIFF and the like. */
export const photo = (file: string): Promise<Uint8Array> =>
  sharp(file, { failOn: 'none', limitInputPixels: MAX_MEGAPIXELS * 1e6 })
    .rotate()
    .toColourspace('srgb')
    .jpeg({ quality: 92 })
    .toBuffer();

/** Exactly the pixels that the model gets, as PNG. */
export async function letterboxed(file: string, size: number, paddingColor: Rgb): Promise<Uint8Array> {
  return png(await letterboxedPixels(file, size, paddingColor), size);
}

/** One training crop of the picture with these settings, as PNG; `draw` numbers the crops. */
export async function augmented(
  file: string,
  size: number,
  paddingColor: Rgb,
  settings: AugmentationConfig,
  draw: number,
): Promise<Uint8Array> {
  const pixels = await letterboxedPixels(file, size, paddingColor);
  const out = new Uint8Array(pixels.length);
  augment(pixels, size, drawAugmentation(settings, 1, draw, 0), paddingColor, out, 0);
  return png(out, size);
}

async function letterboxedPixels(file: string, size: number, paddingColor: Rgb): Promise<Uint8Array> {
  const { rgb, width, height } = await decodeImage(file, { paddingColor, maxMegapixels: MAX_MEGAPIXELS });
  return letterbox(rgb, width, height, size, paddingColor);
}

const png = (pixels: Uint8Array, size: number): Promise<Uint8Array> =>
  sharp(pixels, { raw: { width: size, height: size, channels: 3 } })
    .png({ compressionLevel: 3 })
    .toBuffer();
