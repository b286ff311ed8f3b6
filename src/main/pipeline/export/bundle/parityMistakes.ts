import { sharp } from '../../data/imageLibrary.ts';
import type { DecodedImage } from '../../data/decode.ts';
import { decodeBytes } from '../../data/decode.ts';
import { letterboxGeometry } from '../../data/letterbox.ts';
import { randomStream } from '../../../../shared/random.ts';
import type { PixelCause } from './causes.ts';

/*
 * What an image's letterboxed pixels look like after each known mistake. A bundle has samples of them, so that its
 * check programs can tell which mistake an app's pixels come from without making the mistakes themselves.
 */

type Color = readonly [number, number, number];
/** Weights of source positions for one target position; they add up to 1. */
type Taps = (source: number, target: number, at: number) => readonly (readonly [position: number, weight: number])[];

const between = (position: number): ReturnType<Taps> => {
  const first = Math.floor(position);
  return [
    [first, 1 - (position - first)],
    [first + 1, position - first],
  ];
};
const halfPixel = (source: number, target: number, at: number): number => ((at + 0.5) * source) / target - 0.5;

const bilinear: Taps = (source, target, at) => between(halfPixel(source, target, at));

const scalers: Partial<Record<PixelCause, Taps>> = {
  nearest: (source, target, at) => [[Math.floor((at * source) / target), 1]],
  nearestCenter: (source, target, at) => [[Math.floor(((at + 0.5) * source) / target), 1]],
  area: (source, target, at) => (source <= target ? bilinear(source, target, at) : covered(source, target, at)),
  antialiased: (source, target, at) => {
    const reach = Math.max(1, source / target);
    const center = halfPixel(source, target, at);
    return weighted(center, reach, source, (distance) => Math.max(0, 1 - distance / reach));
  },
  cubic: (source, target, at) =>
    weighted(halfPixel(source, target, at), 2, null, (d) =>
      d <= 1 ? 1.25 * d ** 3 - 2.25 * d ** 2 + 1 : -0.75 * (d ** 3 - 5 * d ** 2 + 8 * d - 4),
    ),
  alignCorners: (source, target, at) => between(target === 1 ? 0 : (at * (source - 1)) / (target - 1)),
  topLeftPixels: (source, target, at) => between((at * source) / target),
};

/** The part of each source pixel that the target pixel covers. */
function covered(source: number, target: number, at: number): ReturnType<Taps> {
  const [from, to] = [(at * source) / target, ((at + 1) * source) / target];
  const taps: [number, number][] = [];
  for (let i = Math.floor(from); i < to; i++) taps.push([i, (Math.min(i + 1, to) - Math.max(i, from)) / (to - from)]);
  return taps;
}

/** Positions outside [0, source) are left out; with null they count as the nearest edge. */
function weighted(
  center: number,
  reach: number,
  source: number | null,
  weight: (distance: number) => number,
): ReturnType<Taps> {
  const taps: [number, number][] = [];
  for (let i = Math.ceil(center - reach); i <= center + reach; i++)
    if (source === null || (i >= 0 && i < source)) taps.push([i, weight(Math.abs(i - center))]);
  const sum = taps.reduce((total, [, w]) => total + w, 0);
  return taps.map(([i, w]) => [i, w / sum]);
}

const clampedByte = (x: number): number => Math.max(0, Math.min(255, Math.round(x)));

/** Scales one axis of [outer, source, inner] values. */
function scaledAxis(
  values: Float64Array,
  outer: number,
  source: number,
  target: number,
  inner: number,
  taps: Taps,
): Float64Array {
  const out = new Float64Array(outer * target * inner);
  for (let at = 0; at < target; at++)
    for (const [position, weight] of taps(source, target, at)) {
      const from = Math.max(0, Math.min(source - 1, position));
      for (let o = 0; o < outer; o++)
        for (let i = 0; i < inner; i++)
          out[(o * target + at) * inner + i]! += weight * values[(o * source + from) * inner + i]!;
    }
  return out;
}

