import type { Confusion } from './confusion.ts';

/*
 * Precision, recall and F1 from counts. 0/0 is NaN unless the caller passes another value for it, like scikit-learn's
 * zero_division.
 */

const ratio = (numerator: number, denominator: number, empty: number): number =>
  denominator === 0 ? empty : numerator / denominator;

export const precision = ({ tp, fp }: Pick<Confusion, 'tp' | 'fp'>, empty = NaN): number => ratio(tp, tp + fp, empty);
export const recall = ({ tp, fn }: Pick<Confusion, 'tp' | 'fn'>, empty = NaN): number => ratio(tp, tp + fn, empty);
export const f1 = ({ tp, fp, fn }: Pick<Confusion, 'tp' | 'fp' | 'fn'>, empty = NaN): number =>
  ratio(2 * tp, 2 * tp + fp + fn, empty);
