import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { configSchema } from '../../../shared/config.ts';
import type { JobCommand, RunEvent } from '../../../shared/events.ts';
import type { Sample } from '../data/dataset.ts';
import { quoted } from '../../../shared/message.ts';
import type { Engine, Range, StepInput, TrainingRequest } from '../engine/engine.ts';
import { ADAMW } from '../engine/engine.ts';
import { GraphBuilder } from '../graph/builder.ts';
import type { Parameters } from '../graph/graph.ts';
import type { Checkpoint } from './checkpoint.ts';
import { drawMasks } from './masks.ts';
import type { PhaseContext, PhaseSpec } from './phase.ts';
import { trainPhase } from './trainPhase.ts';
import { PLAIN_BCE } from '../losses/loss.ts';

/** Five images in batches of two: three steps per epoch. */
const STEPS = 3;
const samples: Sample[] = Array.from({ length: 5 }, (_, line) => ({
  ...{ path: `${line}`, file: `${line}`, hash: '', line },
  labels: Int8Array.of(1),
}));
const graph = new GraphBuilder();
const dropped = graph.dropout('dropout', graph.globalAveragePool('pooled', graph.input(1), false), 0.5);
graph.dense('classifier', dropped, 1);
const model = graph.build('tiny');

const weight = (value: number): Parameters => new Map([['w', { shape: [1], data: Float32Array.of(value) }]]);
const valueOf = (parameters: Parameters): number => parameters.get('w')!.data[0]!;

/** Milliseconds that the phase sees pass: only what the script says. */
let clock = 0;
beforeEach(() => {
  clock = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => clock);
  // A wait of the phase takes its time on that clock and no other.
  vi.spyOn(globalThis, 'setTimeout').mockImplementation(((done: () => void, ms: number) => {
    clock += ms;
    queueMicrotask(done);
    return 0;
  }) as unknown as typeof setTimeout);
});
afterEach(() => void vi.restoreAllMocks());

interface Script {
  readonly spec?: Partial<PhaseSpec>;
  /** What is monitored, by epoch; by default the weights themselves. */
  readonly values?: readonly (number | null)[];
  /** Commands that wait after each step of training. */
  readonly commands?: Readonly<Record<number, readonly (readonly JobCommand[])[]>>;
  readonly loss?: (step: number) => number;
  readonly trained?: (steps: number) => number;
  readonly checkpoint?: Checkpoint;
  readonly stepMs?: number;
  readonly evaluateMs?: number;
  readonly loadMs?: number;
  readonly context?: Partial<PhaseContext>;
}

