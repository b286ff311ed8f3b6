/** Row-major [3, 4]: new RGB = matrix * old RGB + last column, with RGB in 0..255. */
export type ColorMatrix = readonly number[];

export const identityColor: ColorMatrix = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0];

export interface ColorJitter {
  /** Factors; 1 changes nothing. */
  readonly brightness?: number;
  readonly contrast?: number;
  readonly saturation?: number;
  /** Fraction of a full turn of the color circle. */
  readonly hue?: number;
}

/** Weights of red, green and blue in the luma (Rec. 601). */
const GRAY = [0.299, 0.587, 0.114] as const;
const MIDDLE = 128;

/**
 * Appends a color jitter to `before`: brightness and contrast are factors (contrast around 128), saturation is a factor
 * on the distance to gray, hue is a rotation around the gray axis (the hueRotate matrix of W3C Filter Effects 1).
 */
export function withJitter(
  before: ColorMatrix,
  { brightness = 1, contrast = 1, saturation = 1, hue = 0 }: ColorJitter,
): ColorMatrix {
  const [cos, sin] = [Math.cos(2 * Math.PI * hue), Math.sin(2 * Math.PI * hue)];
  const turn: ColorMatrix = [
    0.213 + cos * 0.787 - sin * 0.213,
    0.715 - cos * 0.715 - sin * 0.715,
    0.072 - cos * 0.072 + sin * 0.928,
    0,
    0.213 - cos * 0.213 + sin * 0.143,
    0.715 + cos * 0.285 + sin * 0.14,
    0.072 - cos * 0.072 - sin * 0.283,
    0,
    0.213 - cos * 0.213 - sin * 0.787,
    0.715 - cos * 0.715 + sin * 0.715,
    0.072 + cos * 0.928 + sin * 0.072,
    0,
  ];
  const stretch: ColorMatrix = [0, 1, 2].flatMap((row) => [
    ...GRAY.map((weight, column) => (row === column ? saturation : 0) + (1 - saturation) * weight),
    0,
  ]);
  const factor = brightness * contrast;
  const scale: ColorMatrix = [
    factor,
    0,
    0,
    MIDDLE * (1 - contrast),
    0,
    factor,
    0,
    MIDDLE * (1 - contrast),
    0,
    0,
    factor,
    MIDDLE * (1 - contrast),
  ];
  return [turn, stretch, scale].reduce((first, then) => composed(then, first), before);
}

function composed(then: ColorMatrix, first: ColorMatrix): ColorMatrix {
  return [0, 1, 2].flatMap((row) =>
    [0, 1, 2, 3].map((column) =>
      [0, 1, 2].reduce(
        (sum, inner) => sum + then[row * 4 + inner]! * first[inner * 4 + column]!,
        column === 3 ? then[row * 4 + 3]! : 0,
      ),
    ),
  );
}
