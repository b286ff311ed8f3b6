import type { AugmentationConfig } from '../../../shared/config.ts';
import { randomStream } from '../../../shared/random.ts';

/**
 * Augmentation of one sample, in coordinates that know no size: the same parameters give the same crop at every input size,
 * so that the student sees what the teacher sees.
 */
export interface Augmentation {
  /**
   * From a place in the result to the place in the letterboxed picture that it shows, both relative to the centre and in sides:
   * u = xx * x + xy * y + x0, v = yx * x + yy * y + y0, with -0.5..0.5 inside the picture.
   */
  readonly place: { readonly xx: number; readonly xy: number; readonly x0: number; readonly yx: number; readonly yy: number; readonly y0: number };
  /** Row-major [3, 4]: new RGB = matrix * old RGB + last column; 0..255. */
  readonly colour: readonly number[];
}

/** Drawn once a sample: a pure function of (seed, epoch, position of the sample in its split). */
export function drawAugmentation(config: AugmentationConfig, seed: number, epoch: number, position: number): Augmentation {
  const stream = randomStream(seed, epoch, position, 'augmentation');
  const within = (largest: number): number => largest * (2 * stream() - 1);
  const mirror = stream() < config.horizontal_flip ? -1 : 1;
  const angle = within(config.rotation) * (Math.PI / 180);
  const zoom = 1 + within(config.zoom);
  const [x0, y0] = [within(config.shift), within(config.shift)];
  const [cos, sin] = [Math.cos(angle) * zoom, Math.sin(angle) * zoom];
  const colour = { brightness: 1 + within(config.brightness), contrast: 1 + within(config.contrast), saturation: 1 + within(config.saturation), hue: within(config.hue) };
  return { place: { xx: mirror * cos, xy: -mirror * sin, x0, yx: sin, yy: cos, y0 }, colour: colourMatrix(colour) };
}

interface ColourChange { readonly brightness: number; readonly contrast: number; readonly saturation: number; readonly hue: number }

/** Weights of red, green and blue in brightness (Rec. 601). */
const GREY = [0.299, 0.587, 0.114] as const;
const MIDDLE = 128;

/**
 * Brightness and contrast as factors (contrast about 128), saturation as a factor on the distance to grey, hue as a share of a full
 * turn about the grey axis (the hueRotate matrix of Filter Effects 1, W3C), all in one matrix.
 */
function colourMatrix({ brightness, contrast, saturation, hue }: ColourChange): number[] {
  const [cos, sin] = [Math.cos(2 * Math.PI * hue), Math.sin(2 * Math.PI * hue)];
  // Along the grey axis nothing changes; across it the colour is turned and stretched.
  const turn = [
    [0.213 + cos * 0.787 - sin * 0.213, 0.715 - cos * 0.715 - sin * 0.715, 0.072 - cos * 0.072 + sin * 0.928],
    [0.213 - cos * 0.213 + sin * 0.143, 0.715 + cos * 0.285 + sin * 0.14, 0.072 - cos * 0.072 - sin * 0.283],
    [0.213 - cos * 0.213 - sin * 0.787, 0.715 - cos * 0.715 + sin * 0.715, 0.072 + cos * 0.928 + sin * 0.072],
  ];
  const factor = brightness * contrast;
  const offset = MIDDLE * (1 - contrast);
  return turn.flatMap((_, row) => {
    const stretched = [0, 1, 2].map((column) => [0, 1, 2].reduce((sum, inner) => sum + ((row === inner ? saturation : 0) + (1 - saturation) * GREY[inner]!) * turn[inner]![column]!, 0));
    return [...stretched.map((value) => value * factor), offset];
  });
}

/**
 * Letterboxed pixels, uint8 RGB [size, size, 3], augmented into `out` at `start`. Bilinear; what lies outside the picture has the
 * padding colour (before the change of colours, as the letterbox's own padding has).
 */
export function augment(pixels: Uint8Array, size: number, { place, colour }: Augmentation, paddingColor: readonly [number, number, number], out: Uint8Array, start: number): void {
  const { xx, xy, x0, yx, yy, y0 } = place;
  const m = Float64Array.from(colour);
  const mixed = new Float64Array(3);
  const last = size - 1;
  let at = start;
  for (let row = 0; row < size; row++) {
    const y = (row + 0.5) / size - 0.5;
    for (let column = 0; column < size; column++) {
      const x = (column + 0.5) / size - 0.5;
      sample(pixels, size, last, (xx * x + xy * y + x0 + 0.5) * size - 0.5, (yx * x + yy * y + y0 + 0.5) * size - 0.5, paddingColor, mixed);
      const r = mixed[0]!, g = mixed[1]!, b = mixed[2]!;
      out[at++] = toByte(m[0]! * r + m[1]! * g + m[2]! * b + m[3]!);
      out[at++] = toByte(m[4]! * r + m[5]! * g + m[6]! * b + m[7]!);
      out[at++] = toByte(m[8]! * r + m[9]! * g + m[10]! * b + m[11]!);
    }
  }
}

const toByte = (value: number): number => (value <= 0 ? 0 : value >= 255 ? 255 : (value + 0.5) | 0);

/** The four pixels around (u, v), in pixels, weighed; into `mixed`. */
function sample(pixels: Uint8Array, size: number, last: number, u: number, v: number, padding: readonly [number, number, number], mixed: Float64Array): void {
  const left = Math.floor(u), top = Math.floor(v);
  const right = u - left, down = v - top;
  const inside = left >= 0 && top >= 0 && left < last && top < last;
  const first = (top * size + left) * 3;
  for (let c = 0; c < 3; c++) {
    const a = inside ? pixels[first + c]! : pixelAt(pixels, size, left, top, c, padding);
    const b = inside ? pixels[first + 3 + c]! : pixelAt(pixels, size, left + 1, top, c, padding);
    const d = inside ? pixels[first + size * 3 + c]! : pixelAt(pixels, size, left, top + 1, c, padding);
    const e = inside ? pixels[first + size * 3 + 3 + c]! : pixelAt(pixels, size, left + 1, top + 1, c, padding);
    const upper = a + (b - a) * right;
    mixed[c] = upper + (d + (e - d) * right - upper) * down;
  }
}

const pixelAt = (pixels: Uint8Array, size: number, x: number, y: number, c: number, padding: readonly [number, number, number]): number =>
  (x < 0 || y < 0 || x >= size || y >= size ? padding[c]! : pixels[(y * size + x) * 3 + c]!);
