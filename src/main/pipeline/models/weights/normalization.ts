import type { WeightsNormalization } from '../../../../shared/config.ts';
import type { Normalization, Tensor } from '../../graph/graph.ts';
import type { Family } from '../family.ts';
import { IMAGENET, LITE } from '../pixelNormalizations.ts';

const pixels = (values: readonly number[]): number[] => values.map((value) => value * 255);

/** What pixels may have been normalized by, in pixel units. */
const named: Readonly<Record<Exclude<WeightsNormalization, 'auto'>, Normalization>> = {
  imagenet: IMAGENET,
  half: { mean: pixels([0.5, 0.5, 0.5]), std: pixels([0.5, 0.5, 0.5]) },
  unit: { mean: [0, 0, 0], std: pixels([1, 1, 1]) },
  lite: LITE,
};

/** Of a level of 0..255: float32 in the files is no difference. */
const TOLERANCE = 0.01;
const alike = (a: Normalization, b: Normalization): boolean =>
  [0, 1, 2].every((c) => Math.abs(a.mean[c]! - b.mean[c]!) < TOLERANCE && Math.abs(a.std[c]! - b.std[c]!) < TOLERANCE);

export interface FittedNormalization {
  readonly tensors: ReadonlyMap<string, Tensor>;
  /** What the network normalizes by; null: its family's own. */
  readonly normalization: Normalization | null;
  /** What was done, for people; null where nothing was. */
  readonly note: string | null;
}

/**
 * Makes weights that were trained on pixels normalized by `stated` (what the file says, or null) see the same picture here.
 * A network that is never quantized normalizes as its weights want it: exact. The input of one that can be quantized is the .tflite file's,
 * (x - 127) / 128, so the difference goes into the first convolution: exact wherever its window lies inside the picture; beyond the edge it sees the grey 127
 * that the file pads with, and not the level that the weights were trained to see there.
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
      note: `Its weights were trained on pixels normalized as ${describe(from)}: this network does the same.`,
    };
  return {
    tensors: absorbed(tensors, from, to),
    normalization: null,
    note: `Its weights were trained on pixels normalized as ${describe(from)}: the difference to (x - 127) / 128 was put into the first convolution. That is exact but at the picture's edge.`,
  };
}

const short = (values: readonly number[]): string =>
  [...new Set(values.map((value) => String(Math.round(value * 100) / 100)))].join(', ');
const describe = ({ mean, std }: Normalization): string =>
  `(x - ${short(mean)}) / ${short(std)}`.replace(/\(x - ([^)]*,[^)]*)\) \/ (.*)/, '(x - [$1]) / [$2]');

/** With n = (x - mean) / std: n_from = n_to * std_to / std_from + (mean_to - mean_from) / std_from, through a linear layer and its BatchNorm. */
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
