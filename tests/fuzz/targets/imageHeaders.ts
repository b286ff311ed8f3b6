import { writeFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { decodeImage } from '../../../src/main/pipeline/data/decode.ts';
import { scanImages } from '../../../src/main/pipeline/data/scanImages.ts';
import type { Target } from '../target.ts';

/** Both ways from an image file to its pixels: the check of a dataset and the decoder of training. */
export default async function open(folder: string): Promise<Target> {
  const file = path.join(folder, 'in.jpg');
  const noise = Uint8Array.from({ length: 24 * 16 * 3 }, (_, i) => (i * 37) % 256);
  const image = sharp(noise, { raw: { width: 24, height: 16, channels: 3 } });
  const formats = ['jpeg', 'png', 'webp', 'gif', 'tiff', 'avif'] as const;
  return {
    seeds: await Promise.all(formats.map((format) => image.clone().toFormat(format).toBuffer())),
    pieces: [],
    read: async (bytes) => {
      writeFileSync(file, bytes);
      await scanImages(folder, [file], { maxMegapixels: 10, cacheFolder: null });
      await decodeImage(file, { paddingColor: [0, 0, 0], maxMegapixels: 10 });
    },
  };
}
