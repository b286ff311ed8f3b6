import { beforeAll, describe, expect, test } from 'vitest';
import type { Engine, LossSpec, StepInput, TrainingRequest, TrainingState } from '../../src/main/pipeline/engine/engine.ts';
import { PLAIN_BCE } from '../../src/main/pipeline/engine/engine.ts';
import { createOnnxCpuEngine } from '../../src/main/pipeline/engine/onnx/engine.ts';
import { tfjsEngine } from '../../src/main/pipeline/engine/tfjs/engine.ts';
import { GraphBuilder } from '../../src/main/pipeline/graph/builder.ts';
import { foldBatchNorm } from '../../src/main/pipeline/graph/foldBatchNorm.ts';
import type { Model, Parameters, Tensor } from '../../src/main/pipeline/graph/graph.ts';
import { insertFakeQuant } from '../../src/main/pipeline/graph/insertFakeQuant.ts';
import { drawMasks } from '../../src/main/pipeline/train/masks.ts';
import { randomStream } from '../../src/shared/random.ts';
import { parameterValues } from '../golden/formula.ts';

/** One conformance suite: what an engine computes is what TensorFlow.js computes, which differentiates by itself. */
const BATCH = 3;
const CLASSES = 2;

type Body = (graph: GraphBuilder, x: string) => string;

/** A net around the ops in question: normalized pixels go in, a pooled dense head closes it. */
function net(size: number, body: Body): Model {
  const graph = new GraphBuilder(0.9);
  const x = graph.normalize(graph.input(size), [127, 127, 127], [128, 128, 128]);
  const features = graph.globalAveragePool('pooled', body(graph, x), false);
  graph.dense('classifier', graph.dropout('drop', features, 0.3), CLASSES);
  return graph.build('test');
}

const stem: Body = (graph, x) => graph.conv2d('stem', x, { filters: 6, kernelSize: 3, stride: 1, bias: true });
const first = (kernelSize: number, stride: 1 | 2): Body => (graph, x) => graph.conv2d('conv', x, { filters: 5, kernelSize, stride, bias: true });
const pointwise: Body = (graph, x) => graph.conv2d('conv', stem(graph, x), { filters: 5, kernelSize: 1, stride: 1, bias: true });
const depthwise = (kernelSize: number, stride: 1 | 2): Body => (graph, x) => graph.depthwiseConv2d('depthwise', stem(graph, x), { kernelSize, stride });
const act = (name: 'relu6' | 'swish' | 'sigmoid'): Body => (graph, x) => graph.activation('act', graph.conv2d('wide', x, { filters: 20, kernelSize: 3, stride: 1, bias: true }), name);
const norm: Body = (graph, x) => graph.batchNorm('bn', stem(graph, x));

const squeezeExcite: Body = (graph, x) => {
  const wide = stem(graph, x);
  const squeezed = graph.globalAveragePool('se.pool', wide, true);
  const reduced = graph.activation('se.swish', graph.conv2d('se.reduce', squeezed, { filters: 2, kernelSize: 1, stride: 1, bias: true }), 'swish');
  const factors = graph.activation('se.sigmoid', graph.conv2d('se.expand', reduced, { filters: 6, kernelSize: 1, stride: 1, bias: true }), 'sigmoid');
  return graph.scaleChannels('se.scale', wide, factors);
};

