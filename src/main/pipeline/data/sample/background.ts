import type { RandomStream } from '../../../../shared/random.ts';
import type { Color } from './colors.ts';
import { anyColor, css, mix } from './colors.ts';
import { between, chance, integer, n, pick, points } from './draws.ts';

export interface Background {
  readonly svg: string;
  /** The two ends of its gradient. */
  readonly colors: readonly [Color, Color];
}

/** Draws a gradient with a faint texture and clutter: plain shapes that belong to no class. Sizes are in pixels. */
export function drawBackground(stream: RandomStream, width: number, height: number): Background {
  const base = anyColor(stream);
  const colors = [base, mix(base, anyColor(stream), between(stream, 0.15, 0.45))] as const;
  const texture = pick(stream, [stripes, dots, waves, hills, () => ''])(
    stream,
    width,
    height,
    mix(colors[0], chance(stream, 0.5) ? [255, 255, 255] : [60, 60, 70], 0.5),
  );
  const clutter = Array.from({ length: integer(stream, 0, 5) }, () =>
    drawClutter(stream, width, height, mix(colors[0], anyColor(stream), 0.55)),
  ).join('');
  return {
    svg:
      `${gradient(stream, colors)}<rect width="${width}" height="${height}" ` +
      `fill="url(#ground)"/>${texture}${clutter}`,
    colors,
  };
}

function gradient(stream: RandomStream, [from, to]: readonly [Color, Color]): string {
  const stops = `<stop offset="0" stop-color="${css(from)}"/><stop offset="1" stop-color="${css(to)}"/>`;
  if (chance(stream, 0.4))
    return (
      `<defs><radialGradient id="ground" cx="${n(stream())}" cy="${n(stream())}" ` +
      `r="0.9">${stops}</radialGradient></defs>`
    );
  return (
    `<defs><linearGradient id="ground" gradientTransform="rotate(${integer(stream, 0, 180)} 0.5 0.5)">` +
    `${stops}</linearGradient></defs>`
  );
}

type Texture = (stream: RandomStream, width: number, height: number, color: Color) => string;

const stripes: Texture = (stream, width, height, color) => {
  const step = between(stream, 8, 26);
  const reach = width + height;
  let d = '';
  for (let x = -reach; x < reach; x += step) d += `M${n(x)} ${-reach}V${reach}`;
  return (
    `<path d="${d}" stroke="${css(color)}" stroke-width="${n(step * between(stream, 0.2, 0.5))}" ` +
    `opacity="${n(between(stream, 0.08, 0.25))}" transform="rotate(${integer(stream, 0, 180)} ${width / 2} ` +
    `${height / 2})"/>`
  );
};

const dots: Texture = (stream, width, height, color) => {
  const step = between(stream, 9, 22);
  const radius = n(step * between(stream, 0.12, 0.3));
  let circles = '';
  for (let y = 0; y < height + step; y += step)
    for (let x = 0; x < width + step; x += step)
      circles += `<circle cx="${n(x + between(stream, -2, 2))}" cy="${n(y + between(stream, -2, 2))}" r="${radius}"/>`;
  return `<g fill="${css(color)}" opacity="${n(between(stream, 0.1, 0.25))}">${circles}</g>`;
};

const waves: Texture = (stream, width, height, color) => {
  const step = between(stream, 12, 26);
  const bend = between(stream, 3, 8);
  let d = '';
  for (let y = 0; y < height + step; y += step) {
    d += `M-20 ${n(y)}`;
    for (let x = -20; x < width + 40; x += 40) d += `q10 ${n(-bend)} 20 0t20 0`;
  }
  return (
    `<path d="${d}" fill="none" stroke="${css(color)}" stroke-width="${n(between(stream, 1.5, 4))}" ` +
    `opacity="${n(between(stream, 0.12, 0.3))}"/>`
  );
};

const hills: Texture = (stream, width, height, color) => {
  const layer = (level: number, opacity: number): string => {
    const [a, b, c] = [0, 1, 2].map(() => n(height * (level + between(stream, -0.12, 0.12))));
    return (
      `<path d="M0 ${a}Q${n(width * 0.3)} ${b} ${n(width * 0.55)} ${a}T${width} ${c}V${height}H0Z" ` +
      `fill="${css(color)}" opacity="${opacity}"/>`
    );
  };
  return layer(between(stream, 0.45, 0.65), 0.22) + layer(between(stream, 0.65, 0.85), 0.3);
};

function drawClutter(stream: RandomStream, width: number, height: number, color: Color): string {
  const size = between(stream, 0.05, 0.17) * Math.min(width, height);
  const place =
    `transform="translate(${n(stream() * width)} ${n(stream() * height)}) rotate(${integer(stream, 0, 359)})" ` +
    `fill="${css(color)}" opacity="${n(between(stream, 0.5, 0.9))}"`;
  const forms = [
    () => `<circle r="${n(size)}" ${place}/>`,
    () =>
      `<rect x="${n(-size)}" y="${n(-size / 2)}" width="${n(2 * size)}" height="${n(size)}" ` +
      `rx="${n(size * 0.2)}" ${place}/>`,
    () =>
      `<polygon points="${points([
        [0, -size],
        [size, size],
        [-size, size],
      ])}" ${place}/>`,
    () =>
      `<path d="M${n(-size * 1.6)} 0Q0 ${n(-size * 2)} ${n(size * 1.6)} 0" ${place} fill-opacity="0" ` +
      `stroke="${css(color)}" stroke-width="${n(size * 0.35)}" stroke-linecap="round"/>`,
    () => `<ellipse rx="${n(size * 1.5)}" ry="${n(size * 0.7)}" ${place}/>`,
  ];
  return pick(stream, forms)();
}