/** Trains by a script: step n (from 1) costs n, of which 10 n from the labels, and leaves weights of 100 + n. */
async function course(script: Script) {
  const { stepMs = 0, evaluateMs = 0, loadMs = 0, commands = {}, checkpoint = null } = script;
  const [requests, inputs, events, lines, saved]: [TrainingRequest[], StepInput[], RunEvent[], object[], Checkpoint[]] =
    [[], [], [], [], []];
  const [evaluated, kept]: [[number, unknown][], [number, unknown][]] = [[], []];
  let [steps, epochs, disposed] = [checkpoint?.state.steps ?? 0, checkpoint?.progress.epoch ?? 0, 0];
  let waiting: (readonly JobCommand[])[] = [];
  const engine: Engine = {
    ...{ name: 'scripted', device: 'cpu' as const, description: quoted('') },
    createInference: () => Promise.reject(new Error('not needed')),
    createStatistics: () => Promise.reject(new Error('not needed')),
    createTraining: (request) => {
      requests.push(request);
      return Promise.resolve({
        step: (input) => {
          inputs.push(input);
          steps++;
          clock += stepMs;
          waiting = [...(commands[steps] ?? [])];
          const loss = script.loss?.(steps) ?? steps;
          return Promise.resolve({
            ...{ loss, hardLoss: 10 * loss, gradientNorm: 7 * steps },
            // In the first epoch every second decision is right, later all are.
            logits: Float32Array.of(1, steps <= STEPS ? -1 : 1),
            ranges: new Map([['quant', [-steps, 2 * steps] as const]]),
          });
        },
        state: () =>
          Promise.resolve({
            ...{ parameters: weight(script.trained?.(steps) ?? 100 + steps), ema: null, slots: new Map(), steps },
          }),
        dispose: () => {
          disposed++;
          return Promise.resolve();
        },
      });
    },
  };
  const config = configSchema.parse({});
  const spec: PhaseSpec = {
    ...{ stage: 'student', phase: 'finetune', model, trainableFrom: 0, loss: PLAIN_BCE, epochs: 2, optimizer: ADAMW },
    schedule: { kind: 'constant', peak: 0.6, warmupSteps: 6, totalSteps: 6 },
    ...{ learningRateScales: new Map(), weightDecay: 0.25, accumulationSteps: 1, clipNorm: null, emaDecay: null },
    earlyStopping: { patience: null, minDelta: 0, startFromEpoch: 0, baseline: null },
    plateau: { factor: 1, patience: null, minDelta: 0, cooldown: 0, minimum: 0 },
    ...{ monitor: 'val_loss', rangeDecay: null, statistics: 'moving' as const },
    ...script.spec,
  };
  const detail = { perClassAp: [0.5], watched: [{ path: 'a', truth: [], scores: [] }] };
  const context: PhaseContext = {
    engine,
    source: {
      loader: {
        load: async () => {
          await Promise.resolve();
          clock += loadMs;
          return [new Uint8Array(6)];
        },
      },
      ...{ samples, classes: 1, batchSize: 2, augmentation: config.augmentation, sampling: config.data, seed: 5 },
    },
    inputOf: ({ pixels }) => pixels[0]!,
    teach: null,
    evaluate: (parameters, ranges) => {
      clock += evaluateMs;
      evaluated.push([valueOf(parameters), Object.fromEntries(ranges)]);
      const value = script.values === undefined ? valueOf(parameters) : script.values[epochs]!;
      epochs++;
      return Promise.resolve({
        ...{ metrics: { [spec.monitor]: value, extra: 3 }, parameters: weight(valueOf(parameters) + 0.5), detail },
      });
    },
    keepBest: (parameters, ranges) => {
      kept.push([valueOf(parameters), Object.fromEntries(ranges)]);
      return Promise.resolve();
    },
    report: (event) => void events.push(event),
    takeCommands: () => waiting.shift() ?? [],
    recordMetrics: (line) => 1000 * lines.push(line),
    saveCheckpoint: (made) => {
      saved.push(made);
      return Promise.resolve();
    },
    checkpointMinutes: 1e6,
    ...script.context,
  };
  const start = { parameters: weight(99), ranges: new Map([['quant', [-1, 1] as const]]), checkpoint };
  const end = await trainPhase(spec, context, start).then(
    (result) => ({ ...result, last: valueOf(result.last) }),
    (error: unknown) => ({ error }),
  );
  return { requests, inputs, events, lines, saved, evaluated, kept, end, disposed: () => disposed };
}

const of = <T extends RunEvent['type']>(events: readonly RunEvent[], type: T): Extract<RunEvent, { type: T }>[] =>
  events.filter((event): event is Extract<RunEvent, { type: T }> => event.type === type);
const positions = (events: readonly RunEvent[]): number[][] =>
  of(events, 'checkpoint').map(({ epoch, step }) => [epoch, step]);

