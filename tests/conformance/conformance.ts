import { beforeAll, describe, expect, test } from 'vitest';
import type {
  Engine,
  OptimizerSpec,
  StepInput,
  TrainingRequest,
  TrainingState,
} from '../../src/main/pipeline/engine/engine.ts';
import type { LossSpec } from '../../src/main/pipeline/losses/loss.ts';
import { PLAIN_BCE } from '../../src/main/pipeline/losses/loss.ts';
import type { Model, Parameters } from '../../src/main/pipeline/graph/graph.ts';
import { isStatistic } from '../../src/main/pipeline/graph/graph.ts';
import { drawMasks } from '../../src/main/pipeline/train/masks.ts';
import { bits, fill } from '../golden/formula.ts';
import {
  BATCH,
  cases,
  changes,
  distance,
  expectClose,
  fewCases,
  inverted,
  net,
  norm,
  parametersOf,
  quantized,
  request,
  stepInput,
  universal,
  steps,
  tinyNet,
} from './nets.ts';
import { oracle } from './oracle.ts';
import type { Tolerances } from './tolerances.ts';
import { tolerances } from './tolerances.ts';

const adamw = { kind: 'adamw', beta1: 0.9, beta2: 0.999, epsilon: 1e-7 } as const;
const nesterov = { kind: 'sgd', momentum: 0.9, nesterov: true } as const;
const optimizers: [string, OptimizerSpec, number][] = [
  ['AdamW', adamw, 0.003],
  ['SGD with momentum', { ...nesterov, nesterov: false }, 0.02],
  ['SGD with Nesterov momentum', nesterov, 0.02],
];

export interface Subject {
  readonly name: keyof typeof tolerances;
  /** The engine, or the reason why it does not start here. */
  readonly start: () => Promise<Engine | string>;
  /** For engines that compile graphs slowly: few nets, which together contain every op, and one optimizer per kind. */
  readonly few?: boolean;
}

/** Tests that an engine computes the same as the oracle on small nets, and continues exactly from its own state. */
export async function conforms({ name, start, few = false }: Subject): Promise<void> {
  const started = await start();
  const lack = typeof started === 'string' ? started : null;
  describe.skipIf(lack !== null)(`${name} conforms${lack === null ? '' : ` (skipped: ${lack})`}`, () => {
    const engine = started as Engine;
    const within: Tolerances = tolerances[name];
    describe('a training step', () => trainingStep(engine, within, few));
    describe('an optimizer step', () => optimizerStep(engine, within, few));
    describe('twenty steps', () => twentySteps(engine, within, few));
    if (!few) describe('a few steps', () => fewSteps(engine, within));
    describe('its own state', () => ownState(engine, within, few));
    describe('inference mode', () => inference(engine, within, few));
  });
}

/** Runs the same steps on both engines. */
const onBoth = async (
  engine: Engine,
  training: TrainingRequest,
  inputs: readonly StepInput[],
): Promise<[Awaited<ReturnType<typeof steps>>, Awaited<ReturnType<typeof steps>>]> => [
  await steps(engine, training, inputs),
  await steps(oracle, training, inputs),
];

const masked = (model: Model, step: number, change: Partial<StepInput>): StepInput =>
  stepInput(model, 0, { weightDecay: 0.1, masks: drawMasks(model, 0, BATCH, { seed: 5, epoch: 0, step }), ...change });

/**
 * Tests logits, loss, gradients and moving statistics. A step of plain SGD with learning rate 1 subtracts the gradient.
 */
