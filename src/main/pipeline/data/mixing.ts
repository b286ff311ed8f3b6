import { permutation, randomStream } from '../../../shared/random.ts';
import type { RandomStream } from '../../../shared/random.ts';

/** What labels say of a batch: [N, classes] in 0..1, and 1 where known, else 0. */
interface Targets {
  readonly labels: Float32Array;
  readonly weights: Float32Array;
}

/** Which image of a batch is blended with which, and how much of the first stays. */
export interface Mixing {
  readonly partners: Uint32Array;
  /** Share of an image's own pixels and labels, 0..1. */
  readonly shares: Float64Array;
}

/** MixUp (Zhang et al. 2017, arXiv 1710.09412): a share from Beta(alpha, alpha) an image; a pure function of (seed, epoch, batch). Null: off. */
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

/** Jöhnk 1964; quick for the small alphas that MixUp takes. */
function beta(alpha: number, stream: RandomStream): number {
  for (;;) {
    const [x, y] = [stream() ** (1 / alpha), stream() ** (1 / alpha)];
    // Tiny alphas may underflow both: then it is one or the other.
    if (x + y === 0) return stream() < 0.5 ? 0 : 1;
    if (x + y <= 1) return x / (x + y);
  }
}

/** Labels blended; an entry is known only where it is known in both. */
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

/** uint8 [N, S, S, 3], rounded. */
export function mixPixels(pixels: Uint8Array, { partners, shares }: Mixing): Uint8Array<ArrayBuffer> {
  const image = pixels.length / partners.length;
  const out = new Uint8Array(pixels.length);
  for (const [row, partner] of partners.entries()) {
    // In 1/65536: one rounding, the same everywhere.
    const own = Math.round(shares[row]! * 65536);
    const [first, second] = [row * image, partner * image];
    for (let i = 0; i < image; i++)
      out[first + i] = (pixels[first + i]! * own + pixels[second + i]! * (65536 - own) + 32768) >> 16;
  }
  return out;
}