/** MBConv (with squeeze-excite and swish) or the Lite's inverted residual (ReLU6), twice: striding and residual with stochastic depth. */
function inverted(lite: boolean): Body {
  const activation = lite ? 'relu6' : 'swish';
  const block = (graph: GraphBuilder, name: string, x: string, stride: 1 | 2): string => {
    graph.enter(name);
    const conv1 = graph.activation(`${name}.a1`, graph.batchNorm(`${name}.bn1`, graph.conv2d(`${name}.expand`, x, { filters: 18, kernelSize: 1, stride: 1, bias: false })), activation);
    let y = graph.activation(`${name}.a2`, graph.batchNorm(`${name}.bn2`, graph.depthwiseConv2d(`${name}.depthwise`, conv1, { kernelSize: 3, stride })), activation);
    if (!lite) {
      const squeezed = graph.activation(`${name}.s1`, graph.conv2d(`${name}.reduce`, graph.globalAveragePool(`${name}.pool`, y, true), { filters: 2, kernelSize: 1, stride: 1, bias: true }), 'swish');
      y = graph.scaleChannels(`${name}.scale`, y, graph.activation(`${name}.s2`, graph.conv2d(`${name}.excite`, squeezed, { filters: 18, kernelSize: 1, stride: 1, bias: true }), 'sigmoid'));
    }
    const projected = graph.batchNorm(`${name}.bn3`, graph.conv2d(`${name}.project`, y, { filters: 6, kernelSize: 1, stride: 1, bias: false }));
    return stride === 1 ? graph.addTensors(`${name}.add`, x, graph.dropPath(`${name}.path`, projected, 0.4)) : projected;
  };
  return (graph, x) => {
    const first = graph.activation('stem.act', graph.batchNorm('stem.bn', graph.conv2d('stem', x, { filters: 6, kernelSize: 3, stride: 2, bias: false })), activation);
    return block(graph, 'block2', block(graph, 'block1', first, 1), 2);
  };
}

const cases: [string, Model][] = [
  // The family's convolutions: 3x3 or 5x5 on the pixels, 1x1 anywhere.
  ...([3, 5] as const).flatMap((k) => ([1, 2] as const).flatMap((s) => [8, 7].map((size): [string, Model] => [`conv ${k}x${k}, stride ${s}, ${size} px`, net(size, first(k, s))]))),
  ...[8, 7].map((size): [string, Model] => [`conv 1x1, ${size} px`, net(size, pointwise)]),
  ...([3, 5] as const).flatMap((k) => ([1, 2] as const).flatMap((s) => [8, 7].map((size): [string, Model] => [`depthwise ${k}x${k}, stride ${s}, ${size} px`, net(size, depthwise(k, s))]))),
  ...(['relu6', 'swish', 'sigmoid'] as const).map((name): [string, Model] => [name, net(6, act(name))]),
  ['batch norm', net(6, norm)],
  ['squeeze-excite', net(6, squeezeExcite)],
  ['Lite blocks', net(16, inverted(true))],
  ['MBConv blocks', net(16, inverted(false))],
];

const quantized = (): { model: Model; parameters: Parameters } => {
  const float = net(12, inverted(true));
  const folded = foldBatchNorm(float, parametersOf(float));
  return { model: insertFakeQuant(folded.model), parameters: folded.parameters };
};

const parametersOf = (model: Model): Map<string, Tensor> => new Map(model.parameters.map(({ name, shape }) => [name, { shape, data: parameterValues(name, shape) }]));

function stepInput(model: Model, trainableFrom: number, change: Partial<StepInput> = {}): StepInput {
  const stream = randomStream(model.nodes.length, 'step');
  const entries = BATCH * CLASSES;
  return {
    pixels: Uint8Array.from({ length: BATCH * model.inputSize ** 2 * 3 }, () => 256 * stream()),
    labels: Float32Array.from({ length: entries }, () => (stream() < 0.4 ? 1 : 0)),
    // The first entry is unknown: it must move nothing.
    weights: Float32Array.from({ length: entries }, (_, i) => (i === 0 ? 0 : 1 / entries)),
    teacherLogits: Float32Array.from({ length: entries }, () => 4 * stream() - 2),
    learningRate: 1, weightDecay: 0, masks: drawMasks(model, trainableFrom, BATCH, { seed: 5, epoch: 0, step: 0 }), emaDecay: 0.7,
    fakeQuantRanges: new Map(model.nodes.flatMap((node) => (node.op === 'fakeQuant' && node.range === null ? [[node.name, [-1.7, 2.1] as const]] : []))),
    ...change,
  };
}