function trainingStep(engine: Engine, within: Tolerances, few: boolean): void {
  test.each(few ? fewCases : cases)('%s: loss, logits, every gradient, moving statistics', async (_, model) => {
    const parameters = parametersOf(model);
    const [ours, theirs] = await onBoth(engine, request(model, parameters), [stepInput(model, 0)]);
    expect(distance(Float32Array.from(ours.losses), Float32Array.from(theirs.losses))).toBeLessThan(within.loss);
    expect(distance(ours.logits, theirs.logits)).toBeLessThan(within.outputs);
    expect(Math.abs(ours.norm / theirs.norm - 1)).toBeLessThan(within.gradientNorm);
    expectClose(
      changes(parameters, ours.state.parameters),
      changes(parameters, theirs.state.parameters),
      within.gradients,
    );
  });

  test.each([
    ['Lite blocks', inverted(true)],
    ['blocks with ReLU', universal],
  ])('%s, fake-quantized, with ranges that cut some values off', async (_, body) => {
    const { model, parameters } = quantized(body);
    const [ours, theirs] = await onBoth(engine, request(model, parameters), [stepInput(model, 0)]);
    expect(distance(ours.logits, theirs.logits)).toBeLessThan(within.fakeQuantized.outputs);
    expectClose(
      changes(parameters, ours.state.parameters),
      changes(parameters, theirs.state.parameters),
      within.fakeQuantized.gradients,
    );
  });
  if (few) return;

  test.each([
    ['Lite blocks', true],
    ['MBConv blocks', false],
  ])('%s with a frozen lower part, which stays bit for bit', async (_, lite) => {
    const model = net(16, inverted(lite));
    const trainableFrom = model.nodes.findIndex(({ block }) => block === 'block2');
    const parameters = parametersOf(model);
    const [ours, theirs] = await onBoth(engine, request(model, parameters, { trainableFrom }), [
      stepInput(model, trainableFrom),
    ]);
    expectClose(
      changes(parameters, ours.state.parameters),
      changes(parameters, theirs.state.parameters),
      within.gradients,
    );
    const moved = [...parameters]
      .filter(([name, { data }]) => ours.state.parameters.get(name)!.data.some((value, i) => value !== data[i]))
      .map(([name]) => name);
    expect(moved.filter((name) => !/^(block2|classifier)/.test(name))).toEqual([]);
    expect(moved.length).toBeGreaterThan(10);
  });

  test('another loss with distillation and with soft and weighted labels', async () => {
    const model = net(12, inverted(true));
    const parameters = parametersOf(model);
    const loss: LossSpec = {
      hard: { kind: 'asymmetric', gammaPositive: 1, gammaNegative: 4, margin: 0.05, variant: 'stable' },
      labelSmoothing: 0.1,
      positiveWeights: [3, 0.5],
      distillation: { alpha: 0.6, temperature: 3 },
    };
    const [ours, theirs] = await onBoth(engine, request(model, parameters, { loss }), [stepInput(model, 0)]);
    expect(distance(Float32Array.from(ours.losses), Float32Array.from(theirs.losses))).toBeLessThan(within.loss);
    expectClose(
      changes(parameters, ours.state.parameters),
      changes(parameters, theirs.state.parameters),
      within.gradients,
    );
  });
}

/** A state in the middle of training, whose slots are not zero. */
function midway(model: Model, parameters: Parameters, optimizer: OptimizerSpec): TrainingState {
  const trained = model.parameters.filter(({ role }) => !isStatistic(role));
  const slot = (name: string, center: number, spread: number): Parameters =>
    new Map(
      trained.map(({ name: parameter, shape }) => [
        parameter,
        { shape, data: fill(`${name}.${parameter}`, shape, center, spread) },
      ]),
    );
  return {
    parameters,
    slots: new Map(
      optimizer.kind === 'adamw'
        ? [
            ['m', slot('m', 0, 0.02)],
            ['v', slot('v', 1e-3, 5e-4)],
          ]
        : [['momentum', slot('momentum', 0, 0.02)]],
    ),
    ema: slot('ema', 0.1, 0.1),
    steps: 7,
  };
}

function optimizerStep(engine: Engine, within: Tolerances, few: boolean): void {
  test.each(few ? optimizers.slice(0, 1) : optimizers)(
    '%s from the middle of a run, with decay, clipping and EMA',
    async (_, optimizer, learningRate) => {
      const model = net(12, few ? norm : inverted(true));
      const parameters = parametersOf(model);
      const state = midway(model, parameters, optimizer);
      const [ours, theirs] = await onBoth(
        engine,
        request(model, parameters, { optimizer, clipNorm: 0.3, ema: true, state }),
        [masked(model, 0, { learningRate })],
      );
      expectClose(
        changes(parameters, ours.state.parameters),
        changes(parameters, theirs.state.parameters),
        within.optimizerStep,
      );
      for (const [slot, values] of theirs.state.slots)
        expectClose(ours.state.slots.get(slot)!, values, within.optimizerStep);
      expectClose(ours.state.ema!, theirs.state.ema!, within.optimizerStep);
      expect([ours.state.steps, theirs.state.steps]).toEqual([8, 8]);
    },
  );
}

/** Steps with updates after the second and the third. */
const cycles = (model: Model, learningRate: number): StepInput[] =>
  [
    [1 / 2, false],
    [1 / 2, true],
    [1, true],
    [1 / 2, false],
  ].map(([share, moves], step) =>
    masked(model, step, { learningRate, accumulation: { share: Number(share), moves: Boolean(moves) } }),
  );

const perParameter = (parameters: Parameters): Map<string, number> =>
  new Map(
    [...parameters.keys()]
      .filter((name) => !name.startsWith('classifier'))
      .map((name) => [name, name.startsWith('block') ? 0.5 : 0.1]),
  );

