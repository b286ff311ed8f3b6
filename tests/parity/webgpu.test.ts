import { describe, expect, test } from 'vitest';
import { toProblemData } from '../../src/shared/problem.ts';
import type { Engine, StepInput } from '../../src/main/pipeline/engine/engine.ts';
import { createOnnxWebGpuEngine } from '../../src/main/pipeline/engine/onnx/webgpu.ts';
import { oracle } from '../conformance/oracle.ts';
import { drawMasks } from '../../src/main/pipeline/train/masks.ts';
import { nameSoftwareAdapter } from '../conformance/graphicsAdapter.ts';
import { BATCH, changes, distance, expectClose, inverted, net, parametersOf, quantized, request, stepInput, steps } from '../conformance/nets.ts';

/** A software adapter compiles slowly: few nets, which hold every op between them. */
nameSoftwareAdapter();
const started: Engine | string = await createOnnxWebGpuEngine({ threads: 1 }).catch((error: unknown) => toProblemData(error).message);
const skipped = typeof started === 'string' ? `no WebGPU adapter starts here (${started.slice(0, 120)})` : null;
const engine = started as Engine;

describe.skipIf(skipped !== null)(`onnxruntime on WebGPU${skipped === null ? '' : `: skipped, ${skipped}`}`, () => {
  test.each([['Lite blocks', true], ['MBConv blocks', false]])('%s: a step, its gradients and statistics, is that of TensorFlow.js', async (_, lite) => {
    const model = net(12, inverted(lite));
    const parameters = parametersOf(model);
    const input = stepInput(model, 0);
    const [ours, theirs] = [await steps(engine, request(model, parameters), [input]), await steps(oracle, request(model, parameters), [input])];
    expect(distance(Float32Array.from(ours.losses), Float32Array.from(theirs.losses))).toBeLessThan(1e-4);
    expect(distance(ours.logits, theirs.logits)).toBeLessThan(1e-3);
    expectClose(changes(parameters, ours.state.parameters), changes(parameters, theirs.state.parameters), 5e-3);
  });

  test('a fake-quantized step is that of TensorFlow.js', async () => {
    const { model, parameters } = quantized();
    const input = stepInput(model, 0);
    const [ours, theirs] = [await steps(engine, request(model, parameters), [input]), await steps(oracle, request(model, parameters), [input])];
    expect(distance(ours.logits, theirs.logits)).toBeLessThan(0.05);
    expectClose(changes(parameters, ours.state.parameters), changes(parameters, theirs.state.parameters), 0.1);
  });

  test('steps with AdamW, clipping, EMA and gradients added up follow those of TensorFlow.js, also when resumed', async () => {
    const model = net(12, inverted(true));
    const inputs: StepInput[] = [[1 / 2, false], [1 / 2, true], [1, true], [1, true]].map(([share, moves], step) => stepInput(model, 0, {
      learningRate: 0.003, weightDecay: 0.1, masks: drawMasks(model, 0, BATCH, { seed: 5, epoch: 0, step }), accumulation: { share: Number(share), moves: Boolean(moves) },
    }));
    const training = request(model, parametersOf(model), { optimizer: { kind: 'adamw', beta1: 0.9, beta2: 0.999, epsilon: 1e-7 }, clipNorm: 0.3, ema: true, accumulates: true });
    const theirs = await steps(oracle, training, inputs);
    const half = await steps(engine, training, inputs.slice(0, 2));
    const rest = await steps(engine, { ...training, state: half.state }, inputs.slice(2));
    expect(rest.state.steps).toBe(3);
    expectClose(rest.state.parameters, theirs.state.parameters, 0.02);
    expectClose(rest.state.ema!, theirs.state.ema!, 0.02);
  });

  test('scores and activation ranges are those of TensorFlow.js', async () => {
    const model = net(12, inverted(false));
    const { pixels } = stepInput(model, 0);
    const asked = { model, parameters: parametersOf(model), batchSize: BATCH, outputs: ['block1.add', 'logits'], ranges: ['block1.add'] };
    const [ours, theirs] = await Promise.all([engine, oracle].map(async (each) => (await each.createInference(asked)).run(pixels)));
    for (const name of asked.outputs) expect(distance(ours!.outputs.get(name)!, theirs!.outputs.get(name)!)).toBeLessThan(1e-3);
    expect(distance(Float32Array.from(ours!.ranges.get('block1.add')!), Float32Array.from(theirs!.ranges.get('block1.add')!))).toBeLessThan(1e-3);
  });
});
