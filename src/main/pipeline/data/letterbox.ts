/**
 * Letterbox: the image keeps its aspect ratio and is centered in a square; the rest is filled with the padding color.
 * Scaling is bilinear and equals OpenCV's cv2.resize(..., INTER_LINEAR_EXACT) byte for byte
 * (modules/imgproc/src/resize.cpp, 4.14 and 5.0). Keep it in step with its C version, resources/letterbox/letterbox.h.
 */
export interface LetterboxGeometry {
  readonly newWidth: number;
  readonly newHeight: number;
  readonly left: number;
  readonly top: number;
}

/** Uses integers only, because floating point would round some sizes differently. */
export function letterboxGeometry(width: number, height: number, size: number): LetterboxGeometry {
  const other = (side: number, longer: number): number =>
    Math.max(1, Math.floor((2 * side * size + longer) / (2 * longer)));
  const newWidth = width >= height ? size : other(width, height);
  const newHeight = width >= height ? other(height, width) : size;
  return { newWidth, newHeight, left: Math.floor((size - newWidth) / 2), top: Math.floor((size - newHeight) / 2) };
}

export interface Taps {
  readonly offsets: Int32Array;
  readonly coefficients: Int32Array;
}

function roundHalfToEven(x: number): number {
  const k = Math.floor(x);
  const d = x - k;
  return k + (d > 0.5 || (d === 0.5 && k % 2 === 1) ? 1 : 0);
}

/** For each output position: offset of the first of its two source pixels, and weight of the second (0..256). */
export function axisTaps(source: number, target: number): Taps {
  const scale = 1 / (target / source);
  const offsets = new Int32Array(target);
  const coefficients = new Int32Array(target);
  for (let v = 0; v < target; v++) {
    const f = scale * (v + 0.5) - 0.5;
    const i = Math.floor(f);
    if (i < 0 || source === 1) continue;
    if (i >= source - 1) {
      offsets[v] = source - 1;
      continue;
    }
    offsets[v] = i;
    coefficients[v] = roundHalfToEven((f - i) * 256);
  }
  return { offsets, coefficients };
}

/** For each output position: the offsets in bytes of its two source pixels in a row, and the weight of the second. */
interface RowTaps {
  readonly first: Int32Array;
  readonly second: Int32Array;
  readonly coefficients: Int32Array;
}

function rowTaps(width: number, newWidth: number): RowTaps {
  const { offsets, coefficients } = axisTaps(width, newWidth);
  return {
    first: offsets.map((offset) => 3 * offset),
    second: offsets.map((offset) => 3 * Math.min(offset + 1, width - 1)),
    coefficients,
  };
}

/**
 * Scales one source row horizontally to values of 0..65280, which are rounded only after the vertical pass.
 * a * 256 + (b - a) * c is a * (256 - c) + b * c with one product. The channels are unrolled: this loop and the next
 * one take as long as the decoder for small images.
 */
function weighRow(rgb: Uint8Array, start: number, { first, second, coefficients }: RowTaps, out: Int32Array): void {
  for (let v = 0, at = 0; v < coefficients.length; v++, at += 3) {
    const c = coefficients[v]!;
    const i = start + first[v]!;
    const j = start + second[v]!;
    const red = rgb[i]!;
    const green = rgb[i + 1]!;
    const blue = rgb[i + 2]!;
    out[at] = (red << 8) + Math.imul(rgb[j]! - red, c);
    out[at + 1] = (green << 8) + Math.imul(rgb[j + 1]! - green, c);
    out[at + 2] = (blue << 8) + Math.imul(rgb[j + 2]! - blue, c);
  }
}

/** Blends two weighed rows vertically and rounds. */
function blendRows(a: Int32Array, b: Int32Array, c: number, out: Uint8Array, start: number): void {
  if (c === 0) for (let i = 0; i < a.length; i++) out[start + i] = (a[i]! + 128) >> 8;
  else
    for (let i = 0; i < a.length; i++) {
      const value = a[i]!;
      out[start + i] = ((value << 8) + Math.imul(b[i]! - value, c) + 32768) >> 16;
    }
}

/** Scales uint8 RGB [height, width, 3] to [size, size, 3]. */
export function letterbox(
  rgb: Uint8Array,
  width: number,
  height: number,
  size: number,
  paddingColor: readonly [number, number, number],
): Uint8Array {
  const { newWidth, newHeight, left, top } = letterboxGeometry(width, height, size);
  const out = new Uint8Array(size * size * 3);
  if (newWidth < size || newHeight < size) for (let i = 0; i < out.length; i++) out[i] = paddingColor[i % 3]!;
  const horizontal = rowTaps(width, newWidth);
  const vertical = axisTaps(height, newHeight);
  const rows = [new Int32Array(newWidth * 3), new Int32Array(newWidth * 3)] as const;
  const held = [-1, -1];
  const row = (y: number): Int32Array => {
    const slot = y % 2;
    if (held[slot] !== y) {
      weighRow(rgb, y * width * 3, horizontal, rows[slot]!);
      held[slot] = y;
    }
    return rows[slot]!;
  };
  for (let v = 0; v < newHeight; v++) {
    const y = vertical.offsets[v]!;
    const c = vertical.coefficients[v]!;
    const a = row(y);
    blendRows(a, c === 0 ? a : row(y + 1), c, out, ((top + v) * size + left) * 3);
  }
  return out;
}
