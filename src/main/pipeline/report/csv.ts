import type { Report } from './schema.ts';

/** RFC 4180, with a byte-order mark: spreadsheets then read labels of every script. */
export function csv(rows: readonly (readonly (string | number | null)[])[]): string {
  const cell = (value: string | number | null): string => {
    const text = value === null ? '' : String(value);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return `\uFEFF${rows.map((row) => row.map(cell).join(',')).join('\r\n')}\r\n`;
}

/** One row a class: every figure of it. */
export function classesCsv({ classes }: Report): string {
  const heads = ['label', 'train', 'val', 'test', 'k', 'precision', 'precision_low', 'precision_high', 'recall', 'recall_low', 'recall_high', 'f1', 'f1_low', 'f1_high',
    'ap', 'ap_low', 'ap_high', 'roc_auc', 'ece', 'ap_teacher', 'ap_float', 'ap_int8', 'val_ap_float', 'val_ap_ptq', 'val_ap_int8'];
  return csv([heads, ...classes.map((c) => [
    c.label, c.images.train, c.images.val, c.images.test, c.k,
    c.precision, c.precisionInterval.low, c.precisionInterval.high, c.recall, c.recallInterval.low, c.recallInterval.high, c.f1, c.f1Interval.low, c.f1Interval.high,
    c.averagePrecision, c.averagePrecisionInterval.low, c.averagePrecisionInterval.high, c.rocAuc, c.ece,
    c.models.teacher, c.models.student, c.models.int8, c.models.valStudent, c.models.valPostTraining, c.models.valInt8,
  ])]);
}

/** One row a class and threshold that changes a decision. */
export function curvesCsv({ classes }: Report): string {
  return csv([['label', 'k', 'precision', 'recall', 'false_positive_rate'], ...classes.flatMap(({ label, curve }) => curve.map(({ k, precision, recall, falsePositiveRate }) => [label, k, precision, recall, falsePositiveRate]))]);
}

export function confusionsCsv({ confusions, classes, missed }: Report): string {
  return csv([['there', 'said', 'images'], ...confusions.map(({ a, b, count }) => [a, b, count]), ...classes.map(({ label }, c) => [label, null, missed[c]!]).filter(([, , count]) => count !== 0)]);
}

export function cooccurrenceCsv({ cooccurrence }: Report): string {
  return csv([['a', 'b', 'images_truth', 'images_said'], ...cooccurrence.map(({ a, b, truth, said }) => [a, b, truth, said])]);
}