function scaled({ rgb, width, height }: DecodedImage, newWidth: number, newHeight: number, taps: Taps): DecodedImage {
  const rows = scaledAxis(Float64Array.from(rgb), height, width, newWidth, 3, taps);
  const both = scaledAxis(rows, 1, height, newHeight, newWidth * 3, taps);
  return { width: newWidth, height: newHeight, rgb: Uint8Array.from(both, clampedByte) };
}

function placed(image: DecodedImage, size: number, left: number, top: number, padding: Color): Uint8Array {
  const out = Uint8Array.from({ length: size * size * 3 }, (_, i) => padding[i % 3]!);
  for (let y = 0; y < image.height; y++)
    out.set(image.rgb.subarray(y * image.width * 3, (y + 1) * image.width * 3), ((top + y) * size + left) * 3);
  return out;
}

interface Letterbox {
  readonly size: number;
  readonly padding: Color;
}

function boxed(image: DecodedImage, { size, padding }: Letterbox, taps: Taps = bilinear): Uint8Array {
  const { newWidth, newHeight, left, top } = letterboxGeometry(image.width, image.height, size);
  return placed(scaled(image, newWidth, newHeight, taps), size, left, top, padding);
}

const cropped = ({ rgb, width, height }: DecodedImage): DecodedImage => {
  const side = Math.min(width, height);
  const [left, top] = [(width - side) >> 1, (height - side) >> 1];
  const out = new Uint8Array(side * side * 3);
  for (let y = 0; y < side; y++)
    out.set(rgb.subarray(((top + y) * width + left) * 3, ((top + y) * width + left + side) * 3), y * side * 3);
  return { width: side, height: side, rgb: out };
};

/** Moves each pixel; `to` gives the source of a target. */
const moved = (
  { rgb, width, height }: DecodedImage,
  from: (x: number, y: number) => readonly [number, number],
): DecodedImage => ({
  width,
  height,
  rgb: Uint8Array.from(rgb, (_, i) => {
    const pixel = Math.floor(i / 3);
    const [x, y] = from(pixel % width, Math.floor(pixel / width));
    return rgb[(y * width + x) * 3 + (i % 3)]!;
  }),
});

/** Letterboxed pixels after each mistake in scaling and placing an image that was decoded right. */
function boxedWrong(image: DecodedImage, box: Letterbox): Partial<Record<PixelCause, Uint8Array>> {
  const { size, padding } = box;
  const { width, height } = image;
  const longer = Math.max(width, height);
  const { newWidth, newHeight } = letterboxGeometry(width, height, size);
  const fitted = scaled(image, newWidth, newHeight, bilinear);
  const floor = (side: number): number => Math.max(1, Math.floor((side * size) / longer));
  const lower = scaled(image, floor(width), floor(height), bilinear);
  const right = boxed(image, box);
  const padded = (color: Color): Uint8Array => boxed(image, { size, padding: color });
  return {
    ...Object.fromEntries(Object.entries(scalers).map(([cause, taps]) => [cause, boxed(image, box, taps)])),
    upsideDown: boxed(
      moved(image, (x, y) => [x, height - 1 - y]),
      box,
    ),
    mirrored: boxed(
      moved(image, (x, y) => [width - 1 - x, y]),
      box,
    ),
    stretched: scaled(image, size, size, bilinear).rgb,
    centerCrop: boxed(cropped(image), box),
    sizeFloor: placed(lower, size, (size - lower.width) >> 1, (size - lower.height) >> 1, padding),
    padBlack: padded([0, 0, 0]),
    padWhite: padded([255, 255, 255]),
    padGray: padded([128, 128, 128]),
    padGray114: padded([114, 114, 114]),
    atTopLeft: placed(fitted, size, 0, 0, padding),
    atBottomRight: placed(fitted, size, size - newWidth, size - newHeight, padding),
    bgr: right.map((_, i) => right[i + 2 - 2 * (i % 3)]!),
  };
}

