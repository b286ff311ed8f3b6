/**
 * Maps a point of the result to the point of the letterboxed image that it shows, both relative to the center and in
 * units of the side: u = xx * x + xy * y + x0, v = yx * x + yy * y + y0, with -0.5..0.5 inside the image.
 */
export interface Affine {
  readonly xx: number;
  readonly xy: number;
  readonly x0: number;
  readonly yx: number;
  readonly yy: number;
  readonly y0: number;
}

export const identityAffine: Affine = { xx: 1, xy: 0, x0: 0, yx: 0, yy: 1, y0: 0 };

/** Applies `first` to the point of the result, then `then`. */
const composed = (then: Affine, first: Affine): Affine => ({
  xx: then.xx * first.xx + then.xy * first.yx,
  xy: then.xx * first.xy + then.xy * first.yy,
  x0: then.xx * first.x0 + then.xy * first.y0 + then.x0,
  yx: then.yx * first.xx + then.yy * first.yx,
  yy: then.yx * first.xy + then.yy * first.yy,
  y0: then.yx * first.x0 + then.yy * first.y0 + then.y0,
});

/** Factors above 1 show more of the image, smaller; negative ones mirror it. */
export const scaled = (place: Affine, x: number, y: number): Affine =>
  composed(place, { ...identityAffine, xx: x, yy: y });

export function rotated(place: Affine, degrees: number): Affine {
  const [cos, sin] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  return composed(place, { ...identityAffine, xx: cos, xy: -sin, yx: sin, yy: cos });
}

/** Shifts by fractions of the side, along the axes of the source image. */
export const shifted = (place: Affine, x: number, y: number): Affine => ({
  ...place,
  x0: place.x0 + x,
  y0: place.y0 + y,
});

/** Shears by fractions of the side per side in the other direction. */
export const sheared = (place: Affine, x: number, y: number): Affine =>
  composed(place, { ...identityAffine, xy: x, yx: y });
