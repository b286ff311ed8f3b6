import { readFile } from 'node:fs/promises';
import type { Sharp } from 'sharp';
import type { AugmentationConfig } from '../../../shared/config.ts';
import { message } from '../../../shared/message.ts';
import { Problem } from '../../../shared/problem.ts';
import { augment } from './augment.ts';
import { drawAugmentation } from './drawAugmentation.ts';
import { decodeImage } from './decode.ts';
import { sharp } from './imageLibrary.ts';
import { letterbox } from './letterbox.ts';
import { openImage, requireSupported, UnsupportedImage } from './openImage.ts';
import { quietly } from './quietRetry.ts';

/** Renders images for the screens with the code that training uses, so that they show what the model sees. */

const MAX_MEGAPIXELS = 200;
type Rgb = readonly [number, number, number];

/** JPEG whose longer side is at most `edge` pixels, upright, in sRGB. */
export const thumbnail = (file: string, edge: number): Promise<Uint8Array> =>
  shown(file, (image) =>
    image
      .resize(edge, edge, { fit: 'inside', withoutEnlargement: true })
      .flatten({ background: '#808080' })
      .toColourspace('srgb')
      .jpeg({ quality: 82 }),
  );

/** JPEG at full size, for formats that browsers do not show, such as TIFF. */
export const fullSize = (file: string): Promise<Uint8Array> =>
  shown(file, (image) => image.flatten({ background: '#808080' }).toColourspace('srgb').jpeg({ quality: 92 }));

/** Shows damaged images as far as they can be decoded. */
async function shown(file: string, draw: (image: Sharp) => Sharp): Promise<Uint8Array> {
  const bytes = await readFile(file);
  try {
    return await quietly(async () => {
      const kind = requireSupported(bytes);
      const image = await openImage(bytes, kind, { limit: MAX_MEGAPIXELS * 1e6, failOn: 'none' });
      return draw(image).toBuffer();
    });
  } catch (error) {
    const reason =
      error instanceof UnsupportedImage ? (error.reason ?? message('images.notAnImage')) : message('images.damaged');
    throw new Problem('data.imageNotShown', { reason }, (error as Error).message);
  }
}

/** PNG of exactly the pixels that the model gets. */
export async function letterboxed(file: string, size: number, paddingColor: Rgb): Promise<Uint8Array> {
  return png(await letterboxedPixels(file, size, paddingColor), size);
}

/** PNG of one training crop with these settings; each `draw` is another crop. */
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
