import type { Affine } from './affine.ts';
import type { AugmentationStep } from '../../../shared/config.ts';
import type { Augmentation } from './drawAugmentation.ts';
import type { ColorMatrix } from './color.ts';
import { identityColor } from './color.ts';

type Rgb = readonly [number, number, number];

/**
 * Augments letterboxed pixels, uint8 RGB [size, size, 3], into `out` at `start`. The area outside the image gets the
 * padding color; later color changes apply to it as they do to the letterbox's own padding. All arithmetic is in
 * integers, because this runs for every training image.
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
  // Warping reads one buffer and writes another, so passes before it work on a copy.
  const source = at === 0 ? pixels : Uint8Array.from(pixels);
  for (const pass of order.slice(0, at)) apply(pass, source, size, augmentation);
  warp(source, size, place, paddingColor, result);
  for (const pass of order.slice(at + 1)) apply(pass, result, size, augmentation);
}

function apply(
  pass: AugmentationStep,
  pixels: Uint8Array,
  size: number,
  { color, posterizeBits, solarizeFrom, noise, noiseSeed, erased }: Augmentation,
): void {
  if (pass === 'color' && color.some((value, i) => value !== identityColor[i])) changeColor(pixels, color);
  if (pass === 'color' && (posterizeBits < 8 || solarizeFrom < 256))
    lookUp(pixels, toneTable(posterizeBits, solarizeFrom));
  if (pass === 'noise' && noise > 0) addNoise(pixels, noise, noiseSeed);
  if (pass === 'erase' && erased !== null) erase(pixels, size, erased);
}

/**
 * Positions are in 1/65536 pixel and the weights of the four neighbors in 1/256: at 800 px the error is at most 0.006
 * pixels.
 */
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
  // The source position of the first column, and its step per column; each row starts from exact values.
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

/** Interpolates a pixel some of whose neighbors are outside the image. */
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

/** Factors are in 1/4096. */
const FACTOR_BITS = 12;

function changeColor(pixels: Uint8Array, color: ColorMatrix): void {
  const half = 1 << (FACTOR_BITS - 1);
  const m = Int32Array.from(color, (value) => Math.round(value * (1 << FACTOR_BITS)));
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

/**
 * Adds nearly Gaussian noise: the sum of the four bytes of a hash of the position (Irwin-Hall), which is fast and the
 * same on every machine.
 */
function addNoise(pixels: Uint8Array, deviation: number, seed: number): void {
  const scale = Math.round((deviation / FOUR_BYTES) * 65536);
  for (let i = 0; i < pixels.length; i++) {
    // The finalizer of MurmurHash3, applied to a counter.
    let x = (seed + i) | 0;
    x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
    x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
    x ^= x >>> 16;
    const sum = (x & 255) + ((x >>> 8) & 255) + ((x >>> 16) & 255) + (x >>> 24) - 510;
    pixels[i] = toByte(pixels[i]! + ((sum * scale + 32768) >> 16));
  }
}

/** The gray that the networks' input normalization maps to about 0 (DeVries & Taylor 2017, arXiv 1708.04552). */
const ERASED_GRAY = 127;

function erase(
  pixels: Uint8Array,
  size: number,
  { left, top, width, height }: NonNullable<Augmentation['erased']>,
): void {
  const [from, to] = [Math.round(left * size), Math.round((left + width) * size)];
  for (let row = Math.round(top * size); row < Math.round((top + height) * size); row++)
    pixels.fill(ERASED_GRAY, (row * size + from) * 3, (row * size + to) * 3);
}
