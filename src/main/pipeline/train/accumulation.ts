/**
 * A batch's place in its accumulation cycle; the weights move once per cycle. The last cycle of an epoch is shorter
 * where the batches do not divide evenly, so that the weights that are evaluated have learned from every image.
 */
export interface CycleStep {
  /** 1 / batches of the cycle, because a cycle's gradient is the mean of its batches' gradients. */
  readonly share: number;
  /** True when the batch is the last of its cycle, after which the weights move. */
  readonly moves: boolean;
  /** Updates of the weights in this phase before this batch. */
  readonly updates: number;
}

/** `epoch` and `step` count from 0; `size` is the number of batches in a whole cycle. */
export function cycleStep(epoch: number, step: number, stepsPerEpoch: number, size: number): CycleStep {
  const first = step - (step % size);
  const batches = Math.min(size, stepsPerEpoch - first);
  return {
    share: 1 / batches,
    moves: step === first + batches - 1,
    updates: epoch * Math.ceil(stepsPerEpoch / size) + first / size,
  };
}

/**
 * Decay of tf.train.ExponentialMovingAverage with num_updates: short at first, so that the initial weights fade
 * quickly.
 */
export const emaDecayAt = (decay: number, updates: number): number => Math.min(decay, (1 + updates) / (10 + updates));
