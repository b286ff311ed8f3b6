import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import type { Engine, StepInput, TrainingRequest } from '../../src/main/pipeline/engine/engine.ts';
import { BATCH, inverted, net, parametersOf, quantized, request, stepInput, stem } from './nets.ts';
import { startNativeTensorFlow } from './nativeTensorFlow.ts';
import { oracle } from './oracle.ts';

const native = await startNativeTensorFlow();
const adamw = { kind: 'adamw', beta1: 0.9, beta2: 0.999, epsilon: 1e-7 } as const;

/** TensorFlow.js does not free tensors by itself. It counts those of all its copies and backends together. */
describe.each<[string, Engine | string]>([
  ['its plain CPU backend', oracle],
  ['native TensorFlow', native],
])('TensorFlow.js on %s', (_, started) => {
  const lack = typeof started === 'string' ? started : null;
  const says = lack === null ? '' : ` (skipped: ${lack})`;
  const engine = started as Engine;

  test.skipIf(lack !== null)(`holds as many tensors after 1,000 steps as after 10${says}`, async () => {
    const model = net(2, (graph, x) =>
      graph.batchNorm('bn', graph.conv2d('conv', x, { filters: 2, kernelSize: 3, stride: 1, bias: false })),
    );
    expect(await counts(engine, request(model, parametersOf(model), { optimizer: adamw }), {}, [10, 1000])).toEqual({
      grown: 0,
      afterwards: 0,
    });
  });

  test.skipIf(lack !== null)(`fake-quantized, too, after 20 steps as after 10${says}`, async () => {
    const { model, parameters } = quantized(inverted(true));
    const training = request(model, parameters, { optimizer: adamw, clipNorm: 1, ema: true, accumulates: true });
    expect(await counts(engine, training, { accumulation: { share: 0.5, moves: true } }, [10, 20])).toEqual({
      grown: 0,
      afterwards: 0,
    });
  });

  test.skipIf(lack !== null)(`scoring and statistics leave nothing behind${says}`, async () => {
    const model = net(6, stem);
    const before = tf.memory().numTensors;
    const { inputs } = stepInput(model, 0);
    for (const session of [
      await engine.createInference({
        model,
        parameters: parametersOf(model),
        batchSize: BATCH,
        outputs: ['logits'],
        ranges: ['stem'],
      }),
      await engine.createStatistics({ model, parameters: parametersOf(model), batchSize: BATCH, trainableFrom: 0 }),
    ]) {
      const held = tf.memory().numTensors;
      for (let i = 0; i < 5; i++) await session.run(inputs);
      expect(tf.memory().numTensors).toBe(held);
      await session.dispose();
    }
    expect(tf.memory().numTensors).toBe(before);
  });
});

/** The number of tensors added between two steps, and the number left after the session is disposed. */
async function counts(
  engine: Engine,
  training: TrainingRequest,
  change: Partial<StepInput>,
  [early, late]: readonly [number, number],
): Promise<{ grown: number; afterwards: number }> {
  const before = tf.memory().numTensors;
  const session = await engine.createTraining(training);
  const input = stepInput(training.model, 0, { learningRate: 1e-3, weightDecay: 0.1, ...change });
  let held = 0;
  for (let step = 1; step <= late; step++) {
    await session.step(input);
    if (step === early) held = tf.memory().numTensors;
  }
  await session.state();
  const grown = tf.memory().numTensors - held;
  await session.dispose();
  return { grown, afterwards: tf.memory().numTensors - before };
}
