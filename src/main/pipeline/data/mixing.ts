import { permutation, randomStream } from '../../../shared/random.ts';
import type { RandomStream } from '../../../shared/random.ts';

/** Targets of a batch, [N, classes]: labels in 0..1; weights are 1 where the label is known, else 0. */
interface Targets {
  readonly labels: Float32Array;
  readonly weights: Float32Array;
}

/** For each image of a batch, the image that it is blended with. */
export interface Mixing {
  readonly partners: Uint32Array;
  /** Weight of the image's own pixels and labels, 0..1; the partner has the rest. */
  readonly shares: Float64Array;
}

/**
 * Draws MixUp (Zhang et al. 2017, arXiv 1710.09412) with one share per image from Beta(alpha, alpha). A pure function
 * of (seed, epoch, batch), so that a resumed run draws the same. Null when alpha is 0.
 */
export function drawMixing(
  alpha: number,
  batchSize: number,
  seed: number,
  epoch: number,
  batch: number,
): Mixing | null {
  if (alpha === 0) return null;
  const stream = randomStream(seed, epoch, batch, 'mixup');
  return {
    partners: permutation(batchSize, stream),
    shares: Float64Array.from({ length: batchSize }, () => beta(alpha, stream)),
  };
}

/** Draws from Beta(alpha, alpha) by Jöhnk's method (1964), which is fast for the small alphas of MixUp. */
function beta(alpha: number, stream: RandomStream): number {
  for (;;) {
    const [x, y] = [stream() ** (1 / alpha), stream() ** (1 / alpha)];
    // With tiny alphas both may underflow to 0: in the limit the share is 0 or 1.
    if (x + y === 0) return stream() < 0.5 ? 0 : 1;
    if (x + y <= 1) return x / (x + y);
  }
}

/** Blends the labels; an entry is known only where it is known for both images. */
export function mixTargets({ labels, weights }: Targets, { partners, shares }: Mixing): Targets {
  const classes = labels.length / partners.length;
  const at = (matrix: Float32Array, row: number, c: number): number => matrix[row * classes + c]!;
  return {
    labels: labels.map((own, i) => {
      const [row, c] = [Math.floor(i / classes), i % classes];
      return shares[row]! * own + (1 - shares[row]!) * at(labels, partners[row]!, c);
    }),
    weights: weights.map((own, i) => own * at(weights, partners[Math.floor(i / classes)]!, i % classes)),
  };
}

/** Blends uint8 [N, S, S, 3] and rounds. */
export function mixPixels(pixels: Uint8Array, { partners, shares }: Mixing): Uint8Array<ArrayBuffer> {
  const image = pixels.length / partners.length;
  const out = new Uint8Array(pixels.length);
  for (const [row, partner] of partners.entries()) {
    // Fixed point in 1/65536 rounds the same on every machine.
    const own = Math.round(shares[row]! * 65536);
    const [first, second] = [row * image, partner * image];
    for (let i = 0; i < image; i++)
      out[first + i] = (pixels[first + i]! * own + pixels[second + i]! * (65536 - own) + 32768) >> 16;
  }
  return out;
}
