import type { WeightsNormalization } from '../../../../shared/config.ts';
import type { Message } from '../../../../shared/message.ts';
import { message } from '../../../../shared/message.ts';
import type { Normalization, Tensor } from '../../graph/graph.ts';
import type { Family } from '../family.ts';
import { IMAGENET, LITE } from '../pixelNormalizations.ts';

const pixels = (values: readonly number[]): number[] => values.map((value) => value * 255);

/** The normalizations that settings can name, in pixel units. */
const named: Readonly<Record<Exclude<WeightsNormalization, 'auto'>, Normalization>> = {
  imagenet: IMAGENET,
  half: { mean: pixels([0.5, 0.5, 0.5]), std: pixels([0.5, 0.5, 0.5]) },
  unit: { mean: [0, 0, 0], std: pixels([1, 1, 1]) },
  lite: LITE,
};

/** In levels of 0..255; rounding to float32 in the files must not count as a difference. */
const TOLERANCE = 0.01;
const alike = (a: Normalization, b: Normalization): boolean =>
  [0, 1, 2].every((c) => Math.abs(a.mean[c]! - b.mean[c]!) < TOLERANCE && Math.abs(a.std[c]! - b.std[c]!) < TOLERANCE);

export interface FittedNormalization {
  readonly tensors: ReadonlyMap<string, Tensor>;
  /** The network's normalization; null means the family's. */
  readonly normalization: Normalization | null;
  /** Explains a change to people; null when there was none. */
  readonly note: Message | null;
}

/**
 * Adapts weights that were trained on pixels normalized by `stated` (what the file says, or null). A network that is
 * never quantized takes over that normalization, which is exact. One that can be quantized must use the .tflite file's
 * own input, (x - 127) / 128, so the difference is folded into the first convolution. That is exact where its window is
 * inside the image; beyond the edge it sees the gray 127 of the file's padding instead of the level that the weights
 * were trained on.
 */
export function fitNormalization(
  tensors: ReadonlyMap<string, Tensor>,
  { normalization: to, publishedNormalization }: Pick<Family, 'normalization' | 'publishedNormalization'>,
  stated: Normalization | null,
  chosen: WeightsNormalization,
): FittedNormalization {
  const from = chosen === 'auto' ? (stated ?? publishedNormalization) : named[chosen];
  if (alike(from, to)) return { tensors, normalization: null, note: null };
  if (!alike(to, LITE))
    return {
      tensors,
      normalization: from,
      note: message('weights.normalizationAdopted', { normalization: describe(from) }),
    };
  return {
    tensors: absorbed(tensors, from, to),
    normalization: null,
    note: message('weights.normalizationAbsorbed', { normalization: describe(from) }),
  };
}

const short = (values: readonly number[]): string =>
  [...new Set(values.map((value) => String(Math.round(value * 100) / 100)))].join(', ');
const describe = ({ mean, std }: Normalization): string =>
  `(x - ${short(mean)}) / ${short(std)}`.replace(/\(x - ([^)]*,[^)]*)\) \/ (.*)/, '(x - [$1]) / [$2]');

/**
 * With n = (x - mean) / std, n_from = n_to * std_to / std_from + (mean_to - mean_from) / std_from. The factor goes into
 * the kernel of the first convolution and the constant into the mean of its BatchNorm.
 */
function absorbed(tensors: ReadonlyMap<string, Tensor>, from: Normalization, to: Normalization): Map<string, Tensor> {
  const { shape, data } = tensors.get('stem.conv.kernel')!; // [k, k, 3, filters]
  const filters = shape[3]!;
  const channelOf = (i: number): number => Math.floor(i / filters) % 3;
  const mean = Float64Array.from(tensors.get('stem.bn.mean')!.data);
  data.forEach((weight, i) => {
    mean[i % filters]! -= (weight * (to.mean[channelOf(i)]! - from.mean[channelOf(i)]!)) / from.std[channelOf(i)]!;
  });
  return new Map([
    ...tensors,
    [
      'stem.conv.kernel',
      { shape, data: data.map((weight, i) => (weight * to.std[channelOf(i)]!) / from.std[channelOf(i)]!) },
    ],
    ['stem.bn.mean', { shape: [filters], data: Float32Array.from(mean) }],
  ]);
}
