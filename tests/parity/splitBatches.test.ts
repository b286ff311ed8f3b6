import { beforeAll, expect, test } from 'vitest';
import type { Engine } from '../../src/main/pipeline/engine/engine.ts';
import { createOnnxCpuEngine } from '../../src/main/pipeline/engine/onnx/engine.ts';
import { splitBatches } from '../../src/main/pipeline/engine/splitBatches.ts';
import { expectClose } from '../conformance/expectClose.ts';
import { act, BATCH, distance, inverted, net, parametersOf, request, stepInput, steps } from '../conformance/nets.ts';

let whole: Engine, parts: Engine;
beforeAll(async () => {
  whole = await createOnnxCpuEngine({ threads: 1 });
  parts = splitBatches(whole, 4); // of 3 images: 3 parts
});

test('a batch in parts gives the same update and results as the whole batch', async () => {
  const model = net(8, act('swish'));
  const parameters = parametersOf(model);
  const training = request(model, parameters, {
    clipNorm: 0.01,
    optimizer: { kind: 'sgd', momentum: 0.9, nesterov: true },
    ema: true,
  });
  const inputs = [stepInput(model, 0), stepInput(model, 0)];
  const [one, many] = [await steps(whole, training, inputs), await steps(parts, training, inputs)];
  expect(distance(Float32Array.from(many.losses), Float32Array.from(one.losses))).toBeLessThan(1e-5);
  expect(many.norm).toBeCloseTo(one.norm, 5);
  expect(distance(many.logits, one.logits)).toBeLessThan(1e-5);
  expectClose(many.state.parameters, one.state.parameters, 1e-5);
  expect([many.state.steps, many.state.accumulated]).toEqual([2, undefined]);
});

test('parts give the scores and ranges of the whole batch, and the statistics of the first norm, which sees only pixels', async () => {
  const model = net(12, inverted(true));
  const parameters = parametersOf(model);
  const { inputs: pixels } = stepInput(model, 0);
  const asked = { model, parameters, batchSize: BATCH, outputs: ['logits'], ranges: ['stem.act'] };
  const [one, many] = await Promise.all(
    [whole, parts].map(async (engine) => ({
      ...(await (await engine.createInference(asked)).run(pixels)),
      statistics: await (
        await engine.createStatistics({ model, parameters, batchSize: BATCH, trainableFrom: 0 })
      ).run(pixels),
    })),
  );
  expect(distance(many!.outputs.get('logits')!, one!.outputs.get('logits')!)).toBeLessThan(1e-5);
  expect(many!.ranges).toEqual(one!.ranges);
  for (const name of ['stem.bn.mean', 'stem.bn.variance'])
    expect({ name, distance: distance(many!.statistics.get(name)!, one!.statistics.get(name)!) < 1e-4 }).toEqual({
      name,
      distance: true,
    });
});