const plainSgd = { kind: 'sgd', momentum: 0, nesterov: false } as const;
const distilled: LossSpec = { ...PLAIN_BCE, distillation: { alpha: 0.7, temperature: 2 } };

function request(model: Model, parameters: Parameters, change: Partial<TrainingRequest> = {}): TrainingRequest {
  return { model, batchSize: BATCH, trainableFrom: 0, loss: distilled, optimizer: plainSgd, clipNorm: null, ema: false, state: { parameters, slots: new Map(), ema: null, steps: 0 }, ...change };
}

/** Largest difference, relative to the largest value. */
function distance(a: Float32Array, b: Float32Array): number {
  const largest = b.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
  return a.reduce((max, value, i) => Math.max(max, Math.abs(value - b[i]!)), 0) / Math.max(largest, 1e-3);
}

function expectClose(found: Parameters, expected: Parameters, tolerance: number): void {
  expect([...found.keys()].sort()).toEqual([...expected.keys()].sort());
  for (const [name, { data }] of expected) expect({ name, distance: distance(found.get(name)!.data, data) < tolerance || distance(found.get(name)!.data, data) }).toEqual({ name, distance: true });
}

/** What a step of plain SGD with learning rate 1 took away: the gradient (and minus the change of the statistics). */
const changes = (before: Parameters, after: Parameters): Parameters => new Map([...before].map(([name, { shape, data }]) => [name, { shape, data: data.map((value, i) => value - after.get(name)!.data[i]!) }]));

let onnx: Engine;
beforeAll(async () => { onnx = await createOnnxCpuEngine({ threads: 2 }); });

async function steps(engine: Engine, training: TrainingRequest, inputs: readonly StepInput[]): Promise<{ losses: number[]; state: TrainingState; logits: Float32Array; norm: number }> {
  const session = await engine.createTraining(training);
  const results = [];
  for (const input of inputs) results.push(await session.step(input));
  const state = await session.state();
  await session.dispose();
  return { losses: results.flatMap(({ loss, hardLoss }) => [loss, hardLoss]), state, logits: results.at(-1)!.logits, norm: results.at(-1)!.gradientNorm };
}

