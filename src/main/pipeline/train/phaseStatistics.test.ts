import { expect, test } from 'vitest';
import { configSchema } from '../../../shared/config.ts';
import { quoted } from '../../../shared/message.ts';
import type { Sample } from '../data/dataset.ts';
import type { Engine } from '../engine/engine.ts';
import { ADAMW } from '../engine/engine.ts';
import { GraphBuilder } from '../graph/builder.ts';
import type { Parameters } from '../graph/graph.ts';
import { PLAIN_BCE } from '../losses/loss.ts';
import type { Checkpoint } from './checkpoint.ts';
import type { PhaseContext, PhaseSpec } from './phase.ts';
import { trainPhase } from './trainPhase.ts';

const STEPS = 20;
const MOMENTUM = 0.9;

const graph = new GraphBuilder(MOMENTUM);
const norm = graph.batchNorm('norm', graph.normalize(graph.input(1), [0, 0, 0], [1, 1, 1]));
graph.dense('classifier', graph.globalAveragePool('pooled', norm, false), 1);
const model = graph.build('norm');

const samples: Sample[] = Array.from({ length: STEPS }, (_, line) => ({
  ...{ path: `${line}`, file: '', labels: Int8Array.of(1), hash: '', line },
}));
const parametersOf = (mean: number): Parameters =>
  new Map(
    model.parameters.map(({ name, shape }) => [
      name,
      {
        shape,
        data: new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(name === 'norm.mean' ? mean : 1),
      },
    ]),
  );
const meanOf = (parameters: Parameters): number => parameters.get('norm.mean')!.data[0]!;

/** Trains one epoch in which the batch of step n (from 1) has the mean n; returns the mean that was evaluated. */
async function evaluatedMean(checkpoint: Checkpoint | null): Promise<{ mean: number; saved: Checkpoint[] }> {
  const [means, saved]: [number[], Checkpoint[]] = [[], []];
  const engine: Engine = {
    ...{ name: 'scripted', device: 'cpu' as const, description: quoted('') },
    createInference: () => Promise.reject(new Error('not needed')),
    createStatistics: () => Promise.reject(new Error('not needed')),
    createTraining: ({ state: { parameters, steps: begun } }) => {
      let [mean, steps] = [meanOf(parameters), begun];
      return Promise.resolve({
        step: () => {
          steps++;
          mean = Math.fround(MOMENTUM * mean + (1 - MOMENTUM) * steps);
          const result = { loss: 1, hardLoss: 1, gradientNorm: 1, logits: Float32Array.of(0), ranges: new Map() };
          return Promise.resolve(result);
        },
        state: () => Promise.resolve({ parameters: parametersOf(mean), slots: new Map(), ema: null, steps }),
        dispose: () => Promise.resolve(),
      });
    },
  };
  const spec: PhaseSpec = {
    ...{ stage: 'student', phase: 'finetune', model, trainableFrom: 0, loss: PLAIN_BCE, epochs: 1, optimizer: ADAMW },
    schedule: { kind: 'constant', peak: 1, warmupSteps: 0, totalSteps: 0 },
    ...{ learningRateScales: new Map(), weightDecay: 0, accumulationSteps: 1, clipNorm: null, emaDecay: null },
    earlyStopping: { patience: null, minDelta: 0, startFromEpoch: 0, baseline: null },
    plateau: { factor: 1, patience: null, minDelta: 0, cooldown: 0, minimum: 0 },
    ...{ monitor: 'val_loss', rangeDecay: null, statistics: 'epoch' },
  };
  const { augmentation, data } = configSchema.parse({});
  const context: PhaseContext = {
    engine,
    source: {
      loader: { load: () => Promise.resolve([new Uint8Array(3)]) },
      ...{ samples, classes: 1, batchSize: 1, augmentation, sampling: data, seed: 5 },
    },
    inputOf: ({ pixels }) => pixels[0]!,
    teach: null,
    evaluate: (parameters) => {
      means.push(meanOf(parameters));
      return Promise.resolve({ metrics: { val_loss: 1 }, parameters, detail: { perClassAp: [], watched: [] } });
    },
    keepBest: () => Promise.resolve(),
    report: () => undefined,
    takeCommands: () => [],
    recordMetrics: () => 0,
    saveCheckpoint: (made) => {
      saved.push(structuredClone(made));
      return Promise.resolve();
    },
    checkpointMinutes: 0,
  };
  await trainPhase(spec, context, { parameters: parametersOf(1000), ranges: new Map(), checkpoint });
  expect(means).toHaveLength(1);
  return { mean: means[0]!, saved };
}

test('the last 16 batches of an epoch give its statistics, and a resumed one has the same, bit for bit', async () => {
  const { mean, saved } = await evaluatedMean(null);
  // Batches 5 to 20, each with the weight 0.9^(batches after it).
  const counted = Array.from({ length: 16 }, (_, i) => ({ value: 5 + i, weight: MOMENTUM ** (15 - i) }));
  const total = counted.reduce((sum, { weight }) => sum + weight, 0);
  expect(mean).toBeCloseTo(counted.reduce((sum, { value, weight }) => sum + value * weight, 0) / total, 3);
  expect(saved).toHaveLength(STEPS + 1);
  // In the middle, at the first counted batch, and after the last epoch, where only the evaluation is repeated.
  for (const at of [2, 3, 10, STEPS]) expect((await evaluatedMean(saved[at]!)).mean).toBe(mean);
});
