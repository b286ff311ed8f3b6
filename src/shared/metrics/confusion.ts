/** Decisions of one class: true and false negatives and positives, as in scikit-learn's confusion matrix. */
export interface Confusion {
  readonly tn: number;
  readonly fp: number;
  readonly fn: number;
  readonly tp: number;
}
