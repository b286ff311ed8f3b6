import type { NetworkConfig } from '../../../shared/config.ts';
import type { OptimizerSpec } from '../engine/engine.ts';
import { ADAMW } from '../engine/engine.ts';
import type { EarlyStoppingOptions, ReduceOnPlateauOptions } from './callbacks.ts';
import type { Schedule } from './schedule.ts';

/** Turns settings of a network into the parts of training: optimizer, schedule and callbacks. */

export const optimizerOf = ({ optimizer, momentum }: NetworkConfig): OptimizerSpec =>
  optimizer === 'adamw' ? ADAMW : { kind: 'sgd', momentum, nesterov: true };

export function scheduleOf(
  config: NetworkConfig,
  { peak, epochs, stepsPerEpoch }: { readonly peak: number; readonly epochs: number; readonly stepsPerEpoch: number },
): Schedule {
  const warmupSteps = Math.round(Math.min(config.warmup_epochs, epochs / 2) * stepsPerEpoch);
  const common = { peak, warmupSteps, totalSteps: epochs * stepsPerEpoch };
  switch (config.schedule) {
    case 'one_cycle':
      return { kind: 'one_cycle', peak, totalSteps: common.totalSteps };
    case 'step':
      return { kind: 'step', ...common, stepSteps: config.step_epochs * stepsPerEpoch, stepFactor: config.step_factor };
    default:
      return { kind: config.schedule, ...common };
  }
}

/** In the settings 0 epochs of patience mean 'off'; in Keras they would act at once. */
const patience = (epochs: number): number | null => (epochs === 0 ? null : epochs);

/** At least the last of a phase's epochs is evaluated, whatever early_stopping_start says. */
export function earlyStoppingOf(config: NetworkConfig, epochs: number): EarlyStoppingOptions {
  const { early_stopping_baseline: baseline, monitor } = config;
  return {
    patience: patience(config.early_stopping_patience),
    minDelta: config.min_delta,
    startFromEpoch: Math.min(config.early_stopping_start, epochs - 1),
    baseline: baseline === null ? null : smallerIsBetter(monitor, baseline),
  };
}

export function plateauOf(config: NetworkConfig, peak: number): ReduceOnPlateauOptions {
  const { reduce_lr_factor: factor } = config;
  return {
    factor,
    patience: factor === 1 ? null : patience(config.reduce_lr_patience),
    minDelta: config.min_delta,
    cooldown: config.reduce_lr_cooldown,
    minimum: peak === 0 ? 0 : Math.min(1, config.min_lr / peak),
  };
}

/** Negates scores, because callbacks look for the smallest value. */
export const smallerIsBetter = (monitor: NetworkConfig['monitor'], value: number): number =>
  monitor === 'val_loss' ? value : -value;

type Figures = Readonly<Record<string, number | null>>;

/** True when `a` is better than `b` by the monitor. An undefined value is never better than another. */
export function isBetter(monitor: NetworkConfig['monitor'], a: Figures, b: Figures): boolean {
  const [value, other] = [a, b].map((figures) => smallerIsBetter(monitor, figures[monitor] ?? NaN));
  return !Number.isNaN(value) && !(value! >= other!);
}
