/**
 * How batches are gathered into cycles, after each of which the weights move. An epoch ends with a cycle of its own, shorter where
 * its batches do not divide, so that every image counts and what is measured has learned from all of them.
 */
export interface CycleStep {
  /** 1 / batches of the cycle: the gradient of a cycle is the mean of its batches' gradients. */
  readonly share: number;
  /** The batch is the last of its cycle. */
  readonly moves: boolean;
  /** Moves of the weights in this phase before this batch. */
  readonly updates: number;
}

/** `step` of `stepsPerEpoch` in `epoch`, counted from 0; `size`: batches of a whole cycle. */
export function cycleStep(epoch: number, step: number, stepsPerEpoch: number, size: number): CycleStep {
  const first = step - (step % size);
  const batches = Math.min(size, stepsPerEpoch - first);
  return {
    share: 1 / batches,
    moves: step === first + batches - 1,
    updates: epoch * Math.ceil(stepsPerEpoch / size) + first / size,
  };
}

/** tf.train.ExponentialMovingAverage with num_updates: at the start the average is short, so that the first weights are soon forgotten. */
export const emaDecayAt = (decay: number, updates: number): number => Math.min(decay, (1 + updates) / (10 + updates));