describe('a training step of onnxruntime is that of TensorFlow.js', () => {
  test.each(cases)('%s', async (_, model) => {
    const parameters = parametersOf(model);
    const input = stepInput(model, 0);
    const [ours, theirs] = [await steps(onnx, request(model, parameters), [input]), await steps(tfjsEngine, request(model, parameters), [input])];
    expect(distance(Float32Array.from(ours.losses), Float32Array.from(theirs.losses))).toBeLessThan(1e-5);
    expect(distance(ours.logits, theirs.logits)).toBeLessThan(1e-4);
    expect(Math.abs(ours.norm / theirs.norm - 1)).toBeLessThan(1e-4);
    expectClose(changes(parameters, ours.state.parameters), changes(parameters, theirs.state.parameters), 2e-3);
  });

  test.each([['Lite blocks', true], ['MBConv blocks', false]])('%s with a frozen lower part, which stays bit for bit', async (_, lite) => {
    const model = net(16, inverted(lite));
    const trainableFrom = model.nodes.findIndex(({ block }) => block === 'block2');
    const parameters = parametersOf(model);
    const input = stepInput(model, trainableFrom);
    const [ours, theirs] = [await steps(onnx, request(model, parameters, { trainableFrom }), [input]), await steps(tfjsEngine, request(model, parameters, { trainableFrom }), [input])];
    expectClose(changes(parameters, ours.state.parameters), changes(parameters, theirs.state.parameters), 2e-3);
    const moved = [...parameters].filter(([name, { data }]) => ours.state.parameters.get(name)!.data.some((value, i) => value !== data[i])).map(([name]) => name);
    expect(moved.filter((name) => !/^(block2|classifier)/.test(name))).toEqual([]);
    expect(moved.length).toBeGreaterThan(10);
  });

  test('fake-quantized, with ranges that cut some values off', async () => {
    const { model, parameters } = quantized();
    const input = stepInput(model, 0);
    const [ours, theirs] = [await steps(onnx, request(model, parameters), [input]), await steps(tfjsEngine, request(model, parameters), [input])];
    // Values that fall on a rounding border may fall on either side: a code more or less somewhere.
    expect(distance(ours.logits, theirs.logits)).toBeLessThan(0.05);
    expectClose(changes(parameters, ours.state.parameters), changes(parameters, theirs.state.parameters), 0.1);
  });

  const adamw = { kind: 'adamw', beta1: 0.9, beta2: 0.999, epsilon: 1e-7 } as const;
  test.each([['AdamW', adamw, 0.003], ['SGD with Nesterov momentum', { kind: 'sgd', momentum: 0.9, nesterov: true } as const, 0.02]])('five steps of %s with decay, clipping and EMA', async (_, optimizer, learningRate) => {
    const model = net(12, inverted(true));
    const parameters = parametersOf(model);
    const inputs = Array.from({ length: 5 }, (_, step) => stepInput(model, 0, { learningRate, weightDecay: 0.1, masks: drawMasks(model, 0, BATCH, { seed: 5, epoch: 0, step }) }));
    const training = request(model, parameters, { optimizer, clipNorm: 0.3, ema: true });
    const [ours, theirs] = [await steps(onnx, training, inputs), await steps(tfjsEngine, training, inputs)];
    expect(distance(Float32Array.from(ours.losses), Float32Array.from(theirs.losses))).toBeLessThan(1e-3);
    // Adam divides by the gradient's size: where a gradient is all but zero, its rounding error moves the weight by a share of a step.
    expectClose(ours.state.parameters, theirs.state.parameters, 0.02);
    expectClose(ours.state.ema!, theirs.state.ema!, 0.02);
  });

  test('a loss of another kind, distilling, with soft and weighted labels', async () => {
    const model = net(12, inverted(true));
    const parameters = parametersOf(model);
    const loss: LossSpec = { hard: { kind: 'asymmetric', gammaPositive: 1, gammaNegative: 4, margin: 0.05, variant: 'stable' }, labelSmoothing: 0.1, positiveWeights: [3, 0.5], distillation: { alpha: 0.6, temperature: 3 } };
    const input = stepInput(model, 0);
    const [ours, theirs] = [await steps(onnx, request(model, parameters, { loss }), [input]), await steps(tfjsEngine, request(model, parameters, { loss }), [input])];
    expect(distance(Float32Array.from(ours.losses), Float32Array.from(theirs.losses))).toBeLessThan(1e-5);
    expectClose(changes(parameters, ours.state.parameters), changes(parameters, theirs.state.parameters), 2e-3);
  });

  /** Steps of which the weights move after the second and the third. */
  const cycles = (model: Model, learningRate: number): StepInput[] => [[1 / 2, false], [1 / 2, true], [1, true], [1 / 2, false]].map(([share, moves], step) =>
    stepInput(model, 0, { learningRate, weightDecay: 0.1, masks: drawMasks(model, 0, BATCH, { seed: 5, epoch: 0, step }), accumulation: { share: Number(share), moves: Boolean(moves) } }));

  test('gradients added up over batches, with a learning rate for each parameter', async () => {
    const model = net(12, inverted(true));
    const parameters = parametersOf(model);
    const learningRateScales = new Map([...parameters.keys()].filter((name) => !name.startsWith('classifier')).map((name) => [name, name.startsWith('block') ? 0.5 : 0.1]));
    const training = request(model, parameters, { optimizer: { kind: 'sgd', momentum: 0.9, nesterov: true }, clipNorm: 0.3, ema: true, accumulates: true, learningRateScales });
    const [ours, theirs] = [await steps(onnx, training, cycles(model, 0.02)), await steps(tfjsEngine, training, cycles(model, 0.02))];
    expectClose(ours.state.parameters, theirs.state.parameters, 0.005);
    expectClose(ours.state.ema!, theirs.state.ema!, 0.005);
    expectClose(ours.state.accumulated!, theirs.state.accumulated!, 0.02);
    expect([ours.state.steps, theirs.state.steps]).toEqual([2, 2]);
  });

  test('a batch twice at half its share moves the weights as the batch itself', async () => {
    const model = net(12, norm);
    const parameters = parametersOf(model);
    const input = stepInput(model, 0);
    const whole = await steps(onnx, request(model, parameters), [input]);
    const twice = [false, true].map((moves) => ({ ...input, accumulation: { share: 0.5, moves } }));
    const halves = await steps(onnx, request(model, parameters, { accumulates: true }), twice);
    for (const name of ['stem.kernel', 'bn.gamma', 'classifier.kernel']) expect(distance(halves.state.parameters.get(name)!.data, whole.state.parameters.get(name)!.data)).toBeLessThan(1e-6);
  });

  test.each([0, 1, 2])('in the middle of a cycle (step %i) it is resumed bit for bit', async (done) => {
    const model = net(12, inverted(false));
    const inputs = cycles(model, 0.01);
    const training = request(model, parametersOf(model), { optimizer: adamw, ema: true, accumulates: true, learningRateScales: new Map([['stem.kernel', 0.3]]) });
    const whole = await steps(onnx, training, inputs);
    const part = await steps(onnx, training, inputs.slice(0, done + 1));
    const rest = await steps(onnx, { ...training, state: part.state }, inputs.slice(done + 1));
    expect(rest.state).toEqual(whole.state);
  });

  test('resumed from its state it goes on bit for bit', async () => {
    const model = net(12, inverted(false));
    const parameters = parametersOf(model);
    const inputs = Array.from({ length: 4 }, (_, step) => stepInput(model, 0, { learningRate: 0.01, masks: drawMasks(model, 0, BATCH, { seed: 5, epoch: 0, step }) }));
    const training = request(model, parameters, { optimizer: adamw, ema: true });
    const whole = await steps(onnx, training, inputs);
    const half = await steps(onnx, training, inputs.slice(0, 2));
    const rest = await steps(onnx, { ...training, state: half.state }, inputs.slice(2));
    expect(rest.state).toEqual(whole.state);
  });
});