function fewSteps(engine: Engine, within: Tolerances): void {
  test.each(optimizers)(
    'five of %s with decay, clipping and EMA, from empty slots',
    async (_, optimizer, learningRate) => {
      const model = net(12, inverted(true));
      const inputs = Array.from({ length: 5 }, (_, step) => masked(model, step, { learningRate }));
      const [ours, theirs] = await onBoth(
        engine,
        request(model, parametersOf(model), { optimizer, clipNorm: 0.3, ema: true }),
        inputs,
      );
      expect(distance(Float32Array.from(ours.losses), Float32Array.from(theirs.losses))).toBeLessThan(
        within.fewSteps.loss,
      );
      expectClose(ours.state.parameters, theirs.state.parameters, within.fewSteps.parameters);
      expectClose(ours.state.ema!, theirs.state.ema!, within.fewSteps.parameters);
    },
  );

  test('gradients accumulated over batches, with a learning rate per parameter', async () => {
    const model = net(12, inverted(true));
    const parameters = parametersOf(model);
    const training = request(model, parameters, {
      optimizer: nesterov,
      clipNorm: 0.3,
      ema: true,
      accumulates: true,
      learningRateScales: perParameter(parameters),
    });
    const [ours, theirs] = await onBoth(engine, training, cycles(model, 0.02));
    expectClose(ours.state.parameters, theirs.state.parameters, within.addedUp);
    expectClose(ours.state.ema!, theirs.state.ema!, within.addedUp);
    expectClose(ours.state.accumulated!, theirs.state.accumulated!, within.fewSteps.parameters);
    expect([ours.state.steps, theirs.state.steps]).toEqual([2, 2]);
  });

  test('the same batch twice at half its share equals the batch once', async () => {
    const model = net(12, norm);
    const parameters = parametersOf(model);
    const input = stepInput(model, 0);
    const whole = await steps(engine, request(model, parameters), [input]);
    const halves = await steps(
      engine,
      request(model, parameters, { accumulates: true }),
      [false, true].map((moves) => ({ ...input, accumulation: { share: 0.5, moves } })),
    );
    for (const name of ['stem.kernel', 'bn.gamma', 'classifier.kernel'])
      expect(distance(halves.state.parameters.get(name)!.data, whole.state.parameters.get(name)!.data)).toBeLessThan(
        1e-6,
      );
  });
}

function twentySteps(engine: Engine, within: Tolerances, few: boolean): void {
  const runs = [
    ['AdamW', adamw, 0.005, 0.05],
    ['SGD with Nesterov momentum', nesterov, 0.05, 0],
  ] as const;
  test.each(few ? runs.slice(0, 1) : runs)('of %s', async (_, optimizer, learningRate, weightDecay) => {
    const model = tinyNet();
    const classes = model.classes,
      batchSize = 4;
    const input: StepInput = {
      inputs: Uint8Array.from({ length: batchSize * model.inputSize ** 2 * 3 }, (_, i) => 2 + (bits('tiny', i) % 3)),
      labels: Float32Array.from({ length: batchSize * classes }, (_, i) => bits('tiny labels', i) % 2),
      weights: new Float32Array(batchSize * classes).fill(1 / (batchSize * classes)),
      learningRate,
      weightDecay,
      masks: new Map(),
    };
    const training = request(model, parametersOf(model), { batchSize, loss: PLAIN_BCE, optimizer, clipNorm: 0.5 });
    const [ours, theirs] = [await trajectory(engine, training, input), await trajectory(oracle, training, input)];
    expect(furthest(ours.losses, theirs.losses)).toBeLessThan(within.trajectory.loss);
    expect(furthest(ours.norms, theirs.norms)).toBeLessThan(within.trajectory.gradientNorm);
    for (const [key, { data }] of theirs.end.parameters)
      expect({ key, close: furthest(ours.end.parameters.get(key)!.data, data) < within.trajectory.parameters }).toEqual(
        { key, close: true },
      );
  });
}

const furthest = (found: ArrayLike<number>, expected: ArrayLike<number>): number =>
  Array.from(found).reduce(
    (max, value, i) => Math.max(max, Math.abs(value - expected[i]!)),
    found.length === expected.length ? 0 : Infinity,
  );

async function trajectory(
  engine: Engine,
  training: TrainingRequest,
  input: StepInput,
): Promise<{ losses: number[]; norms: number[]; end: TrainingState }> {
  const session = await engine.createTraining(training);
  const results = [];
  for (let step = 0; step < 20; step++) results.push(await session.step(input));
  const end = await session.state();
  await session.dispose();
  return { losses: results.map(({ loss }) => loss), norms: results.map(({ gradientNorm }) => gradientNorm), end };
}

