type Interval = readonly [from: number, to: number];

/** Places a value on a chart. */
export type Scale = (value: number) => number;

/** Also says which value is at a place, for the pointer. */
export interface LinearScale extends Scale {
  invert(place: number): number;
}

/**
 * Maps a domain linearly onto a range, as d3-scale's `scaleLinear` does; values outside the domain continue the line.
 */
export function linearScale(domain: Interval, range: Interval): LinearScale {
  const scale = (value: number): number => interpolate(value, domain, range);
  return Object.assign(scale, { invert: (place: number): number => interpolate(place, range, domain) });
}

/** Linear in the square root of the value: small counts stay visible beside large ones. */
export const squareRootScale = ([from, to]: Interval, range: Interval): Scale => {
  const linear = linearScale([Math.sqrt(from), Math.sqrt(to)], range);
  return (value) => linear(Math.sqrt(value));
};

const interpolate = (value: number, [from, to]: Interval, [first, last]: Interval): number =>
  first + ((value - from) / (to - from)) * (last - first);
