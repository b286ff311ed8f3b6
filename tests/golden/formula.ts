/** Values by formula, so that the goldens need not store weights and inputs. */

function fnv1a(name: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(name)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

export const bits = (name: string, i: number): number => bitsOf(fnv1a(name), i);

function bitsOf(hash: number, i: number): number {
  let x = (hash + Math.imul(i, 0x9e3779b9)) >>> 0;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return (x ^ (x >>> 16)) >>> 0;
}

/** In [-1, 1). */
export const unit = (name: string, i: number): number => (bits(name, i) >>> 8) / 2 ** 23 - 1;

export function fill(name: string, shape: readonly number[], center: number, scale: number): Float32Array {
  const hash = fnv1a(name);
  const values = new Float32Array(shape.reduce((a, b) => a * b, 1));
  for (let i = 0; i < values.length; i++) values[i] = center + ((bitsOf(hash, i) >>> 8) / 2 ** 23 - 1) * scale;
  return values;
}

/** A parameter by its neutral name and shape. */
export function parameterValues(name: string, shape: readonly number[]): Float32Array {
  const kind = name.slice(name.lastIndexOf('.') + 1);
  const fan = name.includes('depthwise.') ? shape[0]! * shape[1]! : shape.slice(0, -1).reduce((a, b) => a * b, 1);
  const [center, scale] = { kernel: [0, Math.sqrt(6 / fan)], gamma: [1, 0.1], variance: [1, 0.2] }[kind] ?? [0, 0.1];
  return fill(name, shape, center!, scale!);
}

/** uint8 RGB [height, width, 3]. */
export function picture(height: number, width: number): Uint8Array {
  return Uint8Array.from({ length: height * width * 3 }, (_, i) => {
    const [c, x, y] = [i % 3, Math.floor(i / 3) % width, Math.floor(i / 3 / width)];
    return (3 * x + 5 * y + 40 * c + (bits('input', i) >>> 27)) % 256;
  });
}