/** Tests the state with accumulation, after resuming, and in a repeated run. */
function ownState(engine: Engine, within: Tolerances, few: boolean): void {
  let model: Model, inputs: StepInput[], training: TrainingRequest, whole: TrainingState;
  beforeAll(async () => {
    model = net(12, few ? norm : inverted(false));
    inputs = cycles(model, 0.01);
    training = request(model, parametersOf(model), {
      optimizer: adamw,
      ema: true,
      accumulates: true,
      learningRateScales: new Map([['stem.kernel', 0.3]]),
    });
    whole = (await steps(engine, training, inputs)).state;
  });

  const expectSame = (found: TrainingState): void => {
    if (within.repeated === 0) return expect(found).toEqual(whole);
    expect(found.steps).toBe(whole.steps);
    for (const [a, b] of [
      [found.parameters, whole.parameters],
      [found.ema!, whole.ema!],
      [found.accumulated!, whole.accumulated!],
      ...[...whole.slots].map(([slot, values]) => [found.slots.get(slot)!, values] as const),
    ] as const)
      expectClose(a, b, within.repeated);
  };

  test('equals that of the oracle, including accumulated gradients', async () => {
    const theirs = (await steps(oracle, training, inputs)).state;
    expectClose(whole.parameters, theirs.parameters, within.fewSteps.parameters);
    expectClose(whole.ema!, theirs.ema!, within.fewSteps.parameters);
    expectClose(whole.accumulated!, theirs.accumulated!, within.fewSteps.parameters);
    expect([whole.steps, theirs.steps]).toEqual([2, 2]);
  });

  if (!few)
    test('is the same in a repeated run', async () => {
      expectSame((await steps(engine, training, inputs)).state);
    });

  test.each(few ? [0] : [0, 1, 2])(
    'goes on from a session that ended after step %i, in a cycle or between two',
    async (done) => {
      const part = await steps(engine, training, inputs.slice(0, done + 1));
      expectSame((await steps(engine, { ...training, state: part.state }, inputs.slice(done + 1))).state);
    },
  );

  test('is a copy that later steps do not change', async () => {
    const session = await engine.createTraining(training);
    await session.step(inputs[0]!);
    const before = await session.state();
    const kept = structuredClone(before);
    await session.step(inputs[1]!);
    await session.dispose();
    expect(before).toEqual(kept);
  });
}

function inference(engine: Engine, within: Tolerances, few: boolean): void {
  const nets: [string, boolean][] = [
    ['MBConv blocks', false],
    ['Lite blocks', true],
  ];
  test.each(few ? nets.slice(0, 1) : nets)(
    '%s: inner tensors, scores, activation ranges, batch statistics',
    async (_, lite) => {
      const model = net(16, inverted(lite));
      const parameters = parametersOf(model);
      const { inputs } = stepInput(model, 0);
      const outputs = ['block1.add', 'pooled', 'logits'];
      const [ours, theirs] = [await scored(engine), await scored(oracle)];
      for (const name of outputs)
        expect(distance(ours.outputs.get(name)!, theirs.outputs.get(name)!)).toBeLessThan(within.outputs);
      for (const name of ['block1.add', 'stem.act'])
        expect(
          distance(Float32Array.from(ours.ranges.get(name)!), Float32Array.from(theirs.ranges.get(name)!)),
        ).toBeLessThan(within.outputs);
      expect([...ours.statistics.keys()].sort()).toEqual([...theirs.statistics.keys()].sort());
      for (const [name, values] of theirs.statistics)
        expect(distance(ours.statistics.get(name)!, values)).toBeLessThan(within.statistics);

      function halved(from: Parameters): Parameters {
        return new Map([...from].map(([name, { shape, data }]) => [name, { shape, data: data.map((v) => v / 2) }]));
      }

      async function scored(on: Engine): Promise<{
        outputs: ReadonlyMap<string, Float32Array>;
        ranges: ReadonlyMap<string, readonly [number, number]>;
        statistics: ReadonlyMap<string, Float32Array>;
      }> {
        const session = await on.createInference({
          model,
          parameters,
          batchSize: BATCH,
          outputs,
          ranges: ['block1.add', 'stem.act'],
        });
        // A session that began with other parameters gives the same once these are loaded.
        const request = { model, parameters: halved(parameters), batchSize: BATCH, outputs, replaceable: true };
        const replaced = await on.createInference(request);
        replaced.load(parameters);
        for (const [name, values] of (await replaced.run(inputs)).outputs)
          expect(distance(values, (await session.run(inputs)).outputs.get(name)!)).toBeLessThan(within.outputs);
        await replaced.dispose();
        const statistics = await on.createStatistics({ model, parameters, batchSize: BATCH, trainableFrom: 0 });
        const found = { ...(await session.run(inputs)), statistics: await statistics.run(inputs) };
        await session.dispose();
        await statistics.dispose();
        return found;
      }
    },
  );
}
