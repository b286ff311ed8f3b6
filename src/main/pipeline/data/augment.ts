import type { Affine } from './affine.ts';
import type { AugmentationStep } from '../../../shared/config.ts';
import type { Augmentation } from './drawAugmentation.ts';
import type { ColourMatrix } from './colour.ts';
import { identityColour } from './colour.ts';

type Rgb = readonly [number, number, number];

/**
 * Letterboxed pixels, uint8 RGB [size, size, 3], augmented into `out` at `start`. What lies outside the picture has the padding
 * colour (before a change of colours that comes later, as the letterbox's own padding has). Integers all the way: this runs for every training image.
 */
export function augment(
  pixels: Uint8Array,
  size: number,
  augmentation: Augmentation,
  paddingColor: Rgb,
  out: Uint8Array,
  start: number,
): void {
  const result = out.subarray(start, start + size * size * 3);
  const { order, place } = augmentation;
  const at = order.indexOf('place');
  // Moving reads one picture and writes another: what comes before it needs a copy.
  const source = at === 0 ? pixels : Uint8Array.from(pixels);
  for (const pass of order.slice(0, at)) apply(pass, source, size, augmentation);
  warp(source, size, place, paddingColor, result);
  for (const pass of order.slice(at + 1)) apply(pass, result, size, augmentation);
}

function apply(
  pass: AugmentationStep,
  pixels: Uint8Array,
  size: number,
  { colour, posterizeBits, solarizeFrom, noise, noiseSeed, erased }: Augmentation,
): void {
  if (pass === 'color' && colour.some((value, i) => value !== identityColour[i])) recolour(pixels, colour);
  if (pass === 'color' && (posterizeBits < 8 || solarizeFrom < 256))
    lookUp(pixels, toneTable(posterizeBits, solarizeFrom));
  if (pass === 'noise' && noise > 0) addNoise(pixels, noise, noiseSeed);
  if (pass === 'erase' && erased !== null) erase(pixels, size, erased);
}

/** Places are in 1/65536 of a pixel, the weights of the four neighbours in 1/256: at 800 px an error of 0.006 pixels at most. */
const PLACE_BITS = 16,
  WEIGHT_SHIFT = PLACE_BITS - 8;
const UNIT = 2 ** PLACE_BITS;

function warp(
  pixels: Uint8Array,
  size: number,
  { xx, xy, x0, yx, yy, y0 }: Affine,
  padding: Rgb,
  out: Uint8Array,
): void {
  const last = size - 1;
  const line = size * 3;
  // Place of the first pixel, and how far it moves with each column and row.
  const first = 0.5 / size - 0.5;
  const [du, dv] = [Math.round(xx * UNIT), Math.round(yx * UNIT)];
  let at = 0;
  for (let row = 0; row < size; row++) {
    const y = (row + 0.5) / size - 0.5;
    let u = Math.round(((xx * first + xy * y + x0 + 0.5) * size - 0.5) * UNIT);
    let v = Math.round(((yx * first + yy * y + y0 + 0.5) * size - 0.5) * UNIT);
    for (let column = 0; column < size; column++) {
      const left = u >> PLACE_BITS,
        top = v >> PLACE_BITS;
      const right = (u >> WEIGHT_SHIFT) & 255,
        down = (v >> WEIGHT_SHIFT) & 255;
      if (left >= 0 && top >= 0 && left < last && top < last) {
        const a = (top * size + left) * 3;
        const b = a + line;
        const keepX = 256 - right,
          keepY = 256 - down;
        out[at] =
          ((pixels[a]! * keepX + pixels[a + 3]! * right) * keepY +
            (pixels[b]! * keepX + pixels[b + 3]! * right) * down +
            32768) >>
          16;
        out[at + 1] =
          ((pixels[a + 1]! * keepX + pixels[a + 4]! * right) * keepY +
            (pixels[b + 1]! * keepX + pixels[b + 4]! * right) * down +
            32768) >>
          16;
        out[at + 2] =
          ((pixels[a + 2]! * keepX + pixels[a + 5]! * right) * keepY +
            (pixels[b + 2]! * keepX + pixels[b + 5]! * right) * down +
            32768) >>
          16;
      } else {
        border(pixels, size, left, top, right, down, padding, out, at);
      }
      at += 3;
      u += du;
      v += dv;
    }
  }
}

