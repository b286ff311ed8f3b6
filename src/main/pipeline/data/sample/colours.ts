import type { RandomStream } from '../../../../shared/random.ts';
import { between, pick } from './draws.ts';

/** Red, green, blue, 0 to 255. */
export type Colour = readonly [number, number, number];

const hex = (text: string): Colour => [0, 2, 4].map((i) => Number.parseInt(text.slice(i, i + 2), 16)) as unknown as Colour;

/** One palette for all kinds of objects and grounds: colour must not give a class away. */
const palette: readonly Colour[] = [
  'ef476f', 'f3722c', 'ff9f1c', 'ffd166', 'fefae0', 'ffffff', 'd9ed92', '90be6d', '43aa8b', '06d6a0', '00bbf9', '4ea8de', '8ecae6', 'b8a1e3', '9b7ede', 'f15bb5', 'ffc8dd', 'd4a373', 'b08968', 'adb5bd',
].map(hex);

/** Lines are drawn in a dark ink, darker than any ground. */
const inks: readonly Colour[] = ['1b1b26', '2b1d1a', '13223a', '1f2a1d'].map(hex);
export const ink = (stream: RandomStream): Colour => pick(stream, inks);

/** Perceived brightness, 0 to 255 (Rec. 601 weights). */
const brightness = ([red, green, blue]: Colour): number => 0.299 * red + 0.587 * green + 0.114 * blue;

export const css = (colour: Colour): string => `rgb(${colour.map((value) => Math.round(value)).join(',')})`;

export const mix = (a: Colour, b: Colour, share: number): Colour => [0, 1, 2].map((i) => a[i]! * (1 - share) + b[i]! * share) as unknown as Colour;

const contrasts = (colour: Colour, others: readonly Colour[], least: number): boolean => others.every((other) => Math.abs(brightness(colour) - brightness(other)) >= least);

/** A colour of the palette whose brightness differs from that of `others`; slightly varied. */
export function contrasting(stream: RandomStream, others: readonly Colour[], least: number): Colour {
  const fitting = palette.filter((colour) => contrasts(colour, others, least));
  const best = palette.toSorted((a, b) => distance(b, others) - distance(a, others)).slice(0, 4);
  return vary(stream, pick(stream, fitting.length > 0 ? fitting : best), 14);
}

const distance = (colour: Colour, others: readonly Colour[]): number => Math.min(...others.map((other) => Math.abs(brightness(colour) - brightness(other))));

export const anyColour = (stream: RandomStream): Colour => vary(stream, pick(stream, palette), 20);

function vary(stream: RandomStream, colour: Colour, by: number): Colour {
  return colour.map((value) => Math.min(255, Math.max(0, value + between(stream, -by, by)))) as unknown as Colour;
}
