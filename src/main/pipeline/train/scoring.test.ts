import { expect, test } from 'vitest';
import type { Sample } from '../data/dataset.ts';
import type { Loader } from '../data/loader.ts';
import { quoted } from '../../../shared/message.ts';
import type { Engine, InferenceRequest } from '../engine/engine.ts';
import { GraphBuilder } from '../graph/builder.ts';
import type { Parameters } from '../graph/graph.ts';
import { epochScorer, labelMatrix, logitsOf, meanCrossEntropy, scoreSamples, sigmoid } from './scoring.ts';

const samples: Sample[] = Array.from({ length: 5 }, (_, line) => ({
  ...{ path: `${line}`, file: `${line}`, hash: '', line },
  labels: Int8Array.of(line % 2, -1),
}));
/** One byte per image and size: its line, and a hundred more at the second size. */
const loader: Loader = {
  load: ({ samples: asked }) =>
    Promise.resolve([0, 100].map((more) => Uint8Array.from(asked, ({ line }) => line + more))),
  decoded: () => 0,
  close: () => Promise.resolve(),
};

test('scores are in the order of the images, without the padding of the last batch', async () => {
  const done: number[] = [];
  const scores = await scoreSamples(
    (pixels) => Promise.resolve(Float32Array.from([...pixels].flatMap((pixel) => [pixel, -pixel]))),
    new Float32Array(10),
    { loader, sizeIndex: 1, batchSize: 2, classes: 2 },
    samples,
    (count) => done.push(count),
  );
  expect([...scores]).toEqual([100, -100, 101, -101, 102, -102, 103, -103, 104, -104]);
  expect(done).toEqual([2, 4, 5]);
  const run = (pixels: Uint8Array): Promise<Uint8Array> => Promise.resolve(pixels);
  expect([
    ...(await scoreSamples(run, new Uint8Array(5), { loader, sizeIndex: 0, batchSize: 4, classes: 1 }, samples)),
  ]).toEqual([0, 1, 2, 3, 4]);
});

test('logits are the output of that name, with the ranges of a quantized network', async () => {
  const graph = new GraphBuilder();
  graph.dense('classifier', graph.globalAveragePool('pooled', graph.input(1), false), 1);
  const model = graph.build('tiny');
  const requests: InferenceRequest[] = [];
  const loaded: Parameters[] = [];
  let disposed = 0;
  const engine: Engine = {
    ...{ name: '', device: 'cpu' as const, description: quoted('') },
    createInference: (request) => {
      requests.push(request);
      return Promise.resolve({
        run: (input) =>
          Promise.resolve({ outputs: new Map([[model.logits, Float32Array.from(input)]]), ranges: new Map() }),
        load: (parameters) => void loaded.push(parameters),
        dispose: () => {
          disposed++;
          return Promise.resolve();
        },
      });
    },
    createStatistics: () => Promise.reject(new Error('not needed')),
    createTraining: () => Promise.reject(new Error('not needed')),
  };
  const session = await logitsOf(engine, model, new Map(), 3);
  expect([...(await session.run(Uint8Array.of(4, 5)))]).toEqual([4, 5]);
  await session.dispose();
  expect(disposed).toBe(1);
  const ranges = new Map([['quant', [-1, 1] as const]]);
  await logitsOf(engine, model, new Map(), 3, ranges);
  const plain = { model, parameters: new Map(), batchSize: 3, outputs: [model.logits] };
  expect(requests).toEqual([plain, { ...plain, fakeQuantRanges: ranges }]);
  expect(loaded).toEqual([]);

  const scorer = epochScorer(engine, model, 3);
  await scorer.dispose(); // nothing was built yet
  const [first, second]: Parameters[] = [new Map(), new Map([['w', { shape: [1], data: Float32Array.of(1) }]])];
  expect([...(await (await scorer.with(first!)).run(Uint8Array.of(4, 5)))]).toEqual([4, 5]);
  await scorer.with(second!);
  expect(requests.slice(2)).toEqual([{ ...plain, replaceable: true }]);
  expect(loaded).toEqual([second]);
  await scorer.dispose();
  expect(disposed).toBe(2);
});

test('labels have one row per image', () => {
  expect([...labelMatrix(samples.slice(0, 3), 2)]).toEqual([0, -1, 1, -1, 0, -1]);
});

test('cross-entropy is the mean of -log p over known labels, and finite for any logit', () => {
  const p = sigmoid(2);
  expect(p).toBeCloseTo(0.8807970779778823, 15); // scipy.special.expit(2)
  expect(meanCrossEntropy([2, -2, 5, 2], Int8Array.of(1, 1, -1, 0))).toBeCloseTo(
    -(Math.log(p) + Math.log(1 - p) + Math.log(1 - p)) / 3,
    12,
  );
  expect(meanCrossEntropy([1000, -1000], Int8Array.of(0, 1))).toBe(1000);
  expect(meanCrossEntropy([0], Int8Array.of(0))).toBeCloseTo(Math.LN2, 15);
  expect(meanCrossEntropy([3, 4], Int8Array.of(-1, -1))).toBe(0);
});
