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

/** Scales one source row horizontally to values of 0..65280, which are rounded only after the vertical pass. */
function weighRow(
  rgb: Uint8Array,
  start: number,
  last: number,
  { offsets, coefficients }: Taps,
  out: Int32Array,
): void {
  for (let v = 0, at = 0; v < offsets.length; v++) {
    const c = coefficients[v]!;
    const from = start + offsets[v]! * 3;
    const next = Math.min(from + 3, last);
    for (let channel = 0; channel < 3; channel++)
      out[at++] = rgb[from + channel]! * (256 - c) + rgb[next + channel]! * c;
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
  const horizontal = axisTaps(width, newWidth);
  const vertical = axisTaps(height, newHeight);
  const rows = [new Int32Array(newWidth * 3), new Int32Array(newWidth * 3)] as const;
  const held = [-1, -1];
  const row = (y: number): Int32Array => {
    const slot = y % 2;
    if (held[slot] !== y) {
      weighRow(rgb, y * width * 3, (y * width + width - 1) * 3, horizontal, rows[slot]!);
      held[slot] = y;
    }
    return rows[slot]!;
  };
  for (let v = 0; v < newHeight; v++) {
    const y = vertical.offsets[v]!;
    const c = vertical.coefficients[v]!;
    const a = row(y);
    const b = c === 0 ? a : row(y + 1);
    const start = ((top + v) * size + left) * 3;
    for (let i = 0; i < newWidth * 3; i++) out[start + i] = (a[i]! * (256 - c) + b[i]! * c + 32768) >> 16;
  }
  return out;
}
