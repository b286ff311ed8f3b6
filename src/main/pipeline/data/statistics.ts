import type { Dataset, Sample, Split } from './dataset.ts';
import { PRESENT, SPLITS } from './dataset.ts';
import type { ImageScan } from './imageScan.ts';

export interface Spread {
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

export interface SplitStatistics {
  readonly images: number;
  /** Images with 0, 1, 2, ... labels. */
  readonly labelsPerImage: readonly number[];
  readonly meanLabels: number;
  /** Fraction of images without labels. */
  readonly noLabelRate: number;
  /** Number of positive images per class, in the order of the vocabulary. */
  readonly positives: readonly number[];
}

export interface DatasetStatistics {
  readonly vocabulary: readonly string[];
  readonly splits: Readonly<Record<Split, SplitStatistics>>;
  /** [i][j] is the number of images with both class i and class j, over all splits. */
  readonly cooccurrence: readonly (readonly number[])[];
  /** Upright sizes in pixels, over all splits; null if no image could be read. */
  readonly sizes: { readonly width: Spread; readonly height: Spread; readonly bytes: Spread } | null;
  /** Number of files per format. */
  readonly formats: Readonly<Record<string, number>>;
}

export function datasetStatistics(dataset: Dataset, images: ReadonlyMap<string, ImageScan>): DatasetStatistics {
  const classes = dataset.vocabulary.length;
  const of = (split: Split): SplitStatistics => splitStatistics(dataset.splits[split], classes);
  const scans = [...images.values()].filter(({ fault }) => fault === null);
  const formats: Record<string, number> = {};
  for (const { format } of scans) if (format !== null) formats[format] = (formats[format] ?? 0) + 1;
  return {
    vocabulary: dataset.vocabulary,
    splits: { train: of('train'), val: of('val'), test: of('test') },
    cooccurrence: cooccurrence(
      SPLITS.flatMap((split) => dataset.splits[split]),
      classes,
    ),
    sizes:
      scans.length === 0
        ? null
        : {
            width: spread(scans.map(({ width }) => width)),
            height: spread(scans.map(({ height }) => height)),
            bytes: spread(scans.map(({ size }) => size)),
          },
    formats,
  };
}

/** Counts the positive samples per class. */
export function positivesOf(samples: readonly Sample[], classes: number): Uint32Array {
  const counts = new Uint32Array(classes);
  for (const { labels } of samples)
    labels.forEach((state, index) => {
      if (state === PRESENT) counts[index]!++;
    });
  return counts;
}

export function splitStatistics(samples: readonly Sample[], classes: number): SplitStatistics {
  const labelsPerImage: number[] = [];
  let total = 0;
  for (const { labels } of samples) {
    const count = presentClasses(labels).length;
    total += count;
    while (labelsPerImage.length <= count) labelsPerImage.push(0);
    labelsPerImage[count]!++;
  }
  const images = samples.length;
  return {
    images,
    labelsPerImage,
    meanLabels: images === 0 ? 0 : total / images,
    noLabelRate: images === 0 ? 0 : (labelsPerImage[0] ?? 0) / images,
    positives: [...positivesOf(samples, classes)],
  };
}

function cooccurrence(samples: readonly Sample[], classes: number): number[][] {
  const matrix = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (const { labels } of samples) {
    const present = presentClasses(labels);
    for (const i of present) for (const j of present) matrix[i]![j]!++;
  }
  return matrix;
}

const presentClasses = (labels: Int8Array): number[] => [...labels.keys()].filter((index) => labels[index] === PRESENT);

/** For an even number of values, the median is the lower of the middle two. */
function spread(values: readonly number[]): Spread {
  const sorted = Float64Array.from(values).sort();
  return { min: sorted[0]!, median: sorted[(sorted.length - 1) >> 1]!, max: sorted.at(-1)! };
}
