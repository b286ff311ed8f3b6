import type { Architecture } from '../../../shared/config.ts';
import type { Normalization } from '../graph/graph.ts';

/**
 * The EfficientNet family from one table.
 * Sources: Tan & Le 2019 (arXiv 1905.11946), keras/applications/efficientnet.py,
 * tensorflow/tpu models/official/efficientnet/lite/efficientnet_lite_builder.py.
 */

/** One stage of the baseline (B0): repeats of inverted residual blocks. */
export interface StageSpec {
  readonly kernelSize: 3 | 5;
  readonly repeats: number;
  readonly filters: number;
  readonly expandRatio: 1 | 6;
  readonly stride: 1 | 2;
}

export const STAGES: readonly StageSpec[] = [
  { kernelSize: 3, repeats: 1, filters: 16, expandRatio: 1, stride: 1 },
  { kernelSize: 3, repeats: 2, filters: 24, expandRatio: 6, stride: 2 },
  { kernelSize: 5, repeats: 2, filters: 40, expandRatio: 6, stride: 2 },
  { kernelSize: 3, repeats: 3, filters: 80, expandRatio: 6, stride: 2 },
  { kernelSize: 5, repeats: 3, filters: 112, expandRatio: 6, stride: 1 },
  { kernelSize: 5, repeats: 4, filters: 192, expandRatio: 6, stride: 2 },
  { kernelSize: 3, repeats: 1, filters: 320, expandRatio: 6, stride: 1 },
];

/**
 * 'b': swish, squeeze-excite, everything scaled, ImageNet mean and standard deviation.
 * 'lite': ReLU6, no squeeze-excite, stem, head and the repeats of first and last stage unscaled, (x - 127) / 128.
 */
export type Family = 'b' | 'lite';

/** ImageNet's mean and standard deviation of RGB pixels in 0..1. */
export const IMAGENET_MEAN = [0.485, 0.456, 0.406],
  IMAGENET_STD = [0.229, 0.224, 0.225];

/** What a family was trained on, in pixel units: x becomes (x - mean) / std. */
export const NORMALIZATIONS: Readonly<Record<Family, Normalization>> = {
  b: { mean: IMAGENET_MEAN.map((mean) => mean * 255), std: IMAGENET_STD.map((std) => std * 255) },
  lite: { mean: [127, 127, 127], std: [128, 128, 128] },
};

export interface ArchitectureSpec {
  readonly family: Family;
  readonly width: number;
  readonly depth: number;
  /** Side that the published weights were trained at, in pixels. */
  readonly nativeSize: number;
  readonly dropout: number;
  /** Filters are multiples of it; left out: 8, as in all members (Keras: depth_divisor). */
  readonly divisor?: number;
}

const spec = (family: Family, width: number, depth: number, nativeSize: number, dropout: number): ArchitectureSpec => ({
  family,
  width,
  depth,
  nativeSize,
  dropout,
});

export const ARCHITECTURES: Readonly<Record<Architecture, ArchitectureSpec>> = {
  'efficientnet-b0': spec('b', 1.0, 1.0, 224, 0.2),
  'efficientnet-b1': spec('b', 1.0, 1.1, 240, 0.2),
  'efficientnet-b2': spec('b', 1.1, 1.2, 260, 0.3),
  'efficientnet-b3': spec('b', 1.2, 1.4, 300, 0.3),
  'efficientnet-b4': spec('b', 1.4, 1.8, 380, 0.4),
  'efficientnet-b5': spec('b', 1.6, 2.2, 456, 0.4),
  'efficientnet-b6': spec('b', 1.8, 2.6, 528, 0.5),
  'efficientnet-b7': spec('b', 2.0, 3.1, 600, 0.5),
  'efficientnet-lite0': spec('lite', 1.0, 1.0, 224, 0.2),
  'efficientnet-lite1': spec('lite', 1.0, 1.1, 240, 0.2),
  'efficientnet-lite2': spec('lite', 1.1, 1.2, 260, 0.3),
  'efficientnet-lite3': spec('lite', 1.2, 1.4, 280, 0.3),
  'efficientnet-lite4': spec('lite', 1.4, 1.8, 300, 0.3),
};

/** Filters scaled by width, rounded to a multiple of the divisor and never down by more than 10 %. */
export function scaledFilters(
  filters: number,
  { width, divisor = 8 }: Pick<ArchitectureSpec, 'width' | 'divisor'>,
): number {
  const target = filters * width;
  const rounded = Math.max(divisor, Math.floor((target + divisor / 2) / divisor) * divisor);
  return rounded < 0.9 * target ? rounded + divisor : rounded;
}

export const scaledRepeats = (repeats: number, depth: number): number => Math.ceil(repeats * depth);
