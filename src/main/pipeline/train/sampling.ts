import type { Config } from '../../../shared/config.ts';
import { permutation, randomStream } from '../../../shared/random.ts';
import type { Sample } from '../data/dataset.ts';
import { PRESENT } from '../data/dataset.ts';

/**
 * Chooses the training images of an epoch and their order, by (seed, epoch) alone, so that a resumed run sees the same.
 */
export type Sampling = Pick<Config['data'], 'sampling' | 'repeat_threshold'>;

/** Number of images in an epoch; every epoch has the same. */
export function epochSize(samples: readonly Sample[], sampling: Sampling): number {
  return sampling.sampling === 'repeat_factor'
    ? Math.round(repeatFactors(samples, sampling.repeat_threshold).reduce((a, b) => a + b, 0))
    : samples.length;
}

/** Positions in `samples`, in training order. */
export function epochOrder(samples: readonly Sample[], sampling: Sampling, seed: number, epoch: number): Uint32Array {
  const chosen = choose(samples, sampling, seed, epoch);
  const order = permutation(chosen.length, randomStream(seed, epoch, 'shuffle'));
  return order.map((place) => chosen[place]!);
}

function choose(samples: readonly Sample[], sampling: Sampling, seed: number, epoch: number): Uint32Array {
  switch (sampling.sampling) {
    case 'shuffle':
      return Uint32Array.from(samples.keys());
    case 'repeat_factor':
      return repeated(repeatFactors(samples, sampling.repeat_threshold), randomStream(seed, epoch, 'repeats')());
    case 'balanced':
      return balanced(samples, seed, epoch);
  }
}

/**
 * An image's repeat factor is the largest max(1, sqrt(t / f)) of its classes, where f is the share of images with the
 * class (LVIS: Gupta et al. 2019, arXiv 1908.03195, appendix B).
 */
export function repeatFactors(samples: readonly Sample[], threshold: number): number[] {
  const images = imagesOfClasses(samples);
  const factors = images.map((own) => Math.max(1, Math.sqrt((threshold * samples.length) / Math.max(1, own.length))));
  return samples.map(({ labels }) =>
    labels.reduce((most, state, c) => (state === PRESENT ? Math.max(most, factors[c]!) : most), 1),
  );
}

/**
 * Repeats each position about `factor` times. Systematic sampling with one random offset in 0..1 rounds the factors, so
 * that the total is the same in every epoch and each image is repeated by its factor on average.
 */
function repeated(factors: readonly number[], offset: number): Uint32Array {
  const exact = factors.reduce((a, b) => a + b, 0);
  const scale = Math.round(exact) / exact;
  const out: number[] = [];
  let sum = 0;
  factors.forEach((factor, position) => {
    sum += factor * scale;
    // Rounding errors in the last sum must not change the total.
    const until = position === factors.length - 1 ? Math.round(exact) : Math.floor(sum + offset);
    while (out.length < until) out.push(position);
  });
  return Uint32Array.from(out);
}

/** Draws as many images as there are, from each class in turn; images without labels form one more class. */
function balanced(samples: readonly Sample[], seed: number, epoch: number): Uint32Array {
  const none = [...samples.keys()].filter((position) => samples[position]!.labels.every((state) => state !== PRESENT));
  const groups = [...imagesOfClasses(samples), none].filter((images) => images.length > 0);
  const rounds = groups.map((images, group) => {
    const order = permutation(images.length, randomStream(seed, epoch, group, 'balanced'));
    return (draw: number): number => images[order[draw % images.length]!]!;
  });
  return Uint32Array.from({ length: samples.length }, (_, i) =>
    rounds[i % groups.length]!(Math.floor(i / groups.length)),
  );
}

/** Positions of the images of each class. */
function imagesOfClasses(samples: readonly Sample[]): number[][] {
  const images: number[][] = Array.from({ length: samples[0]?.labels.length ?? 0 }, () => []);
  samples.forEach(({ labels }, position) =>
    labels.forEach((state, c) => {
      if (state === PRESENT) images[c]!.push(position);
    }),
  );
  return images;
}
