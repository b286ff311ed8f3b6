import { describe, expect, test } from 'vitest';
import { createOnnxCpuEngine } from '../engine/onnx/engine.ts';
import { GraphBuilder } from '../graph/builder.ts';
import type { Parameters } from '../graph/graph.ts';
import { insertFakeQuant } from '../graph/insertFakeQuant.ts';
import { calibrate, selectRepresentative } from './calibrate.ts';

test('a range is the mean of the extremes of the batches, not the extreme of all images', async () => {
  const graph = new GraphBuilder();
  const pixels = graph.normalize(graph.input(1), [0, 0, 0], [1, 1, 1]);
  const gray = graph.conv2d('gray', pixels, { filters: 1, kernelSize: 1, stride: 1, bias: true });
  graph.dense('classifier', graph.globalAveragePool('pooled', gray, false), 1);
  const model = insertFakeQuant(graph.build('gray'));
  const tensor = (...data: number[]) => ({ shape: [data.length], data: Float32Array.from(data) });
  const parameters: Parameters = new Map([
    ['gray.kernel', { shape: [1, 1, 3, 1], data: Float32Array.of(1, 0, 0) }],
    ['gray.bias', tensor(-10)],
    ['classifier.kernel', { shape: [1, 1], data: Float32Array.of(2) }],
    ['classifier.bias', tensor(1)],
  ]);
  /** Red values of two images per batch; the last batch has an outlier. */
  const reds = [
    [0, 20],
    [10, 30],
    [5, 250],
  ];
  const batches = (async function* () {
    for (const [a, b] of reds) yield Uint8Array.of(a!, 0, 0, b!, 0, 0);
  })();
  const ranges = await calibrate(await createOnnxCpuEngine({ threads: 1 }), model, parameters, batches, 2);
  // Red minus 10 gives (-10 + 0 - 5) / 3 and (10 + 20 + 240) / 3; the logits are twice that plus 1.
  expect(ranges.get('gray.quant')).toEqual([-5, 90]);
  expect(ranges.get('pooled.quant')).toEqual([-5, 90]);
  expect(ranges.get('logits.quant')).toEqual([-9, 181]);
});

describe('the representative set', () => {
  /** Of 400 images all have class 0, one in ten has class 1, and one each has class 2 and class 3. */
  const labels = Array.from({ length: 400 }, (_, i) => ({
    labels: Int8Array.of(1, i % 10 === 3 ? 1 : 0, i === 250 ? 1 : 0, i === 71 ? 1 : 0),
  }));

  test.each(Array.from({ length: 20 }, (_, seed) => seed))('has the only image of a rare class, seed %i', (seed) => {
    const chosen = selectRepresentative(labels, 4, 5, seed);
    expect(chosen).toContain(250);
    expect(chosen).toContain(71);
    expect(chosen.some((i) => i % 10 === 3)).toBe(true);
    expect(new Set(chosen).size).toBe(5);
  });

  test('too small for all classes, it covers the rarest ones', () => {
    for (let seed = 0; seed < 20; seed++)
      expect([...selectRepresentative(labels, 4, 2, seed)].sort((a, b) => a - b)).toEqual([71, 250]);
  });
});
