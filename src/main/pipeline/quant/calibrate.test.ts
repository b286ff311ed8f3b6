import { describe, expect, test } from 'vitest';
import { quoted } from '../../../shared/message.ts';
import type { Engine, InferenceRequest } from '../engine/engine.ts';
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

test('only tracked tensors have a range, and the engine is disposed of even when an image cannot be read', async () => {
  const graph = new GraphBuilder();
  const pixels = graph.normalize(graph.input(1), [0, 0, 0], [1, 1, 1]);
  const active = graph.activation(
    'active',
    graph.conv2d('gray', pixels, { filters: 1, kernelSize: 1, stride: 1, bias: true }),
    'relu6',
  );
  graph.dense('classifier', graph.globalAveragePool('pooled', active, false), 1);
  const model = insertFakeQuant(graph.build('gray'));
  const requests: InferenceRequest[] = [];
  let disposed = 0;
  const engine: Engine = {
    ...{ name: '', device: 'cpu' as const, description: quoted('') },
    createInference: (request) => {
      requests.push(request);
      const seen = new Map(request.ranges!.map((name) => [name, [-1, 2] as const]));
      return Promise.resolve({
        run: () => Promise.resolve({ outputs: new Map(), ranges: seen }),
        load: () => undefined,
        dispose: () => {
          disposed++;
          return Promise.resolve();
        },
      });
    },
    createStatistics: () => Promise.reject(new Error('not needed')),
    createTraining: () => Promise.reject(new Error('not needed')),
  };
  const batches = async function* (fails: boolean) {
    yield new Uint8Array(3);
    if (fails) throw new Error('cannot be read');
  };
  // ReLU6 has its range by itself.
  expect(Object.fromEntries(await calibrate(engine, model, new Map(), batches(false), 1))).toEqual({
    'pooled.quant': [-1, 2],
    'logits.quant': [-1, 2],
  });
  expect(requests).toMatchObject([{ batchSize: 1, outputs: [], ranges: ['pooled', 'logits'] }]);
  expect(requests[0]!.model.nodes.some(({ op }) => op === 'fakeQuant')).toBe(false);
  await expect(calibrate(engine, model, new Map(), batches(true), 1)).rejects.toThrow('cannot be read');
  expect(disposed).toBe(2);
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

describe('of few labels on many images the representative set', () => {
  const classes = 6;
  const labels = Array.from({ length: 300 }, (_, i) => ({
    labels: Int8Array.from({ length: classes }, (_, c) => (i % (7 * (c + 1)) === 0 && i > 0 ? 1 : 0)),
  }));

  test('covers every class that can be covered, without repeats, and is seeded', () => {
    const chosen = selectRepresentative(labels, classes, 20, 4);
    expect(new Set(chosen).size).toBe(20);
    for (let c = 0; c < classes; c++) expect(chosen.some((i) => labels[i]!.labels[c] === 1)).toBe(true);
    expect(selectRepresentative(labels, classes, 20, 4)).toEqual(chosen);
    expect(selectRepresentative(labels, classes, 20, 5)).not.toEqual(chosen);
  });

  test('takes all images when there are fewer than requested', () => {
    expect([...selectRepresentative(labels.slice(0, 5), classes, 20, 1)].sort()).toEqual([0, 1, 2, 3, 4]);
  });

  test('takes one image for several classes if it has them all', () => {
    // The rarest class is on images 0 and 1, each of which has the other two classes as well.
    const both = [
      ...Array.from({ length: 2 }, () => ({ labels: Int8Array.of(1, 1, 1) })),
      ...Array.from({ length: 6 }, (_, i) => ({ labels: Int8Array.of(0, i < 2 ? 1 : 0, 1) })),
    ];
    for (let seed = 0; seed < 20; seed++) expect([0, 1]).toContain(selectRepresentative(both, 3, 1, seed)[0]);
    // Of two images the second is any other: over 20 seeds also one without the second class.
    const second = Array.from({ length: 20 }, (_, seed) => selectRepresentative(both, 3, 2, seed)[1]!);
    expect(second.some((image) => image >= 4)).toBe(true);
  });

  test('does not add an image for a class that is already covered', () => {
    // Images 0 and 1 have class 1, image 0 class 0 as well: once it is chosen, image 1 is one of nine others.
    const ten = Array.from({ length: 10 }, (_, i) => ({ labels: Int8Array.of(i === 0 ? 1 : 0, i < 2 ? 1 : 0) }));
    const chosen = Array.from({ length: 45 }, (_, seed) => selectRepresentative(ten, 2, 2, seed));
    expect(chosen.every(([first]) => first === 0)).toBe(true);
    // Five of 45 are expected; looked for, it would be the second one in at least half.
    expect(chosen.filter(([, second]) => second === 1).length).toBeLessThan(15);
  });
});
