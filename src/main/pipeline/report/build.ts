import { decisionMetrics, macroAveragePrecision } from '../../../shared/metrics/metrics.ts';
import { decide, histogram } from '../../../shared/metrics/thresholds.ts';
import { wilson } from '../../../shared/metrics/wilson.ts';
import type { Interval } from '../../../shared/metrics/bootstrap.ts';
import type { LabelGoal } from '../../../shared/metrics/goal.ts';
import { splitQuality } from '../eval/splitQuality.ts';
import type { MetricsReport } from '../eval/metricsReport.ts';
import { classIntervals, replicatesFor } from './classIntervals.ts';
import type { ScoredImages, PairCounts } from './figures.ts';
import { calibration, confusionPairs, cooccurrencePairs, decideShifted, operatingPoints } from './figures.ts';
import type { Report, ReportClass } from './schema.ts';
import { REPORT_FORMAT_VERSION } from './schema.ts';

export interface ReportInput extends Pick<
  Report,
  'run' | 'dataset' | 'leftOut' | 'errors' | 'config' | 'stages' | 'waited' | 'hardware' | 'versions'
> {
  readonly metrics: MetricsReport;
  /** The INT8 model's codes and the labels on test. */
  readonly test: ScoredImages;
  /** Number of training images with each label. */
  readonly trainPositives: readonly number[];
  readonly goals: readonly LabelGoal[];
  /** Codes and labels on validation after post-training quantization; null when the run did not keep them. */
  readonly postTraining: { readonly codes: Uint8Array; readonly labels: Int8Array } | null;
}

/** Largest shift of the thresholds to either side, in codes. */
const LARGEST_SHIFT = 48,
  SHIFT_STEP = 4;
const MOST_PAIRS = 4000;

/** Computes all figures of a report; has no side effects. */
export function buildReport(input: ReportInput): Report {
  const { metrics, test } = input;
  const { labels } = metrics;
  const predicted = decide(test.codes, metrics.thresholds.perClassK);
  const confused = withLabels(confusionPairs(test, predicted), labels);
  const together = sideBySide(
    cooccurrencePairs(test.labels, test.classes),
    cooccurrencePairs(predicted, test.classes),
    labels,
  );
  const { run, dataset, leftOut, errors, config, stages, waited, hardware, versions } = input;
  return {
    formatVersion: REPORT_FORMAT_VERSION,
    run,
    dataset,
    leftOut,
    metrics,
    replicates: replicatesFor(test),
    classes: classesOf(input, predicted),
    calibration: jsonCalibration(calibration(test, measuredIn(metrics))),
    sensitivity: sensitivity(test, metrics.thresholds.perClassK),
    confusions: confused.slice(0, MOST_PAIRS),
    missed: metrics.test.int8.at.per_class.perClass.map(({ confusion }) => confusion.fn),
    cooccurrence: together.slice(0, MOST_PAIRS),
    pairsLeftOut: Math.max(0, confused.length - MOST_PAIRS) + Math.max(0, together.length - MOST_PAIRS),
    errors,
    config,
    stages,
    waited,
    hardware,
    versions,
  };
}

/** Only measured labels count in averages, and thus in the calibration of all labels together. */
const measuredIn = ({ test }: MetricsReport): Set<number> =>
  new Set(test.int8.perClass.flatMap(({ support }, c) => (support > 0 ? [c] : [])));

function classesOf(
  { metrics, test, trainPositives, postTraining, goals }: ReportInput,
  predicted: Uint8Array,
): ReportClass[] {
  const quality = splitQuality(metrics, 'test', goals);
  const intervals = classIntervals(test, predicted, 1);
  const ptq =
    postTraining === null
      ? null
      : macroAveragePrecision(postTraining.labels, postTraining.codes, test.classes).perClass;
  return metrics.labels.map((label, c) => {
    const {
      precision,
      recall,
      f1,
      confusion: { tp, fp, fn },
    } = metrics.test.int8.at.per_class.perClass[c]!;
    const { averagePrecision, rocAuc, support } = metrics.test.int8.perClass[c]!;
    const { verdict, measure, minimum, value } = quality.labels[c]!;
    const measured = support > 0;
    const ap = (model: 'teacher' | 'student' | 'int8', split: 'val' | 'test'): number | null =>
      metrics[split][model].perClass[c]!.averagePrecision;
    return {
      label,
      images: { train: trainPositives[c]!, val: metrics.val.int8.perClass[c]!.support, test: support },
      k: metrics.thresholds.perClassK[c]!,
      precision,
      precisionInterval: finiteInterval(measured ? wilson(tp, tp + fp) : wilson(0, 0)),
      recall,
      recallInterval: finiteInterval(wilson(tp, tp + fn)),
      f1,
      f1Interval: finiteInterval(intervals[c]!.f1),
      averagePrecision,
      averagePrecisionInterval: finiteInterval(intervals[c]!.ap),
      rocAuc,
      ece: measured ? finite(calibration(test, new Set([c])).ece) : null,
      quality: { verdict, measure, minimum, value },
      models: {
        teacher: ap('teacher', 'test'),
        student: ap('student', 'test'),
        int8: ap('int8', 'test'),
        valStudent: ap('student', 'val'),
        valPostTraining: ptq === null ? null : finite(ptq[c]!),
        valInt8: ap('int8', 'val'),
      },
      curve: operatingPoints(histogram(test.codes, test.labels, test.classes, c)),
    };
  });
}

function sensitivity(test: ScoredImages, ks: readonly number[]): Report['sensitivity'] {
  const shifts = Array.from({ length: (2 * LARGEST_SHIFT) / SHIFT_STEP + 1 }, (_, i) => i * SHIFT_STEP - LARGEST_SHIFT);
  return shifts.map((shift) => {
    const { macroF1, microF1, microPrecision, microRecall } = decisionMetrics(
      test.labels,
      decideShifted(test, ks, shift),
      test.classes,
    );
    return {
      shift,
      macroF1: finite(macroF1),
      microF1: finite(microF1),
      microPrecision: finite(microPrecision),
      microRecall: finite(microRecall),
    };
  });
}

/** Replaces indices with labels; most frequent pairs first. */
function withLabels(counts: PairCounts, labels: readonly string[]): Report['confusions'] {
  return [...counts]
    .sort(([keyA, a], [keyB, b]) => b - a || keyA - keyB)
    .map(([key, count]) => ({ a: labels[Math.floor(key / labels.length)]!, b: labels[key % labels.length]!, count }));
}

/** Pairs of labels by how often they occur together in the labels and in the predictions. */
function sideBySide(truth: PairCounts, predicted: PairCounts, labels: readonly string[]): Report['cooccurrence'] {
  const most = (key: number): number => Math.max(truth.get(key) ?? 0, predicted.get(key) ?? 0);
  return [...new Set([...truth.keys(), ...predicted.keys()])]
    .sort((a, b) => most(b) - most(a) || a - b)
    .map((key) => ({
      a: labels[Math.floor(key / labels.length)]!,
      b: labels[key % labels.length]!,
      truth: truth.get(key) ?? 0,
      said: predicted.get(key) ?? 0,
    }));
}

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);
const finiteInterval = ({ low, high }: Interval): { low: number | null; high: number | null } => ({
  low: finite(low),
  high: finite(high),
});
const jsonCalibration = ({ bins, ece }: ReturnType<typeof calibration>): Report['calibration'] => ({
  ece: finite(ece),
  bins: bins.map((bin) => ({ ...bin })),
});
