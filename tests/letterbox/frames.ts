/** Images as cameras give them, and the same images upright in RGB, both straight from the definition. */

export const FORMATS = ['RGB', 'BGR', 'RGBA', 'BGRA', 'NV12', 'NV21', 'I420', 'YUV_420_888'] as const;
export type Format = (typeof FORMATS)[number];
export const COLORS = ['BT601_FULL', 'BT601_LIMITED', 'BT709_FULL', 'BT709_LIMITED'] as const;
export const ALPHAS = ['OPAQUE', 'STRAIGHT', 'PREMULTIPLIED'] as const;

export interface Frame {
  readonly format: Format;
  readonly width: number;
  readonly height: number;
  /** Bytes between two pixels of U and of V, for YUV_420_888. */
  readonly chromaStride: number;
  readonly color: (typeof COLORS)[number];
  readonly alpha: (typeof ALPHAS)[number];
  readonly rotation: number;
  /** In stored pixels; null is the whole image. */
  readonly crop: {
    readonly left: number;
    readonly top: number;
    readonly width: number;
    readonly height: number;
  } | null;
  readonly size: number;
  readonly padding: readonly [number, number, number];
  readonly planes: readonly Plane[];
}

export interface Plane {
  readonly bytes: Uint8Array;
  /** Bytes from a row to the next one; negative where the last row comes first in memory. */
  readonly stride: number;
  /** Index of the first row's first byte. */
  readonly first: number;
}

export const isYuv = (format: Format): boolean => !['RGB', 'BGR', 'RGBA', 'BGRA'].includes(format);

/** A plane of random bytes of exactly the length that `rows` rows need. */
export function randomPlane(
  random: () => number,
  { rows, rowBytes, gap, upsideDown }: { rows: number; rowBytes: number; gap: number; upsideDown: boolean },
): Plane {
  const stride = rowBytes + gap;
  const length = (rows - 1) * stride + rowBytes;
  const bytes = Uint8Array.from({ length }, () => Math.floor(random() * 256));
  return upsideDown ? { bytes, stride: -stride, first: (rows - 1) * stride } : { bytes, stride, first: 0 };
}

const at = ({ bytes, stride, first }: Plane, row: number, offset: number): number =>
  bytes[first + row * stride + offset]!;

/** ITU-R BT.601 (table 3 and section 2.5.1) and BT.709 (table 3): shares of red and blue in the luma. */
const LUMA = { BT601: [0.299, 0.114], BT709: [0.2126, 0.0722] } as const;

/** In integers of 16 binary digits, each factor rounded, the sum rounded half up and clipped to a byte. */
function yuvToRgb(color: Frame['color'], y: number, u: number, v: number): number[] {
  const [matrix, range] = color.split('_') as ['BT601' | 'BT709', 'FULL' | 'LIMITED'];
  const [kr, kb] = LUMA[matrix];
  const kg = 1 - kr - kb;
  const [luma, chroma, black] = range === 'FULL' ? [1, 1, 0] : [255 / 219, 255 / 224, 16];
  const fixed = (factor: number): number => Math.round(factor * 65536);
  const light = fixed(luma) * (y - black);
  const sums = [
    light + fixed(2 * (1 - kr) * chroma) * (v - 128),
    light -
      fixed(((2 * kb * (1 - kb)) / kg) * chroma) * (u - 128) -
      fixed(((2 * kr * (1 - kr)) / kg) * chroma) * (v - 128),
    light + fixed(2 * (1 - kb) * chroma) * (u - 128),
  ];
  return sums.map((sum) => Math.min(255, Math.max(0, Math.floor((sum + 32768) / 65536))));
}

function storedPixel({ format, planes, color, chromaStride, alpha, padding }: Frame, x: number, y: number): number[] {
  const [one, two, three] = planes as readonly [Plane, Plane, Plane];
  const [half, halfRow] = [Math.floor(x / 2), Math.floor(y / 2)];
  switch (format) {
    case 'RGB':
      return [0, 1, 2].map((c) => at(one, y, 3 * x + c));
    case 'BGR':
      return [2, 1, 0].map((c) => at(one, y, 3 * x + c));
    case 'RGBA':
    case 'BGRA': {
      const rgb = (format === 'RGBA' ? [0, 1, 2] : [2, 1, 0]).map((c) => at(one, y, 4 * x + c));
      return over(rgb, at(one, y, 4 * x + 3), alpha, padding);
    }
    case 'NV12':
      return yuvToRgb(color, at(one, y, x), at(two, halfRow, 2 * half), at(two, halfRow, 2 * half + 1));
    case 'NV21':
      return yuvToRgb(color, at(one, y, x), at(two, halfRow, 2 * half + 1), at(two, halfRow, 2 * half));
    case 'I420':
      return yuvToRgb(color, at(one, y, x), at(two, halfRow, half), at(three, halfRow, half));
    case 'YUV_420_888':
      return yuvToRgb(
        color,
        at(one, y, x),
        at(two, halfRow, chromaStride * half),
        at(three, halfRow, chromaStride * half),
      );
  }
}

function over(rgb: readonly number[], alpha: number, kind: Frame['alpha'], padding: readonly number[]): number[] {
  if (kind === 'OPAQUE') return [...rgb];
  return rgb.map((value, c) =>
    kind === 'STRAIGHT'
      ? Math.floor((value * alpha + padding[c]! * (255 - alpha)) / 255)
      : Math.min(255, value + Math.floor((padding[c]! * (255 - alpha) + 127) / 255)),
  );
}

/** The image that a person sees: cropped, then turned clockwise. */
export function upright(frame: Frame): { width: number; height: number; rgb: Uint8Array } {
  const { left, top, width, height } = frame.crop ?? { left: 0, top: 0, width: frame.width, height: frame.height };
  let pixels = Array.from({ length: height }, (_, y) =>
    Array.from({ length: width }, (_, x) => storedPixel(frame, left + x, top + y)),
  );
  for (let turn = 0; turn < frame.rotation; turn += 90) pixels = turnClockwise(pixels);
  return { width: pixels[0]!.length, height: pixels.length, rgb: Uint8Array.from(pixels.flat(2)) };
}

/** The first column, from bottom to top, becomes the first row. */
const turnClockwise = <T>(rows: readonly (readonly T[])[]): T[][] =>
  rows[0]!.map((_, x) => rows.map((_, y) => rows[rows.length - 1 - y]![x]!));

/** As tests/letterbox/frames.c reads them. */
export function encodeFrames(frames: readonly Frame[]): Buffer {
  const parts: Uint8Array[] = [];
  const numbers = (...values: number[]): void => void parts.push(Buffer.from(Int32Array.from(values).buffer));
  numbers(frames.length);
  for (const frame of frames) {
    const crop = frame.crop ?? { left: 0, top: 0, width: 0, height: 0 };
    numbers(FORMATS.indexOf(frame.format), frame.width, frame.height, frame.chromaStride);
    numbers(COLORS.indexOf(frame.color), ALPHAS.indexOf(frame.alpha), frame.rotation);
    numbers(crop.left, crop.top, crop.width, crop.height, frame.size, ...frame.padding);
    for (let p = 0; p < 3; p++) {
      const { bytes, stride, first } = frame.planes[p] ?? { bytes: new Uint8Array(), stride: 0, first: 0 };
      numbers(bytes.length, stride, first);
      parts.push(bytes);
    }
  }
  return Buffer.concat(parts);
}
