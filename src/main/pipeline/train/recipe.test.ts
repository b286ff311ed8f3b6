import { describe, expect, test } from 'vitest';
import { configSchema } from '../../../shared/config.ts';
import type { NetworkConfig } from '../../../shared/config.ts';
import type { Sample } from '../data/dataset.ts';
import { earlyStoppingOf, isBetter, optimizerOf, plateauOf, scheduleOf, smallerIsBetter } from './recipe.ts';
import { labelLoss, positiveWeights } from '../losses/settings.ts';
import { learningRateOf } from './schedule.ts';

const config = (change: Partial<NetworkConfig> = {}): NetworkConfig => ({
  ...configSchema.parse({}).teacher,
  ...change,
});
const sample = (...labels: number[]): Sample => ({
  path: '',
  file: '',
  hash: '',
  line: 0,
  labels: Int8Array.from(labels),
});
/** Class 0 is present in 1 of 4 images, class 1 in 3 of 4, class 2 in 1 of 3 known ones, class 3 in none. */
const samples = [sample(1, 1, -1, 0), sample(0, 1, 1, 0), sample(0, 1, 0, 0), sample(0, 0, 0, 0)];

describe('positive weights', () => {
  const weights = (positive_weights: NetworkConfig['positive_weights'], effective_number_beta = 0.9): number[] | null =>
    positiveWeights({ positive_weights, effective_number_beta }, samples, 4);
  test('are none, or the inverse frequency', () => {
    expect(weights('none')).toBeNull();
    expect(weights('inverse_frequency')).toEqual([3, 1 / 3, 2, 4]);
  });
  test('by effective number range from 1 (beta 0) to the inverse frequency (beta near 1)', () => {
    expect(weights('effective_number')![0]).toBeCloseTo((1 - 0.9 ** 3) / (1 - 0.9), 12);
    expect(weights('effective_number', 0)).toEqual([1, 1, 1, 1]);
    weights('effective_number', 0.99999)!.forEach((weight, c) => expect(weight).toBeCloseTo([3, 1 / 3, 2, 4][c]!, 3));
  });
});

describe('settings become', () => {
  test('a loss', () => {
    expect(labelLoss(config(), samples, 4)).toEqual({
      hard: { kind: 'bce' },
      labelSmoothing: 0,
      positiveWeights: null,
      distillation: null,
    });
    expect(labelLoss(config({ loss: 'focal', focal_alpha: 0.25, label_smoothing: 0.1 }), samples, 4)).toMatchObject({
      hard: { kind: 'focal', gamma: 2, alpha: 0.25 },
      labelSmoothing: 0.1,
    });
    expect(labelLoss(config({ loss: 'asymmetric', asymmetric_variant: 'original' }), samples, 4).hard).toEqual({
      kind: 'asymmetric',
      gammaPositive: 0,
      gammaNegative: 4,
      margin: 0.05,
      variant: 'original',
    });
  });
  test('an optimizer', () => {
    expect(optimizerOf(config()).kind).toBe('adamw');
    expect(optimizerOf(config({ optimizer: 'sgd', momentum: 0.8 }))).toEqual({
      kind: 'sgd',
      momentum: 0.8,
      nesterov: true,
    });
  });
  test('a schedule in steps', () => {
    const phase = { peak: 0.1, epochs: 6, stepsPerEpoch: 10 };
    const rates = (change: Partial<NetworkConfig>, steps: number[]): number[] =>
      steps.map((step) => learningRateOf(scheduleOf(config(change), phase), step));
    expect(rates({ schedule: 'constant', warmup_epochs: 1 }, [0, 4, 9, 59])).toEqual([0.01, 0.05, 0.1, 0.1]);
    expect(rates({ schedule: 'step', warmup_epochs: 0, step_epochs: 2, step_factor: 0.5 }, [0, 18, 19, 39])).toEqual([
      0.1, 0.1, 0.05, 0.025,
    ]);
    // The steps are counted from the end of the warm-up: 10 steps up, then halved every 20.
    expect(rates({ schedule: 'step', warmup_epochs: 1, step_epochs: 2, step_factor: 0.5 }, [4, 9, 28, 29, 49])).toEqual(
      [0.05, 0.1, 0.1, 0.05, 0.025],
    );
    // The warm-up takes at most half of a phase.
    expect(rates({ schedule: 'constant', warmup_epochs: 100 }, [28, 29])).toEqual([(0.1 * 29) / 30, 0.1]);
    expect(scheduleOf(config({ schedule: 'one_cycle' }), phase)).toEqual({
      kind: 'one_cycle',
      peak: 0.1,
      totalSteps: 60,
    });
  });
  test('callbacks: patience 0 is off, scores are negated, the last epoch is always evaluated', () => {
    expect(earlyStoppingOf(config({ early_stopping_patience: 0, early_stopping_start: 9 }), 5)).toEqual({
      patience: null,
      minDelta: 0,
      startFromEpoch: 4,
      baseline: null,
    });
    expect(
      earlyStoppingOf(config({ monitor: 'macro_f1', early_stopping_baseline: 0.4, min_delta: 0.01 }), 5),
    ).toMatchObject({ patience: 8, minDelta: 0.01, baseline: -0.4 });
    expect(plateauOf(config({ reduce_lr_patience: 3, min_lr: 0.002, reduce_lr_cooldown: 2 }), 0.01)).toMatchObject({
      factor: 0.5,
      patience: 3,
      cooldown: 2,
      minimum: 0.2,
    });
    expect(earlyStoppingOf(config({ monitor: 'macro_f1', early_stopping_baseline: null }), 5).baseline).toBeNull();
    expect(plateauOf(config({ reduce_lr_factor: 1 }), 0.01).patience).toBeNull();
    // A rate of 0 stays 0; one that begins below the least rate is never reduced.
    expect(plateauOf(config({ min_lr: 0.002 }), 0).minimum).toBe(0);
    expect(plateauOf(config({ min_lr: 0.002 }), 0.001).minimum).toBe(1);
  });
});

describe('of two networks', () => {
  const figures = (val_loss: number | null, macro_ap?: number | null) => ({
    val_loss,
    ...(macro_ap !== undefined && { macro_ap }),
  });
  test.each([
    ['val_loss', figures(0.2), figures(0.3), true],
    ['val_loss', figures(0.3), figures(0.2), false],
    ['val_loss', figures(0.3), figures(0.3), false],
    ['macro_ap', figures(9, 0.3), figures(1, 0.2), true],
    ['macro_ap', figures(1, 0.2), figures(9, 0.3), false],
    // A figure beats none, and none beats nothing.
    ['macro_ap', figures(1, 0.1), figures(1, null), true],
    ['macro_ap', figures(1, 0.1), figures(1), true],
    ['macro_ap', figures(1, null), figures(1, 0.1), false],
    ['macro_ap', figures(1), figures(1), false],
  ] as const)('by %s %j beats %j: %s', (monitor, a, b, expected) => expect(isBetter(monitor, a, b)).toBe(expected));

  test('callbacks receive negated scores and unchanged losses', () =>
    expect([smallerIsBetter('val_loss', 2), smallerIsBetter('macro_f1', 2)]).toEqual([2, -2]));
});
