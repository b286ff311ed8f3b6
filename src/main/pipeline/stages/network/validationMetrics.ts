import type { Message } from '../../../../shared/message.ts';
import { message } from '../../../../shared/message.ts';
import type { Sample } from '../../data/dataset.ts';
import { decisionMetrics, macroAveragePrecision } from '../../../../shared/metrics/metrics.ts';
import { labelMatrix, meanCrossEntropy, sigmoid } from '../../train/scoring.ts';

type Figures = Record<string, number | null>;

/** A figure of a run; null where a computation gave NaN or an infinity (no positive image, no epoch). */
export const figure = (value: number): number | null => (Number.isFinite(value) ? value : null);

/** A figure as text in a note. */
export const figureText = (
  value: number | null | undefined,
  code: 'figure.threeDecimals' | 'figure.fourDecimals',
): Message => (value == null ? message('figure.undefined') : message(code, { value }));

/** Cross-entropy, macro AP, and macro and micro F1 at 0.5 of a float network's `logits` [n, classes]. */
export function validationMetrics(logits: Float32Array, samples: readonly Sample[], classes: number): Figures {
  const labels = labelMatrix(samples, classes);
  return figures(
    logits,
    logits.map((logit) => (logit >= 0 ? 1 : 0)),
    meanCrossEntropy(logits, labels),
    labels,
    classes,
  );
}

/** Codes 0 and 255 mean scores near 0 and 1, not certainty, so half a code keeps the logarithm finite. */
const codeLogit = (q: number): number => {
  const p = Math.min(255.5, Math.max(0.5, q)) / 256;
  return Math.log(p / (1 - p));
};

/** Like validationMetrics, for the INT8 model's codes q [n, classes]. */
export function integerMetrics(codes: Uint8Array, samples: readonly Sample[], classes: number): Figures {
  const labels = labelMatrix(samples, classes);
  return figures(
    codes,
    codes.map((q) => (q >= 128 ? 1 : 0)),
    meanCrossEntropy(Float32Array.from(codes, codeLogit), labels),
    labels,
    classes,
  );
}

function figures(
  scores: ArrayLike<number>,
  predicted: ArrayLike<number>,
  loss: number,
  labels: Int8Array,
  classes: number,
): Figures {
  const { macroAp } = macroAveragePrecision(labels, scores, classes);
  const { macroF1, microF1 } = decisionMetrics(labels, predicted, classes);
  return { val_loss: figure(loss), macro_ap: figure(macroAp), macro_f1: figure(macroF1), micro_f1: figure(microF1) };
}

/** Agreement of two networks: share of equal decisions at 0.5 and mean absolute difference of scores. */
export function agreement(a: Float32Array, b: Float32Array): { decisions: number; scoreDifference: number } {
  let equal = 0;
  let difference = 0;
  for (let i = 0; i < a.length; i++) {
    if (a[i]! >= 0 === b[i]! >= 0) equal++;
    difference += Math.abs(sigmoid(a[i]!) - sigmoid(b[i]!));
  }
  return { decisions: equal / a.length, scoreDifference: difference / a.length };
}
