import type { NetworkConfig } from '../../../shared/config.ts';
import type { Sample } from '../data/dataset.ts';
import type { HardLoss, LossSpec, OptimizerSpec } from '../engine/engine.ts';
import { ADAMW } from '../engine/engine.ts';
import type { EarlyStoppingOptions, ReduceOnPlateauOptions } from './callbacks.ts';
import type { Schedule } from './schedule.ts';

/** Turns a network's settings into the parts of training: loss, optimizer, schedule and callbacks. */

export const optimizerOf = ({ optimizer, momentum }: NetworkConfig): OptimizerSpec =>
  optimizer === 'adamw' ? ADAMW : { kind: 'sgd', momentum, nesterov: true };

/** Loss against the labels; `samples` are those of train, whose counts give the positive weights. */
export function labelLoss(config: NetworkConfig, samples: readonly Sample[], classes: number): LossSpec {
  return {
    hard: hardLoss(config),
    labelSmoothing: config.label_smoothing,
    positiveWeights: positiveWeights(config, samples, classes),
    distillation: null,
  };
}

function hardLoss(config: NetworkConfig): HardLoss {
  switch (config.loss) {
    case 'bce':
      return { kind: 'bce' };
    case 'focal':
      return { kind: 'focal', gamma: config.focal_gamma, alpha: config.focal_alpha };
    case 'asymmetric':
      return {
        kind: 'asymmetric',
        gammaPositive: config.asymmetric_gamma_positive,
        gammaNegative: config.asymmetric_gamma_negative,
        margin: config.asymmetric_margin,
        variant: config.asymmetric_variant,
      };
  }
}

/**
 * inverse_frequency is the number of negative over positive images, as torch's documentation of pos_weight suggests.
 * effective_number is the same ratio of effective numbers (1 - beta^n) / (1 - beta) (Cui et al. 2019, arXiv
 * 1901.05555). A class without images counts as one image, which avoids a division by 0.
 */
export function positiveWeights(
  {
    positive_weights: kind,
    effective_number_beta: beta,
  }: Pick<NetworkConfig, 'positive_weights' | 'effective_number_beta'>,
  samples: readonly Sample[],
  classes: number,
): number[] | null {
  if (kind === 'none') return null;
  const count = (c: number, state: number): number =>
    Math.max(1, samples.filter((sample) => sample.labels[c] === state).length);
  const effective = (n: number): number => (kind === 'inverse_frequency' ? n : (1 - beta ** n) / (1 - beta));
  return Array.from({ length: classes }, (_, c) => effective(count(c, 0)) / effective(count(c, 1)));
}

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

/** Whether `a` is better than `b` by the monitor. An undefined value is never better than another. */
export function isBetter(monitor: NetworkConfig['monitor'], a: Figures, b: Figures): boolean {
  const [value, other] = [a, b].map((figures) => smallerIsBetter(monitor, figures[monitor] ?? NaN));
  return !Number.isNaN(value) && !(value! >= other!);
}