describe('a phase', () => {
  test('asks the engine for what its specification says, and gives it back', async () => {
    const scales = new Map([['classifier.kernel', 0.5]]);
    const { requests, end, disposed } = await course({
      spec: { clipNorm: 2, learningRateScales: scales, trainableFrom: 1 },
    });
    expect(requests).toHaveLength(1);
    expect(requests[0]).toEqual({
      ...{ model, batchSize: 2, trainableFrom: 1, loss: PLAIN_BCE, optimizer: ADAMW, clipNorm: 2, ema: false },
      ...{ learningRateScales: scales, accumulates: false },
      state: { parameters: weight(99), slots: new Map(), ema: null, steps: 0 },
    });
    // Worse from epoch to epoch: the best is that of the first, 100 + 3.
    expect(end).toEqual({ last: 106.5, best: 103, seconds: 0 });
    expect(disposed()).toBe(1);
  });

  test('records each step and each epoch, and reports the same', async () => {
    const { lines, events, saved } = await course({ stepMs: 2000, evaluateMs: 10_000, loadMs: 500 });
    const at = { stage: 'student', phase: 'finetune' };
    // The rate rises to 0.6 over six steps.
    const step = (n: number) => ({
      ...{ loss: n, hard_loss: 10 * n, gradient_norm: 7 * n, learning_rate: expect.closeTo(n / 10, 12) as number },
    });
    // Three batches are loaded in 1.5 s while the first step waits; three steps of 2 s and 10 s of evaluation follow. Those
    // of the second epoch are loaded during the evaluation.
    const epoch = (number: number) => ({
      ...{ loss: [2, 5][number], hard_loss: [20, 50][number] },
      // Three found and three missed: 2 * 3 / (2 * 3 + 3).
      ...{ train_macro_f1: [2 / 3, 1][number], train_micro_f1: [2 / 3, 1][number] },
      ...{ val_loss: [103, 106][number], extra: 3, learning_rate: expect.closeTo([0.3, 0.6][number]!, 12) as number },
      ...{ seconds: [19, 35][number], waited_seconds: [1.5, 0][number] },
    });
    const detail = { perClassAp: [0.5], watched: [{ path: 'a', truth: [], scores: [] }] };
    expect(lines).toEqual([
      { type: 'phase', ...at, stepsPerEpoch: 3, epochs: 2 },
      ...[1, 2, 3].map((n) => ({ type: 'step', ...at, epoch: 0, step: n, ...step(n) })),
      { type: 'epoch', ...at, epoch: 0, best: true, ...epoch(0), ...detail },
      ...[1, 2, 3].map((n) => ({ type: 'step', ...at, epoch: 1, step: n, ...step(n + 3) })),
      { type: 'epoch', ...at, epoch: 1, best: false, ...epoch(1), ...detail },
    ]);
    expect(of(events, 'step').map(({ epoch: e, step: s, metrics }) => [e, s, metrics])).toEqual(
      [0, 1].flatMap((e) => [1, 2, 3].map((s) => [e, s, step(3 * e + s)])),
    );
    expect(of(events, 'epoch')).toEqual(
      [0, 1].map((number) => ({
        ...{ type: 'epoch', ...at, epoch: number, epochs: 2, best: number === 0, metrics: epoch(number) },
      })),
    );
    expect(of(events, 'step').every(({ stage, phase }) => stage === 'student' && phase === 'finetune')).toBe(true);
    // One checkpoint per epoch; the file of figures has one line of 1000 bytes per record.
    expect(positions(events)).toEqual([
      [1, 0],
      [2, 0],
    ]);
    expect(
      saved.map(({ stage, phase, progress: { epoch: e, step: s, metricsBytes, seconds } }) => ({
        ...{ stage, phase, e, s, metricsBytes, seconds },
      })),
    ).toEqual([
      { ...at, e: 1, s: 0, metricsBytes: 5000, seconds: 19 },
      { ...at, e: 2, s: 0, metricsBytes: 9000, seconds: 35 },
    ]);
    expect(saved[0]!.progress).toMatchObject({ lossSum: 0, hardLossSum: 0, decisions: [], waited: 0 });
    expect(saved[0]!.state.steps).toBe(3);
  });

  test('reports its progress, and the time remaining at the pace so far', async () => {
    const { events } = await course({ stepMs: 2000 });
    const progress = of(events, 'progress');
    expect(progress.map(({ done, total, unit, rate, secondsLeft }) => [done, total, unit, rate, secondsLeft])).toEqual([
      [1, 6, 'steps', null, null],
      ...[2, 3, 4, 5].map((done) => [done, 6, 'steps', 0.5, (6 - done) / 0.5]),
      [6, 6, 'steps', 0.5, 0],
    ]);
    expect(progress.every(({ stage }) => stage === 'student')).toBe(true);
  });

  test('gives each step its batch, masks, decay and rate, and no input that the phase does not use', async () => {
    const { inputs } = await course({});
    expect(inputs).toHaveLength(6);
    inputs.forEach((input, n) =>
      expect(input).toEqual({
        ...{ inputs: new Uint8Array(6), labels: Float32Array.of(1, 1), weights: Float32Array.of(0.5, 0.5) },
        ...{ learningRate: expect.closeTo((n + 1) / 10, 12) as number, weightDecay: 0.25 },
        masks: drawMasks(model, 0, 2, { seed: 5, epoch: Math.floor(n / STEPS), step: n % STEPS }),
      }),
    );
    expect(new Set(inputs.map(({ masks }) => [...masks.get('dropout')!].join())).size).toBeGreaterThan(1);
  });

  test('lets a teacher see the batch', async () => {
    const seen: (readonly number[])[] = [];
    const { inputs } = await course({
      context: {
        inputOf: ({ positions: rows }) => Promise.resolve(Float32Array.from(rows)),
        teach: ({ positions: rows }) => {
          seen.push(rows);
          return Promise.resolve(Float32Array.from(rows, (row) => -row));
        },
      },
    });
    expect(seen.slice(0, STEPS).flat().slice(0, 5).sort()).toEqual([0, 1, 2, 3, 4]);
    inputs.forEach(({ inputs: rows, teacherLogits }, n) => {
      expect([...rows]).toEqual(seen[n]);
      expect([...teacherLogits!]).toEqual(seen[n]!.map((row) => -row));
    });
  });

  test('adds gradients up over cycles, at whose ends the average of the weights moves', async () => {
    const { inputs, requests } = await course({ spec: { accumulationSteps: 2, emaDecay: 0.99 } });
    expect(requests[0]).toMatchObject({ accumulates: true, ema: true });
    // Two batches, then one that is left over, in each epoch.
    const cycle = [
      { share: 0.5, moves: false },
      { share: 0.5, moves: true },
      { share: 1, moves: true },
    ];
    expect(inputs.map(({ accumulation }) => accumulation)).toEqual([...cycle, ...cycle]);
    // (1 + n) / (10 + n) for the n-th move of the weights.
    [1, 1, 2, 3, 3, 4].forEach((moves, n) => expect(inputs[n]!.emaDecay).toBeCloseTo((1 + moves) / (10 + moves), 12));
  });

  test('tracks ranges for two thirds of its epochs and computes with those before each step', async () => {
    const { inputs, evaluated, kept } = await course({
      spec: { epochs: 3, rangeDecay: 0.5 },
      values: [3, 2, 1],
    });
    // From [-1, 1] on, each step n brings half of [-n, 2 n].
    const ranges = [1, 2, 3, 4, 5, 6].reduce<Range[]>(
      (all, n) => [...all, [all.at(-1)![0] / 2 - n / 2, all.at(-1)![1] / 2 + n]],
      [[-1, 1]],
    );
    const used = [...ranges.slice(0, 6), ranges[6], ranges[6], ranges[6]];
    expect(inputs.map(({ fakeQuantRanges }) => fakeQuantRanges!.get('quant'))).toEqual(used);
    const after = [ranges[3], ranges[6], ranges[6]].map((quant) => ({ quant }));
    expect(evaluated).toEqual([103, 106, 109].map((value, epoch) => [value, after[epoch]]));
    expect(kept).toEqual([103.5, 106.5, 109.5].map((value, epoch) => [value, after[epoch]]));
  });

  test('without fake-quantization keeps the ranges that it was given', async () => {
    const { evaluated } = await course({});
    expect(evaluated.map(([, ranges]) => ranges)).toEqual([{ quant: [-1, 1] }, { quant: [-1, 1] }]);
  });

  test.each([
    ['macro_ap', [0.5, 0.7, 0.6], [103.5, 106.5], -0.7],
    ['val_loss', [0.5, 0.7, 0.4], [103.5, 109.5], 0.4],
    // A figure that is undefined is never better; the first weights are kept all the same.
    ['macro_f1', [null, null, 0.1], [103.5, 109.5], -0.1],
    ['macro_f1', [null, null, null], [103.5], Infinity],
  ] as const)('keeps the best weights by %s %j', async (monitor, values, expected, best) => {
    const { kept, end } = await course({ spec: { monitor, epochs: 3 }, values });
    expect(kept.map(([value]) => value)).toEqual(expected);
    expect(end).toMatchObject({ best, last: 109.5 });
  });

  test('lowers its rate on a plateau', async () => {
    const { inputs, lines } = await course({
      spec: {
        ...{ epochs: 3, schedule: { kind: 'constant', peak: 0.5, warmupSteps: 0, totalSteps: 9 } },
        plateau: { factor: 0.5, patience: 1, minDelta: 0, cooldown: 0, minimum: 0 },
      },
      values: [1, 2, 2],
    });
    expect(inputs.map(({ learningRate }) => learningRate)).toEqual([0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.25, 0.25, 0.25]);
    const epochs = lines.filter((line) => (line as { type: string }).type === 'epoch');
    expect(epochs).toMatchObject([{ learning_rate: 0.5 }, { learning_rate: 0.5 }, { learning_rate: 0.25 }]);
  });

  test('ends early once its patience is over, says so, and leaves nothing to resume', async () => {
    const { events, inputs, saved, end } = await course({
      spec: { epochs: 9, earlyStopping: { patience: 2, minDelta: 0, startFromEpoch: 0, baseline: null } },
      values: [2, 1, 1, 1],
    });
    expect(inputs).toHaveLength(4 * STEPS);
    const notes = of(events, 'note');
    expect(notes).toMatchObject([{ stage: 'student', level: 'info' }]);
    expect(positions(events)).toEqual([
      [1, 0],
      [2, 0],
      [3, 0],
      [9, 0],
    ]);
    expect(saved.at(-1)!.progress).toMatchObject({ epoch: 9, early: { best: 1, bestEpoch: 1 } });
    expect(end).toMatchObject({ best: 1, last: 112.5 });
  });

  test('that did not end early does not report an early end', async () => {
    const { events } = await course({});
    expect(of(events, 'note')).toEqual([]);
  });
});

