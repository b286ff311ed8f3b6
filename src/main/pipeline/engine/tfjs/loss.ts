import type { HardLoss, LossSpec } from '../engine.ts';
import type { Scalar, Tensor, TensorFlow } from './tensorFlow.ts';

export interface LossInputs {
  /** All [N, classes]. */
  readonly labels: Tensor;
  readonly weights: Tensor;
  readonly teacherLogits: Tensor | null;
}

/** The losses of engine.ts as formulas on the logits [N, classes], which TensorFlow.js differentiates. */
export function lossOf(
  tf: TensorFlow,
  spec: LossSpec,
  logits: Tensor,
  { labels, weights, teacherLogits }: LossInputs,
): { loss: Scalar; hardLoss: Scalar } {
  const smoothed = tf.add(tf.mul(labels, 1 - spec.labelSmoothing), spec.labelSmoothing / 2);
  const { present, absent } = hardTerms(tf, spec.hard, logits);
  const weighted = spec.positiveWeights === null ? present : tf.mul(present, tf.tensor1d([...spec.positiveWeights]));
  const hardLoss = weightedSum(tf, weights, smoothed, weighted, absent);
  if (spec.distillation === null || teacherLogits === null) return { loss: hardLoss, hardLoss };
  const { alpha, temperature } = spec.distillation;
  const softened = tf.div(logits, temperature);
  const soft = weightedSum(
    tf,
    weights,
    tf.sigmoid(tf.div(teacherLogits, temperature)),
    tf.softplus(tf.neg(softened)),
    tf.softplus(softened),
  );
  return { loss: tf.add(tf.mul(hardLoss, alpha), tf.mul(soft, (1 - alpha) * temperature ** 2)), hardLoss };
}

const weightedSum = (tf: TensorFlow, weights: Tensor, labels: Tensor, present: Tensor, absent: Tensor): Scalar =>
  tf.sum(tf.mul(weights, tf.add(tf.mul(labels, present), tf.mul(tf.sub(1, labels), absent))));

/** Uses softplus, because -log p = softplus(-z) and -log(1 - p) = softplus(z) never overflow. */
function hardTerms(tf: TensorFlow, loss: HardLoss, logits: Tensor): { present: Tensor; absent: Tensor } {
  const [minusLogP, minusLogQ] = [tf.softplus(tf.neg(logits)), tf.softplus(logits)];
  const [p, q] = [tf.sigmoid(logits), tf.sigmoid(tf.neg(logits))];
  switch (loss.kind) {
    case 'bce':
      return { present: minusLogP, absent: minusLogQ };
    case 'focal': {
      const [a, b] = loss.alpha === null ? [1, 1] : [loss.alpha, 1 - loss.alpha];
      return {
        present: tf.mul(tf.mul(power(tf, q, loss.gamma), minusLogP), a),
        absent: tf.mul(tf.mul(power(tf, p, loss.gamma), minusLogQ), b),
      };
    }
    case 'asymmetric': {
      const { gammaPositive, gammaNegative, margin, variant } = loss;
      const limit = -Math.log(1e-8);
      const bounded = (cost: Tensor): Tensor => (variant === 'stable' ? cost : tf.minimum(cost, limit));
      const shifted = margin === 0 ? p : tf.relu(tf.sub(p, margin));
      const absentCost = margin === 0 ? minusLogQ : tf.neg(tf.log(tf.minimum(tf.add(q, margin), 1)));
      const factor = (base: Tensor, gamma: number): Tensor =>
        variant === 'original' ? withoutGradient(tf, power(tf, base, gamma)) : power(tf, base, gamma);
      return {
        present: tf.mul(factor(q, gammaPositive), bounded(minusLogP)),
        absent: tf.mul(factor(shifted, gammaNegative), bounded(absentCost)),
      };
    }
  }
}

/** Avoids the undefined gradient of x^0 at 0. */
const power = (tf: TensorFlow, x: Tensor, exponent: number): Tensor =>
  exponent === 0 ? tf.onesLike(x) : tf.pow(x, exponent);

const withoutGradient = (tf: TensorFlow, x: Tensor): Tensor =>
  tf.customGrad((...inputs) => ({ value: (inputs[0] as Tensor).clone(), gradFunc: (dy: Tensor) => tf.zerosLike(dy) }))(
    x,
  );
