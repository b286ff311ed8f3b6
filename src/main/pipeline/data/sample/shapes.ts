import type { RandomStream } from '../../../../shared/random.ts';
import type { Colour } from './colours.ts';
import { css } from './colours.ts';
import { between, chance, integer, n, points } from './draws.ts';

/** Colours of one object: body, a second colour on it, and lines around and inside. */
export interface Paint {
  readonly body: Colour;
  readonly accent: Colour;
  readonly line: Colour;
}

/** Draws an object as SVG, centred, about 100 units wide or high. */
type Shape = (stream: RandomStream, paint: Paint) => string;

const filled = (colour: Colour): string => `fill="${css(colour)}"`;
const lined = (colour: Colour, width: number): string => `stroke="${css(colour)}" stroke-width="${n(width)}" stroke-linejoin="round" stroke-linecap="round"`;
const around = (count: number, turn: number, radius: (i: number) => number): (readonly [number, number])[] =>
  Array.from({ length: count }, (_, i) => {
    const angle = turn + (2 * Math.PI * i) / count;
    return [radius(i) * Math.sin(angle), -radius(i) * Math.cos(angle)] as const;
  });

const boat: Shape = (stream, { body, accent, line }) => {
  const peak = between(stream, -48, -42);
  const hull = between(stream, 28, 36);
  return `<g ${lined(line, 5.5)}><path d="M0 ${n(peak)} V18" stroke-width="6"/>`
    + `<path ${filled(accent)} d="M-4 ${n(peak + 4)} L-4 10 L-40 10 Z"/><path ${filled(accent)} d="M5 ${n(peak + 14)} L5 10 L34 10 Z"/>`
    + `<path ${filled(body)} d="M-48 18 H48 L${n(hull)} 44 H${n(-hull)} Z"/></g>`;
};

const chessboard: Shape = (stream, { body, line }) => {
  const cells = integer(stream, 4, 5);
  const side = 84 / cells;
  let squares = '';
  for (let row = 0; row < cells; row++) {
    for (let column = row % 2; column < cells; column += 2) squares += `<rect x="${n(-42 + column * side)}" y="${n(-42 + row * side)}" width="${n(side)}" height="${n(side)}"/>`;
  }
  return `<rect x="-46" y="-46" width="92" height="92" rx="5" ${filled(body)} ${lined(line, 5.5)}/><g ${filled(line)}>${squares}</g>`;
};

const dartboard: Shape = (stream, { body, line }) => {
  const rings = integer(stream, 2, 3) * 2;
  let discs = '';
  for (let ring = 1; ring < rings; ring++) discs += `<circle r="${n(46 * (1 - ring / rings))}" ${filled(ring % 2 === 0 ? body : line)}/>`;
  return `<circle r="46" ${filled(body)} ${lined(line, 5.5)}/>${discs}`;
};

const fish: Shape = (stream, { body, accent, line }) => {
  const belly = between(stream, 24, 32);
  let scales = '';
  for (const x of [-8, 4, 16]) scales += `<path fill="none" d="M${x} ${n(-belly * 0.5)} Q${x - 12} 0 ${x} ${n(belly * 0.5)}"/>`;
  return `<g ${lined(line, 5.5)}><path ${filled(accent)} d="M18 0 L48 -26 Q40 0 48 26 Z"/><path ${filled(accent)} d="M-8 ${n(-belly + 4)} Q6 ${n(-belly - 18)} 20 ${n(-belly + 8)} Z"/>`
    + `<path ${filled(body)} d="M-48 0 Q-14 ${n(-belly * 1.5)} 30 0 Q-14 ${n(belly * 1.5)} -48 0 Z"/>${scales}</g><circle cx="-29" cy="-5" r="4.5" ${filled(line)}/>`;
};

const flower: Shape = (stream, { body, accent, line }) => {
  const petals = integer(stream, 5, 7);
  const turn = between(stream, 0, 360);
  const wide = 120 / petals;
  const drawn = Array.from({ length: petals }, (_, i) => `<ellipse cy="-29" rx="${n(wide * 0.78)}" ry="19" transform="rotate(${n(turn + (360 * i) / petals)})"/>`).join('');
  return `<g ${filled(body)} ${lined(line, 5)}>${drawn}<circle r="14" ${filled(accent)}/></g>`;
};

const ladder: Shape = (stream, { body, line }) => {
  const rungs = integer(stream, 4, 5);
  const half = between(stream, 19, 24);
  let d = `M${n(-half)} -47 V47 M${n(half)} -47 V47`;
  for (let i = 0; i < rungs; i++) {
    const y = n(-38 + (76 * i) / (rungs - 1));
    d += ` M${n(-half)} ${y} H${n(half)}`;
  }
  return `<path fill="none" d="${d}" ${lined(line, 13)}/><path fill="none" d="${d}" ${lined(body, 4)}/>`;
};

const mushroom: Shape = (stream, { body, accent, line }) => {
  const stem = between(stream, 11, 15);
  const spots = chance(stream, 0.5) ? [[-24, -6, 7], [2, -22, 8], [26, -5, 6.5]] : [[-14, -18, 7.5], [14, -14, 7.5], [-30, 0, 4.5], [31, 0, 5]];
  return `<g ${lined(line, 5.5)}><path ${filled(accent)} d="M${n(-stem)} 4 Q${n(-stem + 3)} 26 ${n(-stem - 4)} 45 H${n(stem + 4)} Q${n(stem - 3)} 26 ${n(stem)} 4 Z"/>`
    + `<path ${filled(body)} d="M-46 8 Q-44 -44 0 -45 Q44 -44 46 8 Q0 18 -46 8 Z"/></g><g ${filled(accent)}>${spots.map(([x, y, r]) => `<circle cx="${x}" cy="${y}" r="${r}"/>`).join('')}</g>`;
};

const star: Shape = (stream, { body, line }) => {
  const inner = between(stream, 19, 23);
  const corners = around(10, 0, (i) => (i % 2 === 0 ? 48 : inner));
  const facets = corners.flatMap((corner, i) => (i % 2 === 0 ? [`<polygon points="${points([[0, 0], corner, corners[(i + 1) % 10]!])}"/>`] : []));
  return `<polygon points="${points(corners)}" ${filled(body)} ${lined(line, 5.5)}/><g ${filled(line)}>${facets.join('')}</g>`;
};

/** The classes of the sample, each told by its form alone. Upright ones turn a little, the others in any direction. */
export const shapes = {
  boat: { draw: boat, turn: 20 },
  chessboard: { draw: chessboard, turn: 45 },
  dartboard: { draw: dartboard, turn: 0 },
  fish: { draw: fish, turn: 25 },
  flower: { draw: flower, turn: 0 },
  ladder: { draw: ladder, turn: 70 },
  mushroom: { draw: mushroom, turn: 20 },
  star: { draw: star, turn: 36 },
} as const satisfies Record<string, { draw: Shape; turn: number }>;

export type Kind = keyof typeof shapes;
export const kinds = Object.keys(shapes) as readonly Kind[];
