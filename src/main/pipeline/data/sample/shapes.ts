import type { RandomStream } from '../../../../shared/random.ts';
import type { Color } from './colors.ts';
import { css } from './colors.ts';
import { between, chance, integer, n } from './draws.ts';

/** Colors of one fruit: its body, its leaves or stem, and its outlines. */
export interface Paint {
  readonly body: Color;
  readonly green: Color;
  readonly line: Color;
}

/** Draws a fruit as SVG, centered, about 100 units wide or high. */
type Shape = (stream: RandomStream, paint: Paint) => string;

const filled = (color: Color): string => `fill="${css(color)}"`;
const lined = (color: Color, width: number): string =>
  `stroke="${css(color)}" stroke-width="${n(width)}" stroke-linejoin="round" stroke-linecap="round"`;
const leaf = (x: number, y: number, turn: number, color: Color): string =>
  `<path ${filled(color)} d="M0 0Q10 -16 28 -10Q18 6 0 0Z" transform="translate(${n(x)} ${n(y)}) rotate(${n(turn)})"/>`;

const apple: Shape = (stream, { body, green, line }) => {
  const wide = between(stream, 40, 46);
  return (
    `<g ${lined(line, 4)}><path ${filled(body)} d="M0 -22C12 -38 ${wide} -34 ${wide} 0S22 46 0 40S${-wide} 36 ` +
    `${-wide} 0S-12 -38 0 -22Z"/>` +
    `<path d="M0 -22Q-1 -34 5 -44" fill="none"/>${leaf(4, -34, integer(stream, -20, 20), green)}</g>`
  );
};

const aubergine: Shape = (stream, { body, green, line }) => {
  const belly = between(stream, 32, 38);
  return (
    `<g ${lined(line, 4)}><path ${filled(body)} d="M-14 -26C-18 -6 ${-belly} 0 ${-belly} 20S-14 48 0 ` +
    `48S${belly} 40 ${belly} 20S18 -6 14 -26Z"/>` +
    `<path ${filled(green)} d="M-18 -24Q-8 -38 -3 -36L-4 -48H5L3 -36Q9 -38 18 -24Q9 -18 6 -24Q0 -14 -6 -24Q-9 ` +
    `-18 -18 -24Z"/></g>`
  );
};

const banana: Shape = (stream, { body, line }) => {
  const bend = between(stream, 46, 58);
  return (
    `<g ${lined(line, 4)}><path ${filled(body)} d="M-44 -22Q-30 ${n(bend)} 42 8L46 -2L38 -6Q0 ` +
    `${n(bend * 0.35)} -34 -28Z"/>` +
    `<path fill="none" d="M-36 -16Q-14 ${n(bend * 0.62)} 36 3" stroke-width="2"/></g>`
  );
};

const blueberries: Shape = (stream, { body, green, line }) => {
  const count = integer(stream, 3, 5);
  const turn = between(stream, 0, 360);
  const berry = (i: number): string =>
    `<g transform="rotate(${n(turn + (360 * i) / count)}) translate(0 -23)"><circle r="20" ${filled(body)}/>` +
    `<circle r="6" fill="none" stroke-width="2.5"/></g>`;
  return (
    `<g ${lined(line, 4)}>${leaf(8, -34, 10, green)}${leaf(-8, -34, 160, green)}` +
    `${Array.from({ length: count }, (_, i) => berry(i)).join('')}</g>`
  );
};

const carrot: Shape = (stream, { body, green, line }) => {
  const top = between(stream, 24, 30);
  const rings = [-4, 10, 24]
    .map((y) => `M${n(-top * (1 - (y + 20) / 75))} ${y}q${n(top * 0.5)} 4 ${n(top * 0.8)} 1`)
    .join('');
  return (
    `<g ${lined(line, 4)}>${leaf(0, -22, -110, green)}${leaf(0, -22, -70, green)}` +
    `${leaf(0, -22, -35, green)}<path ${filled(body)} d="M${n(-top)} -20Q0 -30 ${n(top)} -20Q10 20 0 48Q-10 20 ` +
    `${n(-top)} -20Z"/><path fill="none" d="${rings}" stroke-width="2.5"/></g>`
  );
};

const cherries: Shape = (stream, { body, green, line }) => {
  const apart = between(stream, 20, 25);
  return (
    `<g ${lined(line, 4)}><path fill="none" d="M${n(-apart)} 20Q-10 -20 8 -42Q16 -14 ${n(apart)} 14"/>` +
    `<circle cx="${n(-apart)}" cy="26" r="20" ${filled(body)}/>` +
    `<circle cx="${n(apart)}" cy="22" r="20" ${filled(body)}/>` +
    `${leaf(8, -42, integer(stream, -10, 30), green)}</g>`
  );
};

const melon: Shape = (stream, { body, line }) => {
  const lines = chance(stream, 0.5) ? [12, 26] : [9, 20, 31];
  return (
    `<g ${lined(line, 4)}><circle r="45" ${filled(body)}/>` +
    `<g fill="none" stroke-width="3">${lines.map((rx) => `<ellipse rx="${rx}" ry="45"/>`).join('')}</g></g>`
  );
};

const pear: Shape = (stream, { body, green, line }) => {
  const wide = between(stream, 32, 38);
  return (
    `<g ${lined(line, 4)}><path d="M0 -36Q0 -44 6 -50" fill="none"/>` +
    `<path ${filled(body)} d="M0 -38C22 -38 14 -10 26 0S${wide + 6} 46 0 46S${n(-wide - 6)} 18 -26 0S-22 -38 0 ` +
    `-38Z"/>${leaf(3, -40, integer(stream, -10, 30), green)}</g>`
  );
};

/** The classes of the sample. Hue and turn are in degrees, saturation and lightness in 0..1; each fruit varies them. */
export const shapes = {
  apple: { draw: apple, hue: 2, saturation: 0.85, lightness: 0.45, turn: 25 },
  aubergine: { draw: aubergine, hue: 280, saturation: 0.7, lightness: 0.42, turn: 60 },
  banana: { draw: banana, hue: 54, saturation: 0.95, lightness: 0.55, turn: 50 },
  blueberries: { draw: blueberries, hue: 228, saturation: 0.65, lightness: 0.48, turn: 0 },
  carrot: { draw: carrot, hue: 28, saturation: 1, lightness: 0.52, turn: 70 },
  cherries: { draw: cherries, hue: 338, saturation: 0.85, lightness: 0.5, turn: 25 },
  melon: { draw: melon, hue: 150, saturation: 0.6, lightness: 0.36, turn: 40 },
  pear: { draw: pear, hue: 82, saturation: 0.75, lightness: 0.5, turn: 30 },
} as const satisfies Record<string, { draw: Shape; hue: number; saturation: number; lightness: number; turn: number }>;

export type Kind = keyof typeof shapes;
export const kinds = Object.keys(shapes) as readonly Kind[];
