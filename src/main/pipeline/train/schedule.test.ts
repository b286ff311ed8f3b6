import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { EarlyStoppingDecision } from './callbacks.ts';
import { earlyStopping, earlyStoppingStart, reduceOnPlateau, reduceOnPlateauStart } from './callbacks.ts';
import type { CosineDecayOptions, Schedule } from './schedule.ts';
import { cosineDecay, learningRateAt, learningRateOf } from './schedule.ts';

const golden = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../../../tests/golden/optim/${name}.json`, import.meta.url), 'utf8'));

interface CosineCase {
  name: string;
  config: { initial: number; decaySteps: number; alpha: number; warmupTarget?: number; warmupSteps?: number };
  values: number[];
}
type TorchCase = Schedule & { name: string; values: number[] };
const warm = { warmupSteps: 0 };

describe('learning rate against keras CosineDecay', () => {
  const cases = (golden('schedules') as { schedules: CosineCase[] }).schedules;
  const close = (found: number, value: number): void =>
    expect(Math.abs(found - value)).toBeLessThan(1e-6 * value + 1e-9);
  it.each(cases)('$name', ({ config, values }) => {
    const options: CosineDecayOptions = {
      ...config,
      warmupTarget: config.warmupTarget ?? null,
      warmupSteps: config.warmupSteps ?? 0,
    };
    values.forEach((value, step) => close(cosineDecay(options, step), value));
  });
  it('cosine_optim equals the cosine of a phase, apart from the share that remains at the end', () => {
    const { config, values } = cases.find(({ name }) => name === 'cosine_optim')!;
    const schedule = {
      kind: 'cosine',
      peak: config.warmupTarget!,
      warmupSteps: config.warmupSteps!,
      totalSteps: config.warmupSteps! + config.decaySteps,
    } as const;
    values.forEach((value, step) =>
      close(
        (1 - config.alpha) * learningRateAt(schedule, step) +
          (step < config.warmupSteps! ? config.alpha * value : config.alpha * config.warmupTarget!),
        value,
      ),
    );
  });
  it('ends at zero after its last step, and a constant stays constant', () => {
    const schedule = { peak: 0.1, warmupSteps: 2, totalSteps: 10 } as const;
    expect(learningRateAt({ kind: 'cosine', ...schedule }, 10)).toBeCloseTo(0, 12);
    expect(learningRateAt({ kind: 'constant', ...schedule }, 9)).toBe(0.1);
    expect([0, 1, 2].map((step) => learningRateOf({ kind: 'constant', ...schedule }, step))).toEqual([0.05, 0.1, 0.1]);
  });
});

describe('learning rate against torch', () => {
  it.each((golden('schedules_torch') as { schedules: TorchCase[] }).schedules)('$name', ({ values, ...schedule }) => {
    const rate = (step: number): number =>
      schedule.kind === 'one_cycle' ? learningRateOf(schedule, step) : learningRateAt({ ...schedule, ...warm }, step);
    values.forEach((value, step) => expect(Math.abs(rate(step) / value - 1)).toBeLessThan(1e-9));
  });
  it('one_cycle is defined for phases of any length', () => {
    for (const totalSteps of [1, 2, 3, 4])
      for (let step = 0; step <= totalSteps; step++)
        expect(learningRateOf({ kind: 'one_cycle', peak: 1, totalSteps }, step)).toBeGreaterThan(0);
  });
});

interface Sequence {
  name: string;
  values: (number | null)[];
}
interface StoppingCase {
  sequence: string;
  config: {
    patience: number;
    minDelta: number;
    restoreBestWeights: boolean;
    startFromEpoch: number;
    baseline: number | null;
  };
  stoppedAtEpoch: number | null;
  bestEpoch: number;
  wait: number[];
  restoredWeightsOfEpoch: number | null;
}
interface PlateauCase {
  sequence: string;
  config: { factor: number; patience: number; minDelta: number; cooldown: number; minLr: number };
  learningRateAfter: number[];
  wait: number[];
  cooldown: number[];
}

describe('decisions against keras callbacks', () => {
  const {
    sequences,
    reduceLROnPlateau,
    earlyStopping: stopping,
  } = golden('callbacks') as { sequences: Sequence[]; reduceLROnPlateau: PlateauCase[]; earlyStopping: StoppingCase[] };
  const valuesOf = (name: string): number[] => sequences.find((s) => s.name === name)!.values.map((v) => v ?? NaN);

  it.each(reduceLROnPlateau)(
    'ReduceLROnPlateau on $sequence $config',
    ({ sequence, config, learningRateAfter, wait, cooldown }) => {
      let state = reduceOnPlateauStart(0.01);
      valuesOf(sequence).forEach((value, epoch) => {
        state = reduceOnPlateau({ ...config, minimum: config.minLr }, state, value);
        expect(Math.abs(state.scale / learningRateAfter[epoch]! - 1)).toBeLessThan(1e-6);
        expect([state.wait, state.cooldown]).toEqual([wait[epoch], cooldown[epoch]]);
      });
    },
  );

  // Keras takes the first value for the best even if it is not a number, and then nothing ever improves on it.
  const startsWithoutNumber = ({ sequence, config }: StoppingCase): boolean =>
    Number.isNaN(valuesOf(sequence)[config.startFromEpoch]);
  it('EarlyStopping waits for a number where Keras never improves on a missing one', () => {
    const [{ sequence, config }] = stopping.filter(startsWithoutNumber) as [StoppingCase];
    const decisions = valuesOf(sequence).reduce<EarlyStoppingDecision[]>(
      (done, value, epoch) => [...done, earlyStopping(config, done.at(-1)?.state ?? earlyStoppingStart, epoch, value)],
      [],
    );
    expect(decisions.map(({ improved }) => improved)).toEqual([
      false,
      false,
      false,
      false,
      true,
      true,
      true,
      true,
      true,
    ]);
    expect(decisions.some(({ stop }) => stop)).toBe(false);
  });

  it.each(stopping.filter((each) => !startsWithoutNumber(each)))(
    'EarlyStopping on $sequence $config',
    ({ sequence, config, ...expected }) => {
      let state = earlyStoppingStart;
      let stoppedAt: number | null = null;
      let restored: number | null = null;
      const waits: number[] = [];
      const values = valuesOf(sequence);
      for (let epoch = 0; epoch < values.length && stoppedAt === null; epoch++) {
        const decision = earlyStopping(config, state, epoch, values[epoch]!);
        state = decision.state;
        waits.push(state.wait);
        if (decision.improved) restored = epoch;
        if (decision.stop) stoppedAt = epoch;
      }
      expect({ stoppedAt, waits, bestEpoch: state.bestEpoch }).toEqual({
        stoppedAt: expected.stoppedAtEpoch,
        waits: expected.wait,
        bestEpoch: expected.bestEpoch,
      });
      if (config.restoreBestWeights) expect(restored).toBe(expected.restoredWeightsOfEpoch);
    },
  );

  // keras: `if self.wait >= self.patience and epoch > 0`.
  it('EarlyStopping never ends at the first epoch, whatever its value', () => {
    const options = { patience: 1, minDelta: 0, startFromEpoch: 0, baseline: null };
    const first = earlyStopping(options, earlyStoppingStart, 0, NaN);
    expect([first.stop, first.state.wait]).toEqual([false, 1]);
    expect(earlyStopping(options, first.state, 1, NaN).stop).toBe(true);
  });

  it('without patience nothing ends and nothing is reduced', () => {
    const never = { factor: 0.5, patience: null, minDelta: 0, cooldown: 0, minimum: 0 };
    expect(
      [1, 2, 2, 2].reduce((state, value) => reduceOnPlateau(never, state, value), reduceOnPlateauStart()).scale,
    ).toBe(1);
    const options = { patience: null, minDelta: 0, startFromEpoch: 0, baseline: null };
    expect(earlyStopping(options, { best: 0, bestEpoch: 0, wait: 99 }, 100, 1).stop).toBe(false);
  });
});
