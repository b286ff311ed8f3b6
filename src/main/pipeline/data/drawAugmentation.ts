import type { AugmentationConfig, AugmentationStep } from '../../../shared/config.ts';
import { randomStream } from '../../../shared/random.ts';
import type { RandomStream } from '../../../shared/random.ts';
import { identityColor, withJitter } from './color.ts';
import type { ColorMatrix } from './color.ts';
import type { Affine } from './affine.ts';
import { identityAffine, rotated, scaled, sheared, shifted } from './affine.ts';

/**
 * Augmentation of one sample, in coordinates relative to the size: the same parameters give the same crop at every
 * input size, so that the student sees the same image as the teacher.
 */
export interface Augmentation {
  /** Every step once; posterize and solarize belong to 'color'. */
  readonly order: readonly AugmentationStep[];
  readonly place: Affine;
  readonly color: ColorMatrix;
  /** Number of bits that each value keeps, 1..8. */
  readonly posterizeBits: number;
  /** Values from this one up are inverted; 256 inverts none. */
  readonly solarizeFrom: number;
  /** Standard deviation in levels of 0..255. */
  readonly noise: number;
  /** A rectangle to erase, in fractions of the side; null erases nothing. */
  readonly erased: {
    readonly left: number;
    readonly top: number;
    readonly width: number;
    readonly height: number;
  } | null;
  /** First value of the counter that is hashed into noise. */
  readonly noiseSeed: number;
}

/** Draws once per sample: a pure function of (seed, epoch, position of the sample in its split). */
export function drawAugmentation(
  config: AugmentationConfig,
  seed: number,
  epoch: number,
  position: number,
): Augmentation {
  // Each kind has a stream of its own, so that switching one on or off does not change the draws of the others.
  const streamOf = (purpose: string): RandomStream => randomStream(seed, epoch, position, `augmentation ${purpose}`);
  const base: Changes = {
    place: drawPlace(config, streamOf('place')),
    color: drawColor(config, streamOf('colour')),
    posterizeBits: 8,
    solarizeFrom: 256,
  };
  const changes = config.rand_operations === 0 ? base : randAugment(config, base, streamOf('rand'));
  const noise = streamOf('noise');
  const [deviation, noiseSeed] = [config.noise * noise(), Math.floor(noise() * 2 ** 32)];
  return {
    order: config.order,
    ...changes,
    noise: noise() < config.noise_probability ? deviation : 0,
    erased: drawErased(config, streamOf('erase')),
    noiseSeed,
  };
}

/** True when every image stays exactly as it is in every epoch. */
export function changesNothing(config: AugmentationConfig): boolean {
  const {
    horizontal_flip: mirror,
    vertical_flip: upsideDown,
    rotation,
    zoom,
    shift,
    brightness,
    contrast,
    saturation,
    hue,
  } = config;
  const moves = config.geometry_probability > 0 && (rotation > 0 || zoom > 0 || shift > 0);
  const recolors = config.color_probability > 0 && (brightness > 0 || contrast > 0 || saturation > 0 || hue > 0);
  return (
    mirror === 0 &&
    upsideDown === 0 &&
    !moves &&
    !recolors &&
    config.rand_operations === 0 &&
    config.noise === 0 &&
    config.erase === 0 &&
    config.mixup === 0
  );
}

const within = (largest: number, stream: RandomStream): number => largest * (2 * stream() - 1);

function drawPlace(config: AugmentationConfig, stream: RandomStream): Affine {
  const mirrorX = stream() < config.horizontal_flip ? -1 : 1;
  const mirrorY = stream() < config.vertical_flip ? -1 : 1;
  const mirrored = scaled(identityAffine, mirrorX, mirrorY);
  if (stream() >= config.geometry_probability) return mirrored;
  const angle = within(config.rotation, stream);
  const zoom = 1 + within(config.zoom, stream);
  const [x, y] = [within(config.shift, stream), within(config.shift, stream)];
  return shifted(rotated(scaled(mirrored, zoom, zoom), angle), x, y);
}

function drawColor(config: AugmentationConfig, stream: RandomStream): ColorMatrix {
  if (stream() >= config.color_probability) return identityColor;
  return withJitter(identityColor, {
    brightness: 1 + within(config.brightness, stream),
    contrast: 1 + within(config.contrast, stream),
    saturation: 1 + within(config.saturation, stream),
    hue: within(config.hue, stream),
  });
}

/** Smallest area and largest aspect ratio of random erasing (Zhong et al. 2017, arXiv 1708.04896). */
const SMALLEST_AREA = 0.02;
const LARGEST_ASPECT = 1 / 0.3;

function drawErased({ erase, erase_area: largest }: AugmentationConfig, stream: RandomStream): Augmentation['erased'] {
  if (stream() >= erase) return null;
  const area = Math.min(largest, SMALLEST_AREA) + stream() * Math.max(0, largest - SMALLEST_AREA);
  const aspect = LARGEST_ASPECT ** (2 * stream() - 1);
  const [width, height] = [Math.min(1, Math.sqrt(area * aspect)), Math.min(1, Math.sqrt(area / aspect))];
  return { left: stream() * (1 - width), top: stream() * (1 - height), width, height };
}

type Changes = Pick<Augmentation, 'place' | 'color' | 'posterizeBits' | 'solarizeFrom'>;

/**
 * The operations of RandAugment (Cubuk et al. 2019, arXiv 1909.13719): those geometric and color operations that
 * compose into one matrix, posterize and solarize, with the ranges of timm's auto_augment.py. `rand_operations` of
 * them are drawn per image, all at one magnitude.
 */
const randOperations: readonly ((before: Changes, magnitude: number, sign: number) => Changes)[] = [
  (before) => before,
  (before, m, sign) => ({ ...before, place: rotated(before.place, sign * m * 30) }),
  (before, m, sign) => ({ ...before, place: sheared(before.place, sign * m * 0.3, 0) }),
  (before, m, sign) => ({ ...before, place: sheared(before.place, 0, sign * m * 0.3) }),
  (before, m, sign) => ({ ...before, place: shifted(before.place, sign * m * 0.45, 0) }),
  (before, m, sign) => ({ ...before, place: shifted(before.place, 0, sign * m * 0.45) }),
  (before, m, sign) => ({ ...before, color: withJitter(before.color, { brightness: 1 + sign * m * 0.9 }) }),
  (before, m, sign) => ({ ...before, color: withJitter(before.color, { contrast: 1 + sign * m * 0.9 }) }),
  (before, m, sign) => ({ ...before, color: withJitter(before.color, { saturation: 1 + sign * m * 0.9 }) }),
  (before, m) => ({ ...before, posterizeBits: Math.min(before.posterizeBits, Math.round(8 - 4 * m)) }),
  (before, m) => ({ ...before, solarizeFrom: Math.min(before.solarizeFrom, Math.round(256 * (1 - m))) }),
];

function randAugment(
  { rand_operations: operations, rand_magnitude: magnitude }: AugmentationConfig,
  base: Changes,
  stream: RandomStream,
): Changes {
  let changes = base;
  for (let i = 0; i < operations; i++) {
    const operation = randOperations[Math.floor(stream() * randOperations.length)]!;
    changes = operation(changes, magnitude / 10, stream() < 0.5 ? -1 : 1);
  }
  return changes;
}
