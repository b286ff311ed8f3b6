import type { Sharp } from 'sharp';
import { sharp } from '../../data/imageLibrary.ts';
import { randomStream } from '../../../../shared/random.ts';

/**
 * Drawn images that each expose a mistake in an app's preprocessing, whatever the model was trained on. They keep the
 * encodings that apps meet: orientation and color profile are in the file, not applied.
 */
export interface ParityImage {
  readonly name: string;
  readonly extension: 'png' | 'jpg';
  readonly bytes: Uint8Array;
  /**
   * Mean difference per byte that correct decoders may have. 0 where every decoder gives the same pixels; JPEG decoders
   * and color conversions round differently, and few libraries convert CMYK with a profile.
   */
  readonly tolerance: number;
}

/** Their names and order in every bundle. */
export const DRAWN_IMAGES = [
  { name: 'odd-size', extension: 'png' },
  { name: 'half-pixel', extension: 'png' },
  { name: 'one-pixel-wide', extension: 'png' },
  { name: 'large-noise', extension: 'png' },
  { name: 'borders', extension: 'png' },
  { name: 'red-blue', extension: 'png' },
  { name: 'exif-6', extension: 'jpg' },
  { name: 'p3-exif-6', extension: 'jpg' },
  { name: 'alpha', extension: 'png' },
  { name: 'cmyk', extension: 'jpg' },
] as const;
export const THRESHOLD_IMAGES = [
  { name: 'threshold-at', extension: 'png' },
  { name: 'threshold-below', extension: 'png' },
] as const;

const JPEG_TOLERANCE = 3;
const CMYK_TOLERANCE = 25;

type Draw = (x: number, y: number) => readonly [number, number, number];
const FULL = 255;

function drawn(width: number, height: number, draw: Draw): Sharp {
  const rgb = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) rgb.set(draw(x, y), (y * width + x) * 3);
  return sharp(rgb, { raw: { width, height, channels: 3 } });
}

/** Waves of different lengths per channel, with a fine grain that shows how an image was scaled. */
const waves: Draw = (x, y) => {
  const wave = (a: number, b: number): number =>
    Math.round(110 + 90 * Math.sin(a * x + b * y) + ((x * 7 + y * 13) % 50));
  return [wave(0.21, 0.07), wave(-0.05, 0.29), wave(0.33, -0.17)];
};

const png = async (image: Sharp): Promise<Uint8Array> => image.png({ compressionLevel: 9 }).toBuffer();
const jpeg = { quality: 95, chromaSubsampling: '4:4:4' } as const;

/** A width that makes the scaled height end in .5 for every odd height: twice the size over one of its odd divisors. */
export function halfWidth(size: number): number {
  let divisor = 1;
  for (let odd = 1; odd <= size; odd += 2) if (size % odd === 0 && (2 * size) / odd >= 40) divisor = odd;
  return (2 * size) / divisor;
}

/** A white F on dark red: no turn or mirroring leaves it unchanged. */
const letterF =
  (width: number, height: number): Draw =>
  (x, y) => {
    const [u, v] = [x / width, y / height];
    const inside =
      u > 0.25 && u < 0.8 && v > 0.1 && v < 0.9 && (u < 0.42 || v < 0.25 || (v > 0.45 && v < 0.58 && u < 0.7));
    return inside ? [240, 240, 230] : [120, 30 + Math.round(60 * v), 40];
  };

/** Images with EXIF 6 are stored lying on their side: turning them clockwise makes them upright. */
const lying = async (image: Sharp): Promise<Sharp> => {
  const { data, info } = await image.rotate(-90).raw().toBuffer({ resolveWithObject: true });
  return sharp(data, { raw: { width: info.width, height: info.height, channels: 3 } }).withMetadata({ orientation: 6 });
};

async function bilevelNoise(size: number): Promise<Uint8Array> {
  const [width, height] = [4 * size + 9, Math.floor(1.3 * size) | 1];
  const draw = randomStream(1, 'parity noise');
  const gray = Uint8Array.from({ length: width * height }, () => (draw() < 0.5 ? 0 : FULL));
  const image = sharp(gray, { raw: { width, height, channels: 1 } });
  return image.png({ compressionLevel: 9, palette: true, colours: 2, dither: 0 }).toBuffer();
}

async function transparent(): Promise<Uint8Array> {
  const [width, height] = [90, 64];
  const rgba = new Uint8Array(width * height * 4);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      rgba.set([(x * 11) % 256, 200, 255 - ((y * 9) % 200), Math.round((FULL * x) / (width - 1))], (y * width + x) * 4);
  return png(sharp(rgba, { raw: { width, height, channels: 4 } }));
}

/** Black and gray ink on white, which conversions with and without a profile agree on most. */
const ink: Draw = (x, y) => {
  const dark = (Math.floor(x / 20) + Math.floor(y / 20)) % 3;
  return dark === 0 ? [FULL, FULL, FULL] : dark === 1 ? [0, 0, 0] : [150, 150, 150];
};

/** Colors far from gray, which Display P3 and sRGB store with different numbers. */
const vivid: Draw = (x, y) => [x < 60 ? 230 : 40, y < 45 ? 220 : 30, (x + y) % 90 < 45 ? 30 : 200];

export async function parityImages(size: number): Promise<ParityImage[]> {
  const exact = async (name: string, image: Sharp): Promise<ParityImage> => ({
    name,
    extension: 'png',
    bytes: await png(image),
    tolerance: 0,
  });
  const edge: Draw = (x, y) =>
    x < 4 || x >= 116 || y < 4 || y >= 44 ? [FULL, x < 60 ? 0 : FULL, y < 24 ? FULL : 0] : waves(x, y);
  return [
    await exact('odd-size', drawn(97, 61, waves)),
    await exact('half-pixel', drawn(halfWidth(size), 61, waves)),
    await exact(
      'one-pixel-wide',
      drawn(1, 3 * size, (_, y) => waves(0, y)),
    ),
    { name: 'large-noise', extension: 'png', bytes: await bilevelNoise(size), tolerance: 0 },
    await exact('borders', drawn(120, 48, edge)),
    await exact(
      'red-blue',
      drawn(72, 72, (x, y) => (x < 36 ? [250, 20, y] : [10, y, 240])),
    ),
    {
      name: 'exif-6',
      extension: 'jpg',
      bytes: await (await lying(drawn(80, 128, letterF(80, 128)))).jpeg(jpeg).toBuffer(),
      tolerance: JPEG_TOLERANCE,
    },
    {
      name: 'p3-exif-6',
      extension: 'jpg',
      bytes: await (await lying(drawn(120, 90, vivid))).withIccProfile('p3').jpeg(jpeg).toBuffer(),
      tolerance: JPEG_TOLERANCE,
    },
    { name: 'alpha', extension: 'png', bytes: await transparent(), tolerance: 1 },
    {
      name: 'cmyk',
      extension: 'jpg',
      bytes: await drawn(100, 80, ink).toColourspace('cmyk').jpeg(jpeg).toBuffer(),
      tolerance: CMYK_TOLERANCE,
    },
  ];
}
