import { describe, expect, test } from 'vitest';
import { fill } from '../../../../tests/golden/formula.ts';
import { loadGolden } from '../../../../tests/golden/golden.ts';
import { cycleStep, emaDecayAt } from './accumulation.ts';

describe('cycles of accumulated gradients', () => {
  test('end with each epoch, even where they are shorter', () => {
    const steps = [0, 1].flatMap((epoch) => Array.from({ length: 5 }, (_, step) => cycleStep(epoch, step, 5, 2)));
    expect(steps.map(({ moves }) => moves)).toEqual([false, true, false, true, true, false, true, false, true, true]);
    expect(steps.map(({ share }) => share)).toEqual([0.5, 0.5, 0.5, 0.5, 1, 0.5, 0.5, 0.5, 0.5, 1]);
    expect(steps.map(({ updates }) => updates)).toEqual([0, 0, 1, 1, 2, 3, 3, 4, 4, 5]);
  });

  test('are at most an epoch long, and at least one batch', () => {
    expect([0, 1, 2].map((step) => cycleStep(4, step, 3, 100))).toEqual(
      [0, 1, 2].map((step) => ({ share: 1 / 3, moves: step === 2, updates: 4 })),
    );
    expect(cycleStep(2, 1, 3, 1)).toEqual({ share: 1, moves: true, updates: 7 });
  });
});

test('the decay of the moving average warms up as in TensorFlow', () => {
  const golden = loadGolden<object>('optim/optim_keras');
  const [weights, expected] = [golden.floats('keras_sgd_momentum_kernel'), golden.floats('ema_warmup')];
  let ema = fill('optim.kernel', [12], 0, 1);
  for (let t = 1; t <= 20; t++) {
    const decay = emaDecayAt(0.999, t);
    ema = ema.map((value, i) => decay * value + (1 - decay) * weights[(t - 1) * 12 + i]!);
    expect(ema.every((value, i) => Math.abs(value - expected[(t - 1) * 12 + i]!) < 1e-6)).toBe(true);
  }
  expect(emaDecayAt(0.9, 1000)).toBe(0.9);
});
