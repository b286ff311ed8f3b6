import { focusOf } from '../../losses/focus.ts';
import type { HardLoss, LossSpec } from '../../losses/loss.ts';
import { distillationShares, smoothing } from '../../losses/loss.ts';
import type { Scalar, Tensor, TensorFlow } from './tensorFlow.ts';

export interface LossInputs {
  /** All [N, classes]. */
  readonly labels: Tensor;
  readonly weights: Tensor;
  readonly teacherLogits: Tensor | null;
}

/** The losses of pipeline/losses as formulas on the logits [N, classes], which TensorFlow.js differentiates. */
export function lossOf(
  tf: TensorFlow,
  spec: LossSpec,
  logits: Tensor,
  { labels, weights, teacherLogits }: LossInputs,
): { loss: Scalar; hardLoss: Scalar } {
  const { scale, shift } = smoothing(spec);
  const smoothed = tf.add(tf.mul(labels, scale), shift);
  const { present, absent } = hardTerms(tf, spec.hard, logits);
  const weighted = spec.positiveWeights === null ? present : tf.mul(present, tf.tensor1d([...spec.positiveWeights]));
  const hardLoss = weightedSum(tf, weights, smoothed, weighted, absent);
  if (spec.distillation === null || teacherLogits === null) return { loss: hardLoss, hardLoss };
  const { temperature } = spec.distillation;
  const shares = distillationShares(spec.distillation);
  const softened = tf.div(logits, temperature);
  const soft = weightedSum(
    tf,
    weights,
    tf.sigmoid(tf.div(teacherLogits, temperature)),
    tf.softplus(tf.neg(softened)),
    tf.softplus(softened),
  );
  return { loss: tf.add(tf.mul(hardLoss, shares.hard), tf.mul(soft, shares.soft)), hardLoss };
}

const weightedSum = (tf: TensorFlow, weights: Tensor, labels: Tensor, present: Tensor, absent: Tensor): Scalar =>
  tf.sum(tf.mul(weights, tf.add(tf.mul(labels, present), tf.mul(tf.sub(1, labels), absent))));

/** Uses softplus, because -log p = softplus(-z) and -log(1 - p) = softplus(z) never overflow. */
function hardTerms(tf: TensorFlow, loss: HardLoss, logits: Tensor): { present: Tensor; absent: Tensor } {
  const { gammaPositive, gammaNegative, margin, scales, bound, detached } = focusOf(loss);
  const [minusLogP, minusLogQ] = [tf.softplus(tf.neg(logits)), tf.softplus(logits)];
  const [p, q] = [tf.sigmoid(logits), tf.sigmoid(tf.neg(logits))];
  const bounded = (cost: Tensor): Tensor => (bound === null ? cost : tf.minimum(cost, bound));
  const shifted = margin === 0 ? p : tf.relu(tf.sub(p, margin));
  const absentCost = margin === 0 ? minusLogQ : tf.neg(tf.log(tf.minimum(tf.add(q, margin), 1)));
  const factor = (base: Tensor, gamma: number): Tensor =>
    detached ? withoutGradient(tf, power(tf, base, gamma)) : power(tf, base, gamma);
  return {
    present: tf.mul(tf.mul(factor(q, gammaPositive), bounded(minusLogP)), scales[0]),
    absent: tf.mul(tf.mul(factor(shifted, gammaNegative), bounded(absentCost)), scales[1]),
  };
}

/** Avoids the undefined gradient of x^0 at 0. */
const power = (tf: TensorFlow, x: Tensor, exponent: number): Tensor =>
  exponent === 0 ? tf.onesLike(x) : tf.pow(x, exponent);

const withoutGradient = (tf: TensorFlow, x: Tensor): Tensor =>
  tf.customGrad((...inputs) => ({ value: (inputs[0] as Tensor).clone(), gradFunc: (dy: Tensor) => tf.zerosLike(dy) }))(
    x,
  );