describe('inference and statistics of onnxruntime are those of TensorFlow.js', () => {
  test.each([['Lite blocks', true], ['MBConv blocks', false]])('%s', async (_, lite) => {
    const model = net(16, inverted(lite));
    const parameters = parametersOf(model);
    const { pixels } = stepInput(model, 0);
    const outputs = ['block1.add', 'pooled', 'logits'];
    const results = await Promise.all([onnx, tfjsEngine].map(async (engine) => {
      const session = await engine.createInference({ model, parameters, batchSize: BATCH, outputs, ranges: ['block1.add', 'stem.act'] });
      const statistics = await engine.createStatistics({ model, parameters, batchSize: BATCH, trainableFrom: 0 });
      return { ...(await session.run(pixels)), statistics: await statistics.run(pixels) };
    }));
    const [ours, theirs] = [results[0]!, results[1]!];
    for (const name of outputs) expect(distance(ours.outputs.get(name)!, theirs.outputs.get(name)!)).toBeLessThan(1e-4);
    for (const name of ['block1.add', 'stem.act']) expect(distance(Float32Array.from(ours.ranges.get(name)!), Float32Array.from(theirs.ranges.get(name)!))).toBeLessThan(1e-4);
    expect([...ours.statistics.keys()].sort()).toEqual([...theirs.statistics.keys()].sort());
    for (const [name, values] of theirs.statistics) expect(distance(ours.statistics.get(name)!, values)).toBeLessThan(1e-4);
  });
});