/** The image after each mistake in decoding that its file allows. */
async function decodedWrong(bytes: Uint8Array, padding: Color): Promise<Partial<Record<PixelCause, DecodedImage>>> {
  const { orientation = 1, icc, space, hasAlpha } = await sharp(bytes).metadata();
  const stored = sharp(bytes);
  const wrong: Partial<Record<PixelCause, DecodedImage>> = {};
  const pixels = async (image: ReturnType<typeof sharp>): Promise<DecodedImage> => {
    const { data, info } = await image.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
    return { width: info.width, height: info.height, rgb: new Uint8Array(data) };
  };
  if (hasAlpha) {
    wrong.alphaDropped = await pixels(stored.clone().removeAlpha());
    wrong.alphaOverBlack = await pixels(stored.clone().flatten({ background: '#000' }));
    wrong.alphaOverWhite = await pixels(stored.clone().flatten({ background: '#fff' }));
  }
  if (space === 'cmyk') {
    const inks = await pixels(stored.clone().toColourspace('cmyk'));
    const rgb = Uint8Array.from({ length: inks.width * inks.height * 3 }, (_, i) => {
      const at = Math.floor(i / 3) * 4;
      return Math.round((inks.rgb[at + (i % 3)]! * inks.rgb[at + 3]!) / 255);
    });
    wrong.cmykInverted = { ...inks, rgb };
  } else if (icc !== undefined) {
    wrong.profileIgnored = await pixels(stored.clone().autoOrient().keepIccProfile());
  }
  if (orientation === 6) {
    wrong.exifIgnored = await pixels(stored.clone());
    const upright = await decodeBytes(bytes, { paddingColor: [...padding], maxMegapixels: 16 });
    wrong.turnedWrong = moved(upright, (x, y) => [upright.width - 1 - x, upright.height - 1 - y]);
  }
  return wrong;
}

/** Samples of the letterboxed pixels after each mistake, at the same places for all. */
export interface MistakeSamples {
  /** Positions in the letterboxed bytes. */
  readonly points: readonly number[];
  /** Only mistakes that change these points. */
  readonly samples: readonly { readonly cause: PixelCause; readonly values: Uint8Array }[];
}

const POINTS = 72;

export async function mistakeSamples(
  bytes: Uint8Array,
  right: Uint8Array,
  image: DecodedImage,
  box: Letterbox,
): Promise<MistakeSamples> {
  const decoded = Object.entries(await decodedWrong(bytes, box.padding));
  const wrong = {
    ...Object.fromEntries(decoded.map(([cause, other]) => [cause, boxed(other, box)])),
    ...boxedWrong(image, box),
  };
  const points = pointsOf(box.size, image);
  const samples = Object.entries(wrong).flatMap(([cause, pixels]) => {
    const values = Uint8Array.from(points, (at) => pixels[at]!);
    const mean = points.reduce((sum, at, i) => sum + Math.abs(values[i]! - right[at]!), 0) / points.length;
    return mean > LEAST_DIFFERENCE ? [{ cause: cause as PixelCause, values }] : [];
  });
  return { points, samples };
}

/** Smaller differences come from rounding, and would be taken for a mistake that was not made. */
const LEAST_DIFFERENCE = 0.75;

/** Two thirds inside the image and one third in the padding, if there is any; all three channels of each pixel. */
function pointsOf(size: number, { width, height }: DecodedImage): number[] {
  const { newWidth, newHeight, left, top } = letterboxGeometry(width, height, size);
  const draw = randomStream(1, 'parity points', width, height);
  const chosen = new Set<number>();
  const inside = Math.min((POINTS * 2) / 3, newWidth * newHeight);
  while (chosen.size < inside)
    chosen.add((top + Math.floor(draw() * newHeight)) * size + left + Math.floor(draw() * newWidth));
  while (chosen.size < Math.min(POINTS, size * size)) chosen.add(Math.floor(draw() * size * size));
  return [...chosen].sort((a, b) => a - b).flatMap((pixel) => [3 * pixel, 3 * pixel + 1, 3 * pixel + 2]);
}
