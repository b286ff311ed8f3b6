import { quoted } from '../../../shared/message.ts';
import { expect, test } from 'vitest';
import { configSchema } from '../../../shared/config.ts';
import type { Sample } from '../data/dataset.ts';
import type { Engine, TrainingState } from '../engine/engine.ts';
import { ADAMW } from '../engine/engine.ts';
import { PLAIN_BCE } from '../losses/loss.ts';
import { GraphBuilder } from '../graph/builder.ts';
import type { Parameters } from '../graph/graph.ts';
import type { Checkpoint } from './checkpoint.ts';
import type { PhaseContext, PhaseSpec } from './phase.ts';
import { trainPhase } from './trainPhase.ts';

const graph = new GraphBuilder();
graph.dense('classifier', graph.globalAveragePool('pooled', graph.input(1), false), 1);
const model = graph.build('tiny');
const sample: Sample = { path: 'a', file: 'a', labels: Int8Array.of(1), hash: '', line: 1 };

/** The weights after each step of a scripted engine: `raw` ones and their average `ema`. */
const STEPS = [
  { raw: 40, ema: 50 },
  { raw: 10, ema: 42 },
  { raw: 30, ema: 39 },
  { raw: 60, ema: 45 },
];
const weight = (value: number): Parameters => new Map([['w', { shape: [1], data: Float32Array.of(value) }]]);
const valueOf = (parameters: Parameters): number => parameters.get('w')!.data[0]!;

function engineOf(keepsEma: boolean): Engine {
  let step = -1;
  const state = (): TrainingState => ({
    parameters: weight(STEPS[step]!.raw),
    ema: keepsEma ? weight(STEPS[step]!.ema) : null,
    slots: new Map(),
    steps: step + 1,
  });
  return {
    name: 'scripted',
    device: 'cpu',
    description: quoted('scripted'),
    createInference: () => Promise.reject(new Error('not needed')),
    createStatistics: () => Promise.reject(new Error('not needed')),
    createTraining: () =>
      Promise.resolve({
        step: () => {
          step++;
          return Promise.resolve({
            loss: 1,
            hardLoss: 1,
            gradientNorm: 1,
            logits: new Float32Array(1),
            ranges: new Map(),
          });
        },
        state: () => Promise.resolve(state()),
        dispose: () => Promise.resolve(),
      }),
  };
}

/** Trains a phase in which the weight itself is the validation loss; returns the weights that were kept as best. */
async function trained(
  keepsEma: boolean,
): Promise<{ kept: number[]; best: number; last: number; saved: Checkpoint[] }> {
  const [kept, saved]: [number[], Checkpoint[]] = [[], []];
  const spec: PhaseSpec = {
    stage: 'student',
    phase: 'finetune',
    model,
    trainableFrom: 0,
    loss: PLAIN_BCE,
    epochs: STEPS.length,
    schedule: { kind: 'constant', peak: 1, warmupSteps: 0, totalSteps: 0 },
    optimizer: ADAMW,
    learningRateScales: new Map(),
    weightDecay: 0,
    accumulationSteps: 1,
    clipNorm: null,
    emaDecay: keepsEma ? 0.9 : null,
    statistics: 'moving',
    earlyStopping: { patience: null, minDelta: 0, startFromEpoch: 0, baseline: null },
    plateau: { factor: 1, patience: null, minDelta: 0, cooldown: 0, minimum: 0 },
    monitor: 'val_loss',
    rangeDecay: null,
  };
  const context: PhaseContext = {
    engine: engineOf(keepsEma),
    source: {
      loader: { load: () => Promise.resolve([new Uint8Array(3)]) },
      samples: [sample],
      classes: 1,
      batchSize: 1,
      augmentation: configSchema.parse({}).augmentation,
      sampling: configSchema.parse({}).data,
      seed: 1,
    },
    inputOf: ({ pixels }) => pixels[0]!,
    teach: null,
    evaluate: (parameters) =>
      Promise.resolve({
        metrics: { val_loss: valueOf(parameters) },
        parameters,
        detail: { perClassAp: [], watched: [] },
      }),
    keepBest: (parameters) => {
      kept.push(valueOf(parameters));
      return Promise.resolve();
    },
    report: () => undefined,
    takeCommands: () => [],
    recordMetrics: () => 0,
    saveCheckpoint: (checkpoint) => {
      saved.push(checkpoint);
      return Promise.resolve();
    },
    checkpointMinutes: 1000,
  };
  const { best, last } = await trainPhase(spec, context, {
    parameters: weight(99),
    ranges: new Map(),
    checkpoint: null,
  });
  return { kept, best, last: valueOf(last), saved };
}

test('an average of the weights, where there is one, is evaluated and kept instead of the weights', async () => {
  const { kept, best, last, saved } = await trained(true);
  // The raw weights are best in epoch 2, the average in epoch 3.
  expect(kept).toEqual([50, 42, 39]);
  expect([best, last]).toEqual([39, 45]);
  expect(saved.at(-1)!.progress.early.bestEpoch).toBe(2);
  // Training continues from the raw weights.
  expect(valueOf(saved.at(-1)!.state.parameters)).toBe(60);
});

test('without an average, the weights themselves are evaluated and kept', async () => {
  const { kept, best, last, saved } = await trained(false);
  expect(kept).toEqual([40, 10]);
  expect([best, last]).toEqual([10, 60]);
  expect(saved.at(-1)!.progress.early.bestEpoch).toBe(1);
});
