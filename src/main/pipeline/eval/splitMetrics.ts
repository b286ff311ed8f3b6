import { z } from 'zod';
import { bootstrapInterval, resampledAveragePrecision } from '../../../shared/metrics/bootstrap.ts';
import type { Confusion } from '../../../shared/metrics/metrics.ts';
import {
  confusions,
  decisionMetricsOf,
  isMeasured,
  macroAveragePrecision,
  nanMean,
  noLabelRate,
  rocAuc,
} from '../../../shared/metrics/metrics.ts';

/* The figures of one model on one split. Undefined figures (of classes without a positive image) are null. */

const figure = z.number().nullable();

const decisionsSchema = z.strictObject({
  macroPrecision: figure,
  macroRecall: figure,
  macroF1: figure.describe('Mean over the measured classes, like macroPrecision and macroRecall.'),
  microPrecision: figure,
  microRecall: figure,
  microF1: figure.describe('Over all decisions on the measured classes together.'),
  noLabelRate: z.number().describe('Share of images without a predicted class.'),
  perClass: z.array(
    z.strictObject({
      precision: figure,
      recall: figure,
      f1: figure.describe('Null when not measured; confusion still counts false alarms.'),
      support: z.int().describe('Number of images with the label; 0 means not measured.'),
      confusion: z.strictObject({ tn: z.int(), fp: z.int(), fn: z.int(), tp: z.int() }),
    }),
  ),
});

export const splitMetricsSchema = z.strictObject({
  images: z.int(),
  macroAp: figure.describe('Mean average precision over the classes with a positive image (mAP).'),
  macroApInterval: z.strictObject({ low: figure, high: figure }).describe('95 % percentile bootstrap over images.'),
  classesLeftOut: z.int().describe('Classes without a positive image: not measured, and in no average.'),
  trueNoLabelRate: z.number().describe('Share of images without any label.'),
  perClass: z.array(z.strictObject({ averagePrecision: figure, rocAuc: figure, support: z.int() })),
  at: z
    .strictObject({ '0.5': decisionsSchema, global: decisionsSchema, per_class: decisionsSchema })
    .describe('Decisions at 0.5, at one threshold for all classes, and at one per class.'),
});
export type SplitMetrics = z.infer<typeof splitMetricsSchema>;

export interface SplitScores {
  /** [n, classes] of 1, 0 and -1 (unknown). */
  readonly labels: Int8Array;
  /** Codes q of the INT8 model; null for a float network. */
  readonly codes: Uint8Array | null;
  /** Logits of a float network; null for the INT8 model. */
  readonly logits: Float32Array | null;
  readonly classes: number;
  /** A class is present when q >= k, for float networks when 256 sigmoid(logit) >= k. */
  readonly thresholds: { readonly globalK: number; readonly perClassK: readonly number[] };
  readonly seed: number;
}

const REPLICATES = 1000;
const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);

export function evaluateSplit({ labels, codes, logits, classes, thresholds, seed }: SplitScores): SplitMetrics {
  // On the scale of the codes, so that k has the same meaning for floats and integers.
  const scores = codes ?? Float64Array.from(logits ?? [], (logit) => 256 / (1 + Math.exp(-logit)));
  const decisions = (kOf: (c: number) => number): z.infer<typeof decisionsSchema> =>
    decisionsAt(
      labels,
      Uint8Array.from(scores, (q, i) => (q >= kOf(i % classes) ? 1 : 0)),
      classes,
    );
  const { macroAp, perClass, leftOut } = macroAveragePrecision(labels, scores, classes);
  const images = labels.length / classes;
  return {
    images,
    macroAp: finite(macroAp),
    macroApInterval: interval(labels, scores, classes, seed),
    classesLeftOut: leftOut,
    trueNoLabelRate: noLabelRate(labels, classes),
    perClass: perClass.map((ap, c) => {
      const [classLabels, classScores] = [columnOf(labels, classes, c), columnOf(scores, classes, c)];
      return {
        averagePrecision: finite(ap),
        rocAuc: finite(rocAuc(classLabels, classScores)),
        support: classLabels.filter((label) => label === 1).length,
      };
    }),
    at: {
      '0.5': decisions(() => 128),
      global: decisions(() => thresholds.globalK),
      per_class: decisions((c) => thresholds.perClassK[c]!),
    },
  };
}

function decisionsAt(labels: Int8Array, predicted: Uint8Array, classes: number): z.infer<typeof decisionsSchema> {
  return { ...decisionFigures(confusions(labels, predicted, classes)), noLabelRate: noLabelRate(predicted, classes) };
}

/** The figures that follow from the counts of each class alone. */
export function decisionFigures(counts: readonly Confusion[]): Omit<z.infer<typeof decisionsSchema>, 'noLabelRate'> {
  const metrics = decisionMetricsOf(counts);
  return {
    macroPrecision: finite(metrics.macroPrecision),
    macroRecall: finite(metrics.macroRecall),
    macroF1: finite(metrics.macroF1),
    microPrecision: finite(metrics.microPrecision),
    microRecall: finite(metrics.microRecall),
    microF1: finite(metrics.microF1),
    perClass: metrics.perClass.map(({ precision, recall, f1, support, confusion }) => {
      const measured = (value: number): number | null => (isMeasured(confusion) ? finite(value) : null);
      return { precision: measured(precision), recall: measured(recall), f1: measured(f1), support, confusion };
    }),
  };
}

const columnOf = (matrix: ArrayLike<number>, classes: number, c: number): Float64Array =>
  Float64Array.from({ length: matrix.length / classes }, (_, n) => matrix[n * classes + c]!);

/** A resample's mean leaves out classes of which the resample has no positive image. */
function interval(
  labels: Int8Array,
  scores: ArrayLike<number>,
  classes: number,
  seed: number,
): { low: number | null; high: number | null } {
  const images = labels.length / classes;
  const perClass = Array.from({ length: classes }, (_, c) =>
    resampledAveragePrecision(columnOf(labels, classes, c), columnOf(scores, classes, c)),
  );
  const statistic = (drawn: Uint32Array): number => {
    const counts = new Uint16Array(images);
    for (const image of drawn) counts[image]!++;
    return nanMean(perClass.map((ap) => ap(counts)));
  };
  const { low, high } = bootstrapInterval(images, statistic, { replicates: REPLICATES, seed });
  return { low: finite(low), high: finite(high) };
}
