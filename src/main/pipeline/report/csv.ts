import type { CsvValue } from '../../../shared/csv.ts';
import { csvRow } from '../../../shared/csv.ts';
import type { Report } from './schema.ts';

/** RFC 4180 with a byte order mark, so that spreadsheets read labels of every script. */
export const csv = (rows: readonly (readonly CsvValue[])[]): string =>
  `\uFEFF${rows.map((row) => `${csvRow(row)}\r\n`).join('')}`;

/** One row per class with all its figures. */
export function classesCsv({ classes }: Report): string {
  const heads = [
    'label',
    'train',
    'val',
    'test',
    'k',
    'precision',
    'precision_low',
    'precision_high',
    'recall',
    'recall_low',
    'recall_high',
    'f1',
    'f1_low',
    'f1_high',
    'ap',
    'ap_low',
    'ap_high',
    'roc_auc',
    'ece',
    'goal',
    'goal_minimum',
    'goal_value',
    'verdict',
    'ap_teacher',
    'ap_float',
    'ap_int8',
    'val_ap_float',
    'val_ap_ptq',
    'val_ap_int8',
  ];
  return csv([
    heads,
    ...classes.map((c) => [
      c.label,
      c.images.train,
      c.images.val,
      c.images.test,
      c.k,
      c.precision,
      c.precisionInterval.low,
      c.precisionInterval.high,
      c.recall,
      c.recallInterval.low,
      c.recallInterval.high,
      c.f1,
      c.f1Interval.low,
      c.f1Interval.high,
      c.averagePrecision,
      c.averagePrecisionInterval.low,
      c.averagePrecisionInterval.high,
      c.rocAuc,
      c.ece,
      c.quality.measure,
      c.quality.minimum,
      c.quality.value,
      c.quality.verdict ?? 'not measured',
      c.models.teacher,
      c.models.student,
      c.models.int8,
      c.models.valStudent,
      c.models.valPostTraining,
      c.models.valInt8,
    ]),
  ]);
}

/** One row per class and distinct threshold. */
export function curvesCsv({ classes }: Report): string {
  return csv([
    ['label', 'k', 'precision', 'recall', 'false_positive_rate'],
    ...classes.flatMap(({ label, curve }) =>
      curve.map(({ k, precision, recall, falsePositiveRate }) => [label, k, precision, recall, falsePositiveRate]),
    ),
  ]);
}

export function confusionsCsv({ confusions, classes, missed }: Report): string {
  return csv([
    ['there', 'said', 'images'],
    ...confusions.map(({ a, b, count }) => [a, b, count]),
    ...classes.map(({ label }, c) => [label, null, missed[c]!]).filter(([, , count]) => count !== 0),
  ]);
}

export function cooccurrenceCsv({ cooccurrence }: Report): string {
  return csv([
    ['a', 'b', 'images_truth', 'images_said'],
    ...cooccurrence.map(({ a, b, truth, said }) => [a, b, truth, said]),
  ]);
}

export function calibrationCsv({ calibration }: Report): string {
  return csv([
    ['images_and_labels', 'mean_score', 'observed'],
    ...calibration.bins.map(({ count, meanScore, observed }) => [count, meanScore, observed]),
  ]);
}

export function sensitivityCsv({ sensitivity }: Report): string {
  return csv([
    ['shift', 'macro_f1', 'micro_f1', 'micro_precision', 'micro_recall'],
    ...sensitivity.map(({ shift, macroF1, microF1, microPrecision, microRecall }) => [
      shift,
      macroF1,
      microF1,
      microPrecision,
      microRecall,
    ]),
  ]);
}

/** One row per split, network and decision rule. */
export function networksCsv({ metrics }: Report): string {
  return csv([
    [
      'split',
      'network',
      'threshold',
      'macro_ap',
      'macro_precision',
      'macro_recall',
      'macro_f1',
      'micro_f1',
      'no_label_rate',
    ],
    ...(['test', 'val'] as const).flatMap((split) =>
      (['teacher', 'student', 'int8'] as const).flatMap((network) =>
        (['0.5', 'global', 'per_class'] as const).map((rule) => {
          const { macroAp, at } = metrics[split][network];
          const d = at[rule];
          return [split, network, rule, macroAp, d.macroPrecision, d.macroRecall, d.macroF1, d.microF1, d.noLabelRate];
        }),
      ),
    ),
  ]);
}

/** All other figures of a run, one per row: images, settings, times, machine. */
export function runCsv({ run, dataset, calibration, config, stages, waited, hardware, versions }: Report): string {
  return csv([
    ['figure', 'value'],
    ...flat('', {
      run,
      dataset,
      calibration: { ece: calibration.ece },
      stage_seconds: stages,
      waited_share: waited,
      hardware,
      versions,
      config,
    }),
  ]);
}

function flat(key: string, value: unknown): [string, string | number | null][] {
  if (typeof value !== 'object' || value === null)
    return [[key, typeof value === 'number' || value === null ? value : String(value)]];
  if (Array.isArray(value)) return [[key, value.join(' ')]];
  return Object.entries(value).flatMap(([name, inner]) => flat(key === '' ? name : `${key}.${name}`, inner));
}
