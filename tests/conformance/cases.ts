import { isDeepStrictEqual } from 'node:util';
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
import type { Body } from './nets.ts';
import {
  BATCH,
  cases,
  changes,
  distance,
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
import type { Tolerances } from './tolerances.ts';

/** One comparison with the oracle. It holds when `found` is at most `allowed`; NaN never holds. */
export interface Difference {
  readonly what: string;
  readonly found: number;
  readonly allowed: number;
}

export const holds = ({ found, allowed }: Difference): boolean => found <= allowed;

/** A case knows no test runner, so that it also runs on machines where none is installed. */
export interface ConformanceCase {
  readonly name: string;
  compare(): Promise<readonly Difference[]>;
}

/** What the cases compare, and how closely. */
interface Comparison {
  readonly engine: Engine;
  readonly oracle: Engine;
  readonly within: Tolerances;
  /** For engines that compile graphs slowly: few nets, which together contain every op, and one optimizer per kind. */
  readonly few: boolean;
}

/** That an engine computes the same as the oracle on small nets, and continues exactly from its own state. */
export function conformanceCases(comparison: Comparison): ConformanceCase[] {
  return [
    ...trainingStep(comparison),
    ...optimizerStep(comparison),
    ...twentySteps(comparison),
    ...(comparison.few ? [] : fewSteps(comparison)),
    ...ownState(comparison),
    ...inference(comparison),
  ];
}

const adamw = { kind: 'adamw', beta1: 0.9, beta2: 0.999, epsilon: 1e-7 } as const;
const nesterov = { kind: 'sgd', momentum: 0.9, nesterov: true } as const;
const optimizers: [string, OptimizerSpec, number][] = [
  ['AdamW', adamw, 0.003],
  ['SGD with momentum', { ...nesterov, nesterov: false }, 0.02],
  ['SGD with Nesterov momentum', nesterov, 0.02],
];

const relative = (
  what: string,
  found: ArrayLike<number>,
  expected: ArrayLike<number>,
  allowed: number,
): Difference => ({
  what,
  found: found.length === expected.length ? distance(Float32Array.from(found), Float32Array.from(expected)) : Infinity,
  allowed,
});

const absolute = (
  what: string,
  found: ArrayLike<number>,
  expected: ArrayLike<number>,
  allowed: number,
): Difference => ({
  what,
  found: Array.from(found).reduce(
    (max, value, i) => Math.max(max, Math.abs(value - expected[i]!)),
    found.length === expected.length ? 0 : Infinity,
  ),
  allowed,
});

const same = (what: string, found: unknown, expected: unknown): Difference => ({
  what,
  found: isDeepStrictEqual(found, expected) ? 0 : Infinity,
  allowed: 0,
});

/** Every tensor, and that both have the same ones. */
const close = (what: string, found: Parameters, expected: Parameters, allowed: number): Difference[] => [
  same(`${what}: names`, [...found.keys()].sort(), [...expected.keys()].sort()),
  ...[...expected].map(([name, { data }]) => relative(`${what}: ${name}`, found.get(name)?.data ?? [], data, allowed)),
];

const compareGradients = (
  before: Parameters,
  ours: TrainingState,
  theirs: TrainingState,
  allowed: number,
): Difference[] => close('gradient', changes(before, ours.parameters), changes(before, theirs.parameters), allowed);

/** Runs the same steps on both engines. */
const onBoth = async (
  { engine, oracle }: Comparison,
  training: TrainingRequest,
  inputs: readonly StepInput[],
): Promise<[Awaited<ReturnType<typeof steps>>, Awaited<ReturnType<typeof steps>>]> => [
  await steps(engine, training, inputs),
  await steps(oracle, training, inputs),
];

const masked = (model: Model, step: number, change: Partial<StepInput>): StepInput =>
  stepInput(model, 0, { weightDecay: 0.1, masks: drawMasks(model, 0, BATCH, { seed: 5, epoch: 0, step }), ...change });

/**
 * Logits, loss, gradients and moving statistics. A step of plain SGD with learning rate 1 subtracts the gradient.
 */
function trainingStep(comparison: Comparison): ConformanceCase[] {
  const { within, few } = comparison;
  return [
    ...(few ? fewCases : cases).map(([name, model]) => ({
      name: `${name}: loss, logits, every gradient, moving statistics`,
      compare: async () => {
        const parameters = parametersOf(model);
        const [ours, theirs] = await onBoth(comparison, request(model, parameters), [stepInput(model, 0)]);
        return [
          relative('loss', ours.losses, theirs.losses, within.loss),
          relative('logits', ours.logits, theirs.logits, within.outputs),
          { what: 'gradient norm', found: Math.abs(ours.norm / theirs.norm - 1), allowed: within.gradientNorm },
          ...compareGradients(parameters, ours.state, theirs.state, within.gradients),
        ];
      },
    })),
    fakeQuantizedStep(comparison, 'Lite blocks', inverted(true)),
    fakeQuantizedStep(comparison, 'blocks with ReLU', universal),
    ...(few
      ? []
      : [
          frozenStep(comparison, 'Lite blocks', true),
          frozenStep(comparison, 'MBConv blocks', false),
          lossStep(comparison),
        ]),
  ];
}

const fakeQuantizedStep = (comparison: Comparison, name: string, body: Body): ConformanceCase => ({
  name: `${name}, fake-quantized, with ranges that cut some values off`,
  compare: async () => {
    const { outputs, gradients } = comparison.within.fakeQuantized;
    const { model, parameters } = quantized(body);
    const [ours, theirs] = await onBoth(comparison, request(model, parameters), [stepInput(model, 0)]);
    return [
      relative('logits', ours.logits, theirs.logits, outputs),
      ...compareGradients(parameters, ours.state, theirs.state, gradients),
    ];
  },
});

const frozenStep = (comparison: Comparison, name: string, lite: boolean): ConformanceCase => ({
  name: `${name} with a frozen lower part, which stays bit for bit`,
  compare: async () => {
    const model = net(16, inverted(lite));
    const trainableFrom = model.nodes.findIndex(({ block }) => block === 'block2');
    const parameters = parametersOf(model);
    const [ours, theirs] = await onBoth(comparison, request(model, parameters, { trainableFrom }), [
      stepInput(model, trainableFrom),
    ]);
    const moved = [...parameters]
      .filter(([name, { data }]) => ours.state.parameters.get(name)!.data.some((value, i) => value !== data[i]))
      .map(([name]) => name);
    return [
      ...compareGradients(parameters, ours.state, theirs.state, comparison.within.gradients),
      same(
        'frozen parameters that moved',
        moved.filter((name) => !/^(block2|classifier)/.test(name)),
        [],
      ),
      same('more than 10 trainable parameters moved', moved.length > 10, true),
    ];
  },
});

const lossStep = (comparison: Comparison): ConformanceCase => ({
  name: 'another loss with distillation and with soft and weighted labels',
  compare: async () => {
    const model = net(12, inverted(true));
    const parameters = parametersOf(model);
    const loss: LossSpec = {
      hard: { kind: 'asymmetric', gammaPositive: 1, gammaNegative: 4, margin: 0.05, variant: 'stable' },
      labelSmoothing: 0.1,
      positiveWeights: [3, 0.5],
      distillation: { alpha: 0.6, temperature: 3 },
    };
    const [ours, theirs] = await onBoth(comparison, request(model, parameters, { loss }), [stepInput(model, 0)]);
    return [
      relative('loss', ours.losses, theirs.losses, comparison.within.loss),
      ...compareGradients(parameters, ours.state, theirs.state, comparison.within.gradients),
    ];
  },
});

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

function optimizerStep(comparison: Comparison): ConformanceCase[] {
  const { few } = comparison;
  const allowed = comparison.within.optimizerStep;
  return (few ? optimizers.slice(0, 1) : optimizers).map(([name, optimizer, learningRate]) => ({
    name: `${name} from the middle of a run, with decay, clipping and EMA`,
    compare: async () => {
      const model = net(12, few ? norm : inverted(true));
      const parameters = parametersOf(model);
      const state = midway(model, parameters, optimizer);
      const [ours, theirs] = await onBoth(
        comparison,
        request(model, parameters, { optimizer, clipNorm: 0.3, ema: true, state }),
        [masked(model, 0, { learningRate })],
      );
      return [
        ...compareGradients(parameters, ours.state, theirs.state, allowed),
        ...[...theirs.state.slots].flatMap(([slot, values]) =>
          close(`slot ${slot}`, ours.state.slots.get(slot) ?? new Map(), values, allowed),
        ),
        ...close('EMA', ours.state.ema!, theirs.state.ema!, allowed),
        same('steps', [ours.state.steps, theirs.state.steps], [8, 8]),
      ];
    },
  }));
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

function fewSteps(comparison: Comparison): ConformanceCase[] {
  const { engine, within } = comparison;
  return [
    ...optimizers.map(([name, optimizer, learningRate]) => ({
      name: `five steps of ${name} with decay, clipping and EMA, from empty slots`,
      compare: async () => {
        const model = net(12, inverted(true));
        const inputs = Array.from({ length: 5 }, (_, step) => masked(model, step, { learningRate }));
        const [ours, theirs] = await onBoth(
          comparison,
          request(model, parametersOf(model), { optimizer, clipNorm: 0.3, ema: true }),
          inputs,
        );
        return [
          relative('losses', ours.losses, theirs.losses, within.fewSteps.loss),
          ...close('parameter', ours.state.parameters, theirs.state.parameters, within.fewSteps.parameters),
          ...close('EMA', ours.state.ema!, theirs.state.ema!, within.fewSteps.parameters),
        ];
      },
    })),
    {
      name: 'gradients accumulated over batches, with a learning rate per parameter',
      compare: async () => {
        const model = net(12, inverted(true));
        const parameters = parametersOf(model);
        const training = request(model, parameters, {
          optimizer: nesterov,
          clipNorm: 0.3,
          ema: true,
          accumulates: true,
          learningRateScales: perParameter(parameters),
        });
        const [ours, theirs] = await onBoth(comparison, training, cycles(model, 0.02));
        return [
          ...close('parameter', ours.state.parameters, theirs.state.parameters, within.addedUp),
          ...close('EMA', ours.state.ema!, theirs.state.ema!, within.addedUp),
          ...close('sum', ours.state.accumulated!, theirs.state.accumulated!, within.fewSteps.parameters),
          same('steps', [ours.state.steps, theirs.state.steps], [2, 2]),
        ];
      },
    },
    {
      name: 'the same batch twice at half its share equals the batch once',
      compare: async () => {
        const model = net(12, norm);
        const parameters = parametersOf(model);
        const input = stepInput(model, 0);
        const whole = await steps(engine, request(model, parameters), [input]);
        const halves = await steps(
          engine,
          request(model, parameters, { accumulates: true }),
          [false, true].map((moves) => ({ ...input, accumulation: { share: 0.5, moves } })),
        );
        return ['stem.kernel', 'bn.gamma', 'classifier.kernel'].map((name) =>
          relative(name, halves.state.parameters.get(name)!.data, whole.state.parameters.get(name)!.data, 1e-6),
        );
      },
    },
  ];
}

function twentySteps(comparison: Comparison): ConformanceCase[] {
  const { engine, oracle, few } = comparison;
  const { loss, gradientNorm, parameters } = comparison.within.trajectory;
  const runs = [
    ['AdamW', adamw, 0.005, 0.05],
    ['SGD with Nesterov momentum', nesterov, 0.05, 0],
  ] as const;
  return (few ? runs.slice(0, 1) : runs).map(([name, optimizer, learningRate, weightDecay]) => ({
    name: `twenty steps of ${name}`,
    compare: async () => {
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
      return [
        absolute('losses', ours.losses, theirs.losses, loss),
        absolute('gradient norms', ours.norms, theirs.norms, gradientNorm),
        ...[...theirs.end.parameters].map(([key, { data }]) =>
          absolute(`parameter: ${key}`, ours.end.parameters.get(key)!.data, data, parameters),
        ),
      ];
    },
  }));
}

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

/** The state with accumulation, after resuming, and in a repeated run. */
function ownState({ engine, oracle, within, few }: Comparison): ConformanceCase[] {
  const model = net(12, few ? norm : inverted(false));
  const inputs = cycles(model, 0.01);
  const training = request(model, parametersOf(model), {
    optimizer: adamw,
    ema: true,
    accumulates: true,
    learningRateScales: new Map([['stem.kernel', 0.3]]),
  });
  let computed: Promise<TrainingState> | null = null;
  const whole = (): Promise<TrainingState> => (computed ??= steps(engine, training, inputs).then(({ state }) => state));
  const sameAsWhole = async (found: TrainingState): Promise<Difference[]> => {
    const expected = await whole();
    if (within.repeated === 0) return [same('state', found, expected)];
    return [
      same('steps', found.steps, expected.steps),
      ...close('parameter', found.parameters, expected.parameters, within.repeated),
      ...close('EMA', found.ema!, expected.ema!, within.repeated),
      ...close('sum', found.accumulated!, expected.accumulated!, within.repeated),
      ...[...expected.slots].flatMap(([slot, values]) =>
        close(`slot ${slot}`, found.slots.get(slot) ?? new Map(), values, within.repeated),
      ),
    ];
  };
  const again: ConformanceCase = {
    name: 'its state is the same in a repeated run',
    compare: async () => sameAsWhole((await steps(engine, training, inputs)).state),
  };
  return [
    {
      name: "its state equals the oracle's, including accumulated gradients",
      compare: async () => {
        const ours = await whole();
        const theirs = (await steps(oracle, training, inputs)).state;
        return [
          ...close('parameter', ours.parameters, theirs.parameters, within.fewSteps.parameters),
          ...close('EMA', ours.ema!, theirs.ema!, within.fewSteps.parameters),
          ...close('sum', ours.accumulated!, theirs.accumulated!, within.fewSteps.parameters),
          same('steps', [ours.steps, theirs.steps], [2, 2]),
        ];
      },
    },
    ...(few ? [] : [again]),
    ...(few ? [0] : [0, 1, 2]).map((done) => ({
      name: `resumes from a session that ended after step ${done}, in a cycle or between two`,
      compare: async () => {
        const part = await steps(engine, training, inputs.slice(0, done + 1));
        return sameAsWhole((await steps(engine, { ...training, state: part.state }, inputs.slice(done + 1))).state);
      },
    })),
    {
      name: 'its state is a copy that later steps do not change',
      compare: async () => {
        const session = await engine.createTraining(training);
        await session.step(inputs[0]!);
        const before = await session.state();
        const kept = structuredClone(before);
        await session.step(inputs[1]!);
        await session.dispose();
        return [same('state', before, kept)];
      },
    },
  ];
}

interface Scored {
  readonly outputs: ReadonlyMap<string, Float32Array>;
  readonly ranges: ReadonlyMap<string, readonly [number, number]>;
  readonly statistics: ReadonlyMap<string, Float32Array>;
}

const INNER = ['block1.add', 'pooled', 'logits'];
const RANGED = ['block1.add', 'stem.act'];

const halved = (from: Parameters): Parameters =>
  new Map([...from].map(([name, { shape, data }]) => [name, { shape, data: data.map((value) => value / 2) }]));

/** Outputs of a session that began with other parameters and then loaded these. */
async function outputsAfterLoad(engine: Engine, model: Model): Promise<Scored['outputs']> {
  const parameters = parametersOf(model);
  const request = { model, parameters: halved(parameters), batchSize: BATCH, outputs: INNER, replaceable: true };
  const session = await engine.createInference(request);
  session.load(parameters);
  const { outputs } = await session.run(stepInput(model, 0).inputs);
  await session.dispose();
  return outputs;
}

async function scored(engine: Engine, model: Model): Promise<Scored> {
  const parameters = parametersOf(model);
  const { inputs } = stepInput(model, 0);
  const session = await engine.createInference({ model, parameters, batchSize: BATCH, outputs: INNER, ranges: RANGED });
  const statistics = await engine.createStatistics({ model, parameters, batchSize: BATCH, trainableFrom: 0 });
  const found = { ...(await session.run(inputs)), statistics: await statistics.run(inputs) };
  await session.dispose();
  await statistics.dispose();
  return found;
}

function inference({ engine, oracle, within, few }: Comparison): ConformanceCase[] {
  const nets: [string, boolean][] = [
    ['MBConv blocks', false],
    ['Lite blocks', true],
  ];
  return (few ? nets.slice(0, 1) : nets).map(([name, lite]) => ({
    name: `${name} in inference mode: inner tensors, scores, activation ranges, batch statistics`,
    compare: async () => {
      const model = net(16, inverted(lite));
      const [ours, theirs] = [await scored(engine, model), await scored(oracle, model)];
      const loaded = await outputsAfterLoad(engine, model);
      return [
        ...INNER.map((key) =>
          relative(`${key} after a load`, loaded.get(key)!, theirs.outputs.get(key)!, within.outputs),
        ),
        ...INNER.map((key) => relative(key, ours.outputs.get(key)!, theirs.outputs.get(key)!, within.outputs)),
        ...RANGED.map((key) =>
          relative(`range of ${key}`, ours.ranges.get(key)!, theirs.ranges.get(key)!, within.outputs),
        ),
        same('statistics', [...ours.statistics.keys()].sort(), [...theirs.statistics.keys()].sort()),
        ...[...theirs.statistics].map(([key, values]) =>
          relative(`statistics of ${key}`, ours.statistics.get(key) ?? [], values, within.statistics),
        ),
      ];
    },
  }));
}
