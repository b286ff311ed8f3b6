import type { RandomStream } from '../../../../shared/random.ts';
import { permutation } from '../../../../shared/random.ts';
import { drawBackground } from './background.ts';
import { ink, shade } from './colors.ts';
import { between, chance, integer, n, pick } from './draws.ts';
import type { Kind } from './shapes.ts';
import { kinds, shapes } from './shapes.ts';

export interface Scene {
  readonly svg: string;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** The kinds of fruit in the image, in alphabetical order. */
  readonly labels: readonly Kind[];
}

interface Spot {
  readonly x: number;
  readonly y: number;
  /** Side of the fruit's box. */
  readonly side: number;
}

/** Fractions of images with 0, 1, 2 and 3 kinds of fruit. */
const kindsPerImage = [0.1, 0.35, 0.4, 0.15];

/** Composes a background and up to three kinds of fruit. `size` is the longer side in pixels. */
export function drawScene(stream: RandomStream, size: number): Scene {
  const [width, height] = frame(stream, size);
  const background = drawBackground(stream, width, height);
  const labels = chooseKinds(stream);
  const spots: Spot[] = [];
  let fruits = '';
  for (const kind of labels) {
    const spot = findSpot(stream, width, height, labels.length, spots);
    spots.push(spot);
    fruits += drawFruit(stream, kind, spot);
  }
  const body = background.svg + fruits;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${body}</svg>`;
  return { svg, width, height, labels: labels.toSorted() };
}

/** Most images are square, so that some but not all are letterboxed. */
function frame(stream: RandomStream, size: number): readonly [number, number] {
  const short = Math.round(size * pick(stream, [0.75, 0.8, 0.9]));
  return pick(stream, [
    [size, size],
    [size, size],
    [size, size],
    [size, short],
    [short, size],
  ] as const);
}

function chooseKinds(stream: RandomStream): Kind[] {
  const draw = stream();
  let count = 0;
  for (let sum = kindsPerImage[0]!; draw >= sum && count < kindsPerImage.length - 1; sum += kindsPerImage[count]!)
    count++;
  return [...permutation(kinds.length, stream).subarray(0, count)].map((index) => kinds[index]!);
}

/** Picks the best of some random positions: fruits may overlap and leave the frame, but only a little. */
function findSpot(stream: RandomStream, width: number, height: number, count: number, taken: readonly Spot[]): Spot {
  const side = Math.min(width, height) * between(stream, 0.38, count === 1 ? 0.72 : count === 2 ? 0.62 : 0.52);
  let best: Spot | null = null;
  let leastOverlap = Infinity;
  for (let i = 0; i < 40; i++) {
    const spot = {
      side,
      x: between(stream, side * 0.44, width - side * 0.44),
      y: between(stream, side * 0.44, height - side * 0.44),
    };
    const overlap = Math.max(
      0,
      ...taken.map((other) => (side + other.side) / 2 - Math.hypot(spot.x - other.x, spot.y - other.y)),
    );
    if (overlap < leastOverlap) [best, leastOverlap] = [spot, overlap];
    if (leastOverlap < side * 0.12) break;
  }
  return best!;
}

function drawFruit(stream: RandomStream, kind: Kind, { x, y, side }: Spot): string {
  const { draw, turn, hue, saturation, lightness } = shapes[kind];
  const paint = {
    body: shade(stream, hue, saturation, lightness),
    green: shade(stream, 110, 0.4, 0.35),
    line: ink(stream),
  };
  const mirror = chance(stream, 0.5) ? -1 : 1;
  const stretch = between(stream, 0.9, 1.1);
  const transform =
    `translate(${n(x)} ${n(y)}) rotate(${n(between(stream, -turn, turn))}) ` +
    `scale(${n((mirror * side * stretch) / 100)} ${n(side / stretch / 100)})`;
  const shadow =
    `<ellipse cx="${n(x + side * 0.04)}" cy="${n(y + side * 0.42)}" rx="${n(side * 0.4)}" ` +
    `ry="${n(side * 0.08)}" fill="black" opacity="${n(integer(stream, 0, 3) * 0.08)}"/>`;
  return `${shadow}<g transform="${transform}">${draw(stream, paint)}</g>`;
}