describe('checkpoints in the middle of an epoch', () => {
  test('are written when more than the given time has passed since the last one', async () => {
    // 0.2 minutes are 12 s: two steps are not more than that, three are; the end of an epoch restarts the count.
    const even = await course({ stepMs: 6000, evaluateMs: 60_000, context: { checkpointMinutes: 0.2 } });
    expect(positions(even.events)).toEqual([
      [0, 3],
      [1, 0],
      [1, 3],
      [2, 0],
    ]);
    const slow = await course({ stepMs: 7000, context: { checkpointMinutes: 0.2 } });
    expect(positions(slow.events)).toEqual([
      [0, 2],
      [1, 0],
      [1, 2],
      [2, 0],
    ]);
  });
});

describe('commands', () => {
  const stop: JobCommand = { type: 'stop' };
  const pause: JobCommand = { type: 'pause' };
  const resume: JobCommand = { type: 'continue' };
  const finish: JobCommand = { type: 'finishPhase' };

  test.each([1, 2, 3, 4, 5, 6])(
    'a phase that is stopped at step %i and resumed ends like an uninterrupted one',
    async (at) => {
      const script: Script = {
        spec: {
          ...{ rangeDecay: 0.5, emaDecay: 0.99, accumulationSteps: 2 },
          plateau: { factor: 0.5, patience: 1, minDelta: 0, cooldown: 0, minimum: 0 },
        },
        ...{ stepMs: 2000, evaluateMs: 10_000 },
      };
      const whole = await course(script);
      const first = await course({ ...script, commands: { [at]: [[stop]] } });
      expect(first.end).toMatchObject({ error: { kind: 'cancelled' } });
      expect(first.disposed()).toBe(1);
      expect(first.inputs).toHaveLength(at);
      const checkpoint = first.saved.at(-1)!;
      expect(positions(first.events).at(-1)).toEqual([Math.floor((at - 1) / STEPS), ((at - 1) % STEPS) + 1]);
      const second = await course({ ...script, checkpoint });
      expect(second.requests[0]!.state).toBe(checkpoint.state);
      expect([...first.lines, ...second.lines]).toEqual(whole.lines);
      expect([...first.inputs, ...second.inputs]).toEqual(whole.inputs);
      expect([...first.kept, ...second.kept]).toEqual(whole.kept);
      expect(second.end).toEqual(whole.end);
    },
  );

  test('a phase that is over has its last weights measured once more, and trains no further', async () => {
    const { saved, end } = await course({});
    const again = await course({ checkpoint: saved.at(-1)! });
    expect(again.inputs).toEqual([]);
    expect(again.lines).toEqual([]);
    expect(again.evaluated).toEqual([[106, { quant: [-1, 1] }]]);
    expect(again.end).toEqual(end);
  });

  test('one that is told to end is evaluated at that point, however early that is', async () => {
    const { kept, lines, saved, inputs, end, events } = await course({
      spec: { epochs: 5, earlyStopping: { patience: null, minDelta: 0, startFromEpoch: 4, baseline: null } },
      commands: { 2: [[finish]] },
    });
    expect(inputs).toHaveLength(2);
    expect(kept.map(([value]) => value)).toEqual([102.5]);
    expect(lines.at(-1)).toMatchObject({ type: 'epoch', epoch: 0, loss: 1.5, hard_loss: 15, best: true });
    expect(saved.map(({ progress }) => [progress.epoch, progress.step])).toEqual([[5, 0]]);
    expect(of(events, 'note')).toEqual([]);
    expect(end).toMatchObject({ best: 102, last: 102.5 });
  });

  test('an epoch before early_stopping_start is not kept', async () => {
    const { kept } = await course({
      spec: { earlyStopping: { patience: null, minDelta: 0, startFromEpoch: 1, baseline: null } },
    });
    expect(kept.map(([value]) => value)).toEqual([106.5]);
  });

  test('a pause stops training and does not count as training time', async () => {
    const idle = [pause, ...Array<null>(9)].map((command) => (command ? [command] : []));
    const { inputs, end, events } = await course({ stepMs: 2000, commands: { 2: [...idle, [resume]] } });
    expect(inputs).toHaveLength(6);
    // Ten waits of 200 ms lie between the second and the third step.
    expect(clock).toBe(6 * 2000 + 10 * 200);
    expect(end).toMatchObject({ seconds: 12 });
    expect(of(events, 'progress').map(({ rate }) => rate)).toEqual([null, 0.5, 0.5, 0.5, 0.5, 0.5]);
  });

  test.each([
    ['stop', stop, 2],
    ['finishPhase', finish, 2],
  ] as const)('%s ends a pause', async (_, command, steps) => {
    const { inputs } = await course({ commands: { 2: [[pause], [], [command], [resume]] } });
    expect(inputs).toHaveLength(steps);
    expect(clock).toBe(400);
  });

  test('a pause that is resumed in the same batch of commands has no effect', async () => {
    const { inputs } = await course({ commands: { 2: [[pause, resume], [stop]] } });
    expect(inputs).toHaveLength(6);
    expect(clock).toBe(0);
  });
});

describe('numbers that are not finite', () => {
  test('a loss ends the phase and names its epoch and step', async () => {
    for (const loss of [NaN, Infinity]) {
      const { end, disposed, saved } = await course({ loss: (step) => (step === 5 ? loss : 1) });
      expect(end).toMatchObject({
        error: { kind: 'engine', message: expect.stringMatching(/\b2\b.*\b2\b/) as string },
      });
      expect(disposed()).toBe(1);
      expect(saved).toHaveLength(1);
    }
  });

  test('weights end it before they are measured', async () => {
    const { end, evaluated } = await course({ trained: (steps) => (steps === 6 ? NaN : 1) });
    expect(end).toMatchObject({ error: { kind: 'engine', message: expect.stringMatching(/\b2\b/) as string } });
    expect(evaluated).toHaveLength(1);
  });
});