/** The same where a neighbour lies outside. */
function border(
  pixels: Uint8Array,
  size: number,
  left: number,
  top: number,
  right: number,
  down: number,
  padding: Rgb,
  out: Uint8Array,
  at: number,
): void {
  for (let c = 0; c < 3; c++) {
    const value = (x: number, y: number): number =>
      x < 0 || y < 0 || x >= size || y >= size ? padding[c]! : pixels[(y * size + x) * 3 + c]!;
    const upper = value(left, top) * (256 - right) + value(left + 1, top) * right;
    const lower = value(left, top + 1) * (256 - right) + value(left + 1, top + 1) * right;
    out[at + c] = (upper * (256 - down) + lower * down + 32768) >> 16;
  }
}

/** Factors in 1/4096. */
const FACTOR_BITS = 12;

function recolour(pixels: Uint8Array, colour: ColourMatrix): void {
  const half = 1 << (FACTOR_BITS - 1);
  const m = Int32Array.from(colour, (value) => Math.round(value * (1 << FACTOR_BITS)));
  const [rr, rg, rb, r0, gr, gg, gb, g0, br, bg, bb, b0] = m as unknown as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  for (let i = 0; i < pixels.length; i += 3) {
    const r = pixels[i]!,
      g = pixels[i + 1]!,
      b = pixels[i + 2]!;
    pixels[i] = toByte((rr * r + rg * g + rb * b + r0 + half) >> FACTOR_BITS);
    pixels[i + 1] = toByte((gr * r + gg * g + gb * b + g0 + half) >> FACTOR_BITS);
    pixels[i + 2] = toByte((br * r + bg * g + bb * b + b0 + half) >> FACTOR_BITS);
  }
}

const toByte = (value: number): number => (value < 0 ? 0 : value > 255 ? 255 : value);

function toneTable(bits: number, solarizeFrom: number): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, value) => {
    const kept = value & (0xff << (8 - bits));
    return kept >= solarizeFrom ? 255 - kept : kept;
  });
}

function lookUp(pixels: Uint8Array, table: Uint8Array): void {
  for (let i = 0; i < pixels.length; i++) pixels[i] = table[pixels[i]!]!;
}

/** Standard deviation of the sum of four bytes: sqrt(4 * (256^2 - 1) / 12). */
const FOUR_BYTES = Math.sqrt((256 ** 2 - 1) / 3);

/** Gaussian up to the fourth moment or so: the sum of four bytes of a hash of the place (Irwin-Hall), exact and quick. */
function addNoise(pixels: Uint8Array, deviation: number, seed: number): void {
  const scale = Math.round((deviation / FOUR_BYTES) * 65536);
  for (let i = 0; i < pixels.length; i++) {
    // MurmurHash3's finalizer of a counter.
    let x = (seed + i) | 0;
    x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
    x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
    x ^= x >>> 16;
    const sum = (x & 255) + ((x >>> 8) & 255) + ((x >>> 16) & 255) + (x >>> 24) - 510;
    pixels[i] = toByte(pixels[i]! + ((sum * scale + 32768) >> 16));
  }
}

/** What the networks' input normalization takes to 0, as good as (DeVries & Taylor 2017, arXiv 1708.04552). */
const NOTHING = 127;

function erase(
  pixels: Uint8Array,
  size: number,
  { left, top, width, height }: NonNullable<Augmentation['erased']>,
): void {
  const [from, to] = [Math.round(left * size), Math.round((left + width) * size)];
  for (let row = Math.round(top * size); row < Math.round((top + height) * size); row++)
    pixels.fill(NOTHING, (row * size + from) * 3, (row * size + to) * 3);
}
