import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { earlyStopping, earlyStoppingStart, reduceOnPlateau, reduceOnPlateauStart } from './callbacks.ts';
import { cosineDecay, learningRateAt } from './schedule.ts';

const golden = (name: string): unknown => JSON.parse(readFileSync(new URL(`../../../../tests/golden/optim/${name}.json`, import.meta.url), 'utf8'));

interface CosineCase { name: string; config: { initial: number; decaySteps: number; alpha: number; warmupTarget: number | null; warmupSteps: number }; values: number[] }

describe('learning rate against keras CosineDecay', () => {
  const cases = (golden('schedules') as { schedules: CosineCase[] }).schedules;
  it.each(cases.filter((c) => !c.config.warmupTarget))('$name', ({ config, values }) => {
    values.forEach((value, step) => expect(Math.abs(cosineDecay(config, step) - value)).toBeLessThan(1e-6 * value + 1e-9));
  });
  it.each(cases.filter((c) => c.config.warmupTarget && c.config.initial === 0))('$name, with warm-up', ({ config, values }) => {
    values.forEach((value, step) => {
      const rate = step < config.warmupSteps
        ? learningRateAt({ kind: 'cosine', peak: config.warmupTarget!, warmupSteps: config.warmupSteps, totalSteps: config.warmupSteps + config.decaySteps }, step)
        : cosineDecay({ ...config, initial: config.warmupTarget! }, step - config.warmupSteps);
      expect(Math.abs(rate - value)).toBeLessThan(1e-6 * value + 1e-9);
    });
  });
  it('ends at zero after its last step and holds a constant', () => {
    const schedule = { peak: 0.1, warmupSteps: 2, totalSteps: 10 } as const;
    expect(learningRateAt({ kind: 'cosine', ...schedule }, 10)).toBeCloseTo(0, 12);
    expect(learningRateAt({ kind: 'constant', ...schedule }, 9)).toBe(0.1);
  });
});

interface Sequence { name: string; values: (number | null)[] }
interface StoppingCase { sequence: string; config: Record<string, number | boolean | null>; stoppedAtEpoch: number | null; bestEpoch: number }
interface PlateauCase { sequence: string; config: { factor: number; patience: number; minDelta: number; cooldown: number; minLr: number }; learningRateAfter: number[]; wait: number[]; cooldown: number[] }

describe('decisions against keras callbacks', () => {
  const { sequences, reduceLROnPlateau, earlyStopping: stopping } = golden('callbacks') as { sequences: Sequence[]; reduceLROnPlateau: PlateauCase[]; earlyStopping: StoppingCase[] };
  const valuesOf = (name: string): number[] => sequences.find((s) => s.name === name)!.values.map((v) => v ?? NaN);

  // Patience 0 means 'off' here; in Keras it acts at once.
  it.each(reduceLROnPlateau.filter(({ config }) => config.patience > 0))('ReduceLROnPlateau on $sequence $config', ({ sequence, config, learningRateAfter, wait, cooldown }) => {
    let state = reduceOnPlateauStart(0.01);
    valuesOf(sequence).forEach((value, epoch) => {
      state = reduceOnPlateau({ ...config, minimum: config.minLr }, state, value);
      expect(Math.abs(state.scale / learningRateAfter[epoch]! - 1)).toBeLessThan(1e-6);
      expect([state.wait, state.cooldown]).toEqual([wait[epoch], cooldown[epoch]]);
    });
  });

  const plain = stopping.filter(({ config }) => config.patience !== 0 && !config.startFromEpoch && config.baseline == null);
  it.each(plain)('EarlyStopping on $sequence $config', (golden) => {
    let state = earlyStoppingStart;
    let stoppedAt: number | null = null;
    const values = valuesOf(golden.sequence);
    for (let epoch = 0; epoch < values.length && stoppedAt === null; epoch++) {
      const decision = earlyStopping({ patience: Number(golden.config.patience), minDelta: Number(golden.config.minDelta) }, state, epoch, values[epoch]!);
      state = decision.state;
      if (decision.stop) stoppedAt = epoch;
    }
    expect(stoppedAt).toBe(golden.stoppedAtEpoch);
  });
});
