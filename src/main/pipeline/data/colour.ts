/** Row-major [3, 4]: new RGB = matrix * old RGB + last column; 0..255. */
export type ColourMatrix = readonly number[];

export const identityColour: ColourMatrix = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0];

export interface ColourChange {
  /** Factors; 1 changes nothing. */
  readonly brightness?: number;
  readonly contrast?: number;
  readonly saturation?: number;
  /** Share of the colour circle. */
  readonly hue?: number;
}

/** Weights of red, green and blue in brightness (Rec. 601). */
const GREY = [0.299, 0.587, 0.114] as const;
const MIDDLE = 128;

/**
 * Brightness and contrast as factors (contrast about 128), saturation as a factor on the distance to grey, hue as a share of a full
 * turn about the grey axis (the hueRotate matrix of Filter Effects 1, W3C), after whatever `before` does.
 */
export function jittered(
  before: ColourMatrix,
  { brightness = 1, contrast = 1, saturation = 1, hue = 0 }: ColourChange,
): ColourMatrix {
  const [cos, sin] = [Math.cos(2 * Math.PI * hue), Math.sin(2 * Math.PI * hue)];
  // Along the grey axis nothing changes; across it the colour is turned and stretched.
  const turn: ColourMatrix = [
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
  const stretch: ColourMatrix = [0, 1, 2].flatMap((row) => [
    ...GREY.map((weight, column) => (row === column ? saturation : 0) + (1 - saturation) * weight),
    0,
  ]);
  const factor = brightness * contrast;
  const scale: ColourMatrix = [
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

function composed(then: ColourMatrix, first: ColourMatrix): ColourMatrix {
  return [0, 1, 2].flatMap((row) =>
    [0, 1, 2, 3].map((column) =>
      [0, 1, 2].reduce(
        (sum, inner) => sum + then[row * 4 + inner]! * first[inner * 4 + column]!,
        column === 3 ? then[row * 4 + 3]! : 0,
      ),
    ),
  );
}
