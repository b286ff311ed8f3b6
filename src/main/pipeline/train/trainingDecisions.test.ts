import { expect, test } from 'vitest';
import { decisionMetrics } from '../../../shared/metrics/metrics.ts';
import { countDecisions, countedF1 } from './trainingDecisions.ts';

const labels = [1, 0, 1, 0, 1, 1, 0, 0, 1, 0, 0, 1];
const logits = [2, -1, -3, 1, 0, 2, -2, 4, 1, -1, 3, -2];

test('F1 counted batch by batch equals F1 of all decisions of the epoch', () => {
  const known = (values: readonly number[]): Float32Array => new Float32Array(values.length).fill(0.25);
  const batch = (from: number, to: number) => ({
    labels: Float32Array.from(labels.slice(from, to)),
    weights: known(labels.slice(from, to)),
  });
  const counts = countDecisions(
    countDecisions([], batch(0, 6), Float32Array.from(logits.slice(0, 6)), 3),
    batch(6, 12),
    Float32Array.from(logits.slice(6)),
    3,
  );
  const { macroF1, microF1 } = decisionMetrics(
    Int8Array.from(labels),
    logits.map((logit) => (logit >= 0 ? 1 : 0)),
    3,
  );
  expect(countedF1(counts)).toEqual({ train_macro_f1: macroF1, train_micro_f1: microF1 });
});

test('unknown labels are not counted, a mixed label is present from 0.5 on, and no decisions give no F1', () => {
  const counts = countDecisions(
    [],
    { labels: Float32Array.of(0.5, 0.3, 0), weights: Float32Array.of(0.5, 0.5, 0) },
    Float32Array.of(1, -1, 5),
    3,
  );
  expect(counts).toEqual([1, 0, 0, 0, 0, 0, 0, 0, 0]);
  expect(countedF1([])).toEqual({ train_macro_f1: null, train_micro_f1: null });
});
