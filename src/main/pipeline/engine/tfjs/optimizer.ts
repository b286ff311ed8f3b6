import type { OptimizerSpec } from '../engine.ts';
import type { Scalar, Tensor, TensorFlow, Variable } from './tensorFlow.ts';

export const slotNames = ({ kind }: OptimizerSpec): readonly string[] => (kind === 'adamw' ? ['m', 'v'] : ['momentum']);

export interface UpdateInput {
  readonly learningRate: number;
  /** Share of the weight that is subtracted before the update. */
  readonly decay: number;
  /** Number of this optimizer step, counted from 1. */
  readonly step: number;
}

/** Updates one parameter and its slots as Keras does: AdamW (epsilon on the uncorrected root) or SGD. */
export function updateParameter(
  tf: TensorFlow,
  optimizer: OptimizerSpec,
  weights: Variable,
  slot: (name: string) => Variable,
  gradient: Tensor,
  { learningRate, decay, step }: UpdateInput,
): void {
  const decayed = decay === 0 ? weights : tf.sub(weights, tf.mul(weights, decay));
  if (optimizer.kind === 'adamw') {
    const { beta1, beta2, epsilon } = optimizer;
    const [m, v] = [slot('m'), slot('v')];
    m.assign(movedTowards(tf, m, gradient, 1 - beta1));
    v.assign(movedTowards(tf, v, tf.square(gradient), 1 - beta2));
    const stepSize = (learningRate * Math.sqrt(1 - beta2 ** step)) / (1 - beta1 ** step);
    weights.assign(tf.sub(decayed, tf.div(tf.mul(m, stepSize), tf.add(tf.sqrt(v), epsilon))));
    return;
  }
  const momentum = slot('momentum');
  const push = tf.mul(gradient, learningRate);
  momentum.assign(tf.sub(tf.mul(momentum, optimizer.momentum), push));
  weights.assign(tf.add(decayed, optimizer.nesterov ? tf.sub(tf.mul(momentum, optimizer.momentum), push) : momentum));
}

export const movedTowards = (tf: TensorFlow, from: Tensor, to: Tensor, share: number): Tensor =>
  tf.add(from, tf.mul(tf.sub(to, from), share));

export const globalNorm = (tf: TensorFlow, gradients: readonly Tensor[]): Scalar =>
  tf.sqrt(tf.addN(gradients.map((gradient) => tf.sum(tf.square(gradient)))));
