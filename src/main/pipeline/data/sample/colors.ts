import type { RandomStream } from '../../../../shared/random.ts';
import { between, pick } from './draws.ts';

/** Red, green, blue, 0 to 255. */
export type Color = readonly [number, number, number];

const hex = (text: string): Color =>
  [0, 2, 4].map((i) => Number.parseInt(text.slice(i, i + 2), 16)) as unknown as Color;

/**
 * Muted colors of all hues for backgrounds and clutter, so that the overall color of an image says little about its
 * fruit.
 */
const palette: readonly Color[] = [
  'c98a8a',
  'c9a27e',
  'cfc08a',
  'b4bd8c',
  '93b39a',
  '8db3b3',
  '8fa6c4',
  'a29ac2',
  'b893b5',
  'c593a6',
  'e3d5ca',
  'f2efe6',
  'd6d8dc',
  'a9adb3',
  '7d8288',
  '5c636b',
  '8c6f5c',
  '6f7d5e',
  '5b7285',
  '77607f',
].map(hex);

/** Outlines are darker than any background, so that every fruit stands out. */
const inks: readonly Color[] = ['1b1b26', '2b1d1a', '13223a', '1f2a1d'].map(hex);
export const ink = (stream: RandomStream): Color => pick(stream, inks);

export const css = (color: Color): string => `rgb(${color.map((value) => Math.round(value)).join(',')})`;

export const mix = (a: Color, b: Color, share: number): Color =>
  [0, 1, 2].map((i) => a[i]! * (1 - share) + b[i]! * share) as unknown as Color;

export const anyColor = (stream: RandomStream): Color => vary(stream, pick(stream, palette), 20);

function vary(stream: RandomStream, color: Color, by: number): Color {
  return color.map((value) => Math.min(255, Math.max(0, value + between(stream, -by, by)))) as unknown as Color;
}

/**
 * Varies a color given by hue (degrees), saturation and lightness (0 to 1), so that no two fruits have the same shade.
 */
export function shade(stream: RandomStream, hue: number, saturation: number, lightness: number): Color {
  const h = hue + between(stream, -9, 9);
  const s = Math.min(1, saturation * between(stream, 0.85, 1.1));
  const l = lightness * between(stream, 0.88, 1.15);
  const spread = s * Math.min(l, 1 - l);
  // CSS Color 4, section 7: HSL to sRGB.
  return [0, 8, 4].map((offset) => {
    const k = (offset + h / 30 + 12) % 12;
    return 255 * (l - spread * Math.max(-1, Math.min(k - 3, 9 - k, 1)));
  }) as unknown as Color;
}
