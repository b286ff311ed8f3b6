import type { RandomStream } from '../../../../shared/random.ts';
import { allowSvg, sharp } from '../imageLibrary.ts';
import { between, chance } from './draws.ts';
import type { Scene } from './scene.ts';

export interface RenderedImage {
  readonly bytes: Buffer;
  readonly extension: 'jpg' | 'png';
}

/**
 * Rasterizes a scene, lights it (a gradient of light, contrast, grain) and encodes it, mostly as JPEG and sometimes as
 * PNG.
 */
export async function render(scene: Scene, stream: RandomStream): Promise<RenderedImage> {
  const { width, height } = scene;
  const blur = chance(stream, 0.3) ? between(stream, 0.4, 0.9) : 0;
  allowSvg();
  const drawn = sharp(Buffer.from(scene.svg)).flatten().removeAlpha().toColourspace('srgb');
  const pixels = await (blur > 0 ? drawn.blur(blur) : drawn).raw().toBuffer();
  light(pixels, width, height, stream);
  const image = sharp(pixels, { raw: { width, height, channels: 3 } });
  if (chance(stream, 0.15)) return { bytes: await image.png().toBuffer(), extension: 'png' };
  return { bytes: await image.jpeg({ quality: 88 }).toBuffer(), extension: 'jpg' };
}

/** Changes the RGB pixels in place. */
function light(pixels: Uint8Array, width: number, height: number, stream: RandomStream): void {
  const angle = between(stream, 0, 2 * Math.PI);
  const slope = between(stream, 0, 0.35);
  const level = between(stream, 0.75, 1.15);
  const contrast = between(stream, 0.75, 1.1);
  const tint = [0, 1, 2].map(() => between(stream, 0.93, 1.07));
  const grain = between(stream, 0, 14);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const along = ((x / width - 0.5) * Math.cos(angle) + (y / height - 0.5) * Math.sin(angle)) * slope;
      const noise = (stream() + stream() - 1) * grain;
      for (let channel = 0; channel < 3; channel++, i++) {
        const value = ((pixels[i]! - 128) * contrast + 128) * level * tint[channel]! * (1 + along) + noise;
        pixels[i] = Math.min(255, Math.max(0, Math.round(value)));
      }
    }
  }
}
