import * as tf from '@tensorflow/tfjs-core';
import type { HardLoss, LossSpec } from '../engine.ts';

export interface LossInputs {
  /** All [N, classes]. */
  readonly labels: tf.Tensor;
  readonly weights: tf.Tensor;
  readonly teacherLogits: tf.Tensor | null;
}

/** The losses of the contract as formulas on the logits [N, classes]: the gradients are TensorFlow.js's own. */
export function lossOf(spec: LossSpec, logits: tf.Tensor, { labels, weights, teacherLogits }: LossInputs): { loss: tf.Scalar; hardLoss: tf.Scalar } {
  const smoothed = tf.add(tf.mul(labels, 1 - spec.labelSmoothing), spec.labelSmoothing / 2);
  const { present, absent } = hardTerms(spec.hard, logits);
  const weighted = spec.positiveWeights === null ? present : tf.mul(present, tf.tensor1d([...spec.positiveWeights]));
  const hardLoss = weightedSum(weights, smoothed, weighted, absent);
  if (spec.distillation === null || teacherLogits === null) return { loss: hardLoss, hardLoss };
  const { alpha, temperature } = spec.distillation;
  const cooled = tf.div(logits, temperature);
  const soft = weightedSum(weights, tf.sigmoid(tf.div(teacherLogits, temperature)), tf.softplus(tf.neg(cooled)), tf.softplus(cooled));
  return { loss: tf.add(tf.mul(hardLoss, alpha), tf.mul(soft, (1 - alpha) * temperature ** 2)), hardLoss };
}

const weightedSum = (weights: tf.Tensor, labels: tf.Tensor, present: tf.Tensor, absent: tf.Tensor): tf.Scalar =>
  tf.sum(tf.mul(weights, tf.add(tf.mul(labels, present), tf.mul(tf.sub(1, labels), absent))));

/** -log p is softplus(-z), -log(1 - p) is softplus(z). */
function hardTerms(loss: HardLoss, logits: tf.Tensor): { present: tf.Tensor; absent: tf.Tensor } {
  const [minusLogP, minusLogQ] = [tf.softplus(tf.neg(logits)), tf.softplus(logits)];
  const [p, q] = [tf.sigmoid(logits), tf.sigmoid(tf.neg(logits))];
  switch (loss.kind) {
    case 'bce': return { present: minusLogP, absent: minusLogQ };
    case 'focal': {
      const [a, b] = loss.alpha === null ? [1, 1] : [loss.alpha, 1 - loss.alpha];
      return { present: tf.mul(tf.mul(power(q, loss.gamma), minusLogP), a), absent: tf.mul(tf.mul(power(p, loss.gamma), minusLogQ), b) };
    }
    case 'asymmetric': {
      const { gammaPositive, gammaNegative, margin, variant } = loss;
      const limit = -Math.log(1e-8);
      const bounded = (cost: tf.Tensor): tf.Tensor => (variant === 'stable' ? cost : tf.minimum(cost, limit));
      const shifted = margin === 0 ? p : tf.relu(tf.sub(p, margin));
      const absentCost = margin === 0 ? minusLogQ : tf.neg(tf.log(tf.minimum(tf.add(q, margin), 1)));
      const factor = (base: tf.Tensor, gamma: number): tf.Tensor => (variant === 'original' ? withoutGradient(power(base, gamma)) : power(base, gamma));
      return { present: tf.mul(factor(q, gammaPositive), bounded(minusLogP)), absent: tf.mul(factor(shifted, gammaNegative), bounded(absentCost)) };
    }
  }
}

/** x^0 is 1, with no gradient. */
const power = (x: tf.Tensor, exponent: number): tf.Tensor => (exponent === 0 ? tf.onesLike(x) : tf.pow(x, exponent));

const withoutGradient = (x: tf.Tensor): tf.Tensor => tf.customGrad((...inputs) => ({ value: (inputs[0] as tf.Tensor).clone(), gradFunc: (dy: tf.Tensor) => tf.zerosLike(dy) }))(x);
