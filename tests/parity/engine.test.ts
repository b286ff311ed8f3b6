import { beforeAll, describe, expect, test } from 'vitest';
import type { Engine, LossSpec, StepInput } from '../../src/main/pipeline/engine/engine.ts';
import { createOnnxCpuEngine } from '../../src/main/pipeline/engine/onnx/engine.ts';
import { oracle } from '../conformance/oracle.ts';
import type { Model } from '../../src/main/pipeline/graph/graph.ts';
import { drawMasks } from '../../src/main/pipeline/train/masks.ts';
import { BATCH, cases, changes, distance, expectClose, inverted, net, norm, parametersOf, quantized, request, stepInput, steps } from '../conformance/nets.ts';

/** What an engine computes is what TensorFlow.js computes, which differentiates by itself. */
let onnx: Engine;
beforeAll(async () => { onnx = await createOnnxCpuEngine({ threads: 2 }); });

describe('a training step of onnxruntime is that of TensorFlow.js', () => {
  test.each(cases)('%s', async (_, model) => {
    const parameters = parametersOf(model);
    const input = stepInput(model, 0);
    const [ours, theirs] = [await steps(onnx, request(model, parameters), [input]), await steps(oracle, request(model, parameters), [input])];
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
    const [ours, theirs] = [await steps(onnx, request(model, parameters, { trainableFrom }), [input]), await steps(oracle, request(model, parameters, { trainableFrom }), [input])];
    expectClose(changes(parameters, ours.state.parameters), changes(parameters, theirs.state.parameters), 2e-3);
    const moved = [...parameters].filter(([name, { data }]) => ours.state.parameters.get(name)!.data.some((value, i) => value !== data[i])).map(([name]) => name);
    expect(moved.filter((name) => !/^(block2|classifier)/.test(name))).toEqual([]);
    expect(moved.length).toBeGreaterThan(10);
  });

  test('fake-quantized, with ranges that cut some values off', async () => {
    const { model, parameters } = quantized();
    const input = stepInput(model, 0);
    const [ours, theirs] = [await steps(onnx, request(model, parameters), [input]), await steps(oracle, request(model, parameters), [input])];
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
    const [ours, theirs] = [await steps(onnx, training, inputs), await steps(oracle, training, inputs)];
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
    const [ours, theirs] = [await steps(onnx, request(model, parameters, { loss }), [input]), await steps(oracle, request(model, parameters, { loss }), [input])];
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
    const [ours, theirs] = [await steps(onnx, training, cycles(model, 0.02)), await steps(oracle, training, cycles(model, 0.02))];
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
    const results = await Promise.all([onnx, oracle].map(async (engine) => {
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
