import { expect, test } from 'vitest';
import type { Engine } from '../../src/main/pipeline/engine/engine.ts';
import { createOnnxCpuEngine } from '../../src/main/pipeline/engine/onnx/engine.ts';
import { featuresOf, headModel } from '../../src/main/pipeline/models/headModel.ts';
import { headStart } from '../../src/main/pipeline/models/unfreeze.ts';
import { expectClose } from '../conformance/expectClose.ts';
import { BATCH, distance, inverted, net, parametersOf, request, stepInput, steps } from '../conformance/nets.ts';
import { oracle } from '../conformance/oracle.ts';

const engines: [string, () => Promise<Engine>][] = [
  ['onnx-cpu', () => createOnnxCpuEngine({ threads: 1 })],
  ['TensorFlow.js', () => Promise.resolve(oracle)],
];

test.each(engines)('%s: a head on features trains as it does with its frozen backbone', async (_, start) => {
  const engine = await start();
  const model = net(12, inverted(true));
  const parameters = parametersOf(model);
  const from = headStart(model);
  const training = {
    optimizer: { kind: 'adamw', beta1: 0.9, beta2: 0.999, epsilon: 1e-7 },
    clipNorm: 0.5,
    ema: true,
  } as const;
  const inputs = [stepInput(model, from), stepInput(model, from)];
  const whole = await steps(engine, request(model, parameters, { ...training, trainableFrom: from }), inputs);

  const name = featuresOf(model);
  const backbone = await engine.createInference({ model, parameters, batchSize: BATCH, outputs: [name] });
  const features = (await backbone.run(inputs[0]!.inputs)).outputs.get(name)!;
  const head = headModel(model);
  const alone = await steps(
    engine,
    request(head, parameters, training),
    inputs.map((input) => ({ ...input, inputs: features })),
  );
  expect(distance(Float32Array.from(alone.losses), Float32Array.from(whole.losses))).toBeLessThan(1e-5);
  expectClose(alone.state.parameters, whole.state.parameters, 1e-5);
  expect([...alone.state.slots.get('m')!.keys()].sort()).toEqual(['classifier.bias', 'classifier.kernel']);

  const scoring = await engine.createInference({
    model: head,
    parameters: alone.state.parameters,
    batchSize: BATCH,
    outputs: [head.logits],
  });
  const scored = await engine.createInference({
    model,
    parameters: alone.state.parameters,
    batchSize: BATCH,
    outputs: [model.logits],
  });
  expect(
    distance(
      (await scoring.run(features)).outputs.get(head.logits)!,
      (await scored.run(inputs[0]!.inputs)).outputs.get(model.logits)!,
    ),
  ).toBeLessThan(1e-5);
  for (const session of [backbone, scoring, scored]) await session.dispose();
});
