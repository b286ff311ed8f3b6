/**
 * The decisions of Keras's callbacks at the end of each epoch, as pure functions on plain state. The state is saved in
 * the checkpoint, so that a resumed run decides like an uninterrupted one.
 * Smaller values are better; scores are passed negated. Sources: keras/src/callbacks/early_stopping.py and
 * reduce_lr_on_plateau.py (Keras 3.15). NaN is never better, even as the first value; Keras would keep it as the best.
 */

export interface EarlyStoppingOptions {
  /** Epochs without improvement after which training ends; null turns early stopping off. */
  readonly patience: number | null;
  readonly minDelta: number;
  /** Epochs before this one, counted from 0, are not evaluated. */
  readonly startFromEpoch: number;
  /** Only an improvement on this value resets the wait; null means any improvement does. */
  readonly baseline: number | null;
}

export interface EarlyStoppingState {
  readonly best: number;
  /** Epoch of the best value, counted from 0; -1 before the first. */
  readonly bestEpoch: number;
  readonly wait: number;
}

export const earlyStoppingStart: EarlyStoppingState = { best: Infinity, bestEpoch: -1, wait: 0 };

export interface EarlyStoppingDecision {
  readonly state: EarlyStoppingState;
  /** True when this epoch's weights are the best so far, and so the ones to keep. */
  readonly improved: boolean;
  /** True when patience is exhausted. */
  readonly stop: boolean;
}

export function earlyStopping(
  { patience, minDelta, startFromEpoch, baseline }: EarlyStoppingOptions,
  state: EarlyStoppingState,
  epoch: number,
  value: number,
): EarlyStoppingDecision {
  if (epoch < startFromEpoch) return { state, improved: false, stop: false };
  const better = (than: number): boolean => value < than - minDelta;
  if (better(state.best)) {
    const wait = baseline === null || better(baseline) ? 0 : state.wait + 1;
    return { state: { best: value, bestEpoch: epoch, wait }, improved: true, stop: false };
  }
  const wait = state.wait + 1;
  // The first epoch's weights are kept even if its value is not a number, because there must be something to restore.
  const isFirst = state.bestEpoch < 0;
  return {
    state: { ...state, bestEpoch: isFirst ? epoch : state.bestEpoch, wait },
    improved: isFirst,
    stop: patience !== null && wait >= patience && epoch > 0,
  };
}

export interface ReduceOnPlateauOptions {
  readonly factor: number;
  /** Epochs without improvement before a reduction; null turns it off. */
  readonly patience: number | null;
  readonly minDelta: number;
  readonly cooldown: number;
  /** The scale is never reduced below this. */
  readonly minimum: number;
}

export interface ReduceOnPlateauState {
  readonly best: number;
  readonly wait: number;
  readonly cooldown: number;
  /** Factor on the scheduled learning rate; without a schedule, the learning rate itself. */
  readonly scale: number;
}

export const reduceOnPlateauStart = (scale = 1): ReduceOnPlateauState => ({
  best: Infinity,
  wait: 0,
  cooldown: 0,
  scale,
});

export function reduceOnPlateau(
  options: ReduceOnPlateauOptions,
  state: ReduceOnPlateauState,
  value: number,
): ReduceOnPlateauState {
  if (options.patience === null) return state;
  const cooling = state.cooldown > 0;
  const cooldown = cooling ? state.cooldown - 1 : 0;
  const waited = cooling ? 0 : state.wait;
  if (value < state.best - options.minDelta) return { ...state, best: value, wait: 0, cooldown };
  if (cooldown > 0) return { ...state, wait: waited, cooldown };
  const wait = waited + 1;
  if (wait < options.patience || state.scale <= options.minimum) return { ...state, wait, cooldown };
  return {
    ...state,
    wait: 0,
    cooldown: options.cooldown,
    scale: Math.max(state.scale * options.factor, options.minimum),
  };
}
