import { expect, test } from 'vitest';
import type { Sample } from '../data/dataset.ts';
import type { Loader } from '../data/loader.ts';
import type { Engine, StatisticsRequest } from '../engine/engine.ts';
import { createOnnxCpuEngine } from '../engine/onnx/engine.ts';
import { GraphBuilder } from '../graph/builder.ts';
import type { Parameters } from '../graph/graph.ts';
import { quoted } from '../../../shared/message.ts';
import { MOST_BATCHES, reestimateStatistics, trainsStatistics } from './batchStatistics.ts';

/** Two BatchNorms in a row on gray pixels; with gamma 1 and beta 0 the second one sees the output of the first. */
function grayNet() {
  const graph = new GraphBuilder(0.9);
  const x = graph.normalize(graph.input(2), [0, 0, 0], [1, 1, 1]);
  const gray = graph.conv2d('gray', x, { filters: 1, kernelSize: 1, stride: 1, bias: false });
  const first = graph.batchNorm('first', gray);
  const same = graph.conv2d('same', first, { filters: 1, kernelSize: 1, stride: 1, bias: false });
  const second = graph.batchNorm('second', same);
  graph.dense('classifier', graph.globalAveragePool('pooled', second, false), 1);
  return graph.build('gray');
}

const model = grayNet();
const values: Record<string, readonly number[]> = {
  'gray.kernel': [1 / 3, 1 / 3, 1 / 3],
  'first.variance': [1 - 1e-3],
  'first.gamma': [1],
  'same.kernel': [1],
  'second.variance': [1],
  'second.gamma': [1],
};
const parameters: Parameters = new Map(
  model.parameters.map(({ name, shape }) => {
    const size = shape.reduce((a, b) => a * b, 1);
    return [name, { shape, data: Float32Array.from(values[name] ?? Array.from({ length: size }, () => 0)) }];
  }),
);

/** Gray levels of each image's four pixels. */
const IMAGES = [
  [90, 110, 90, 110],
  [140, 140, 140, 140],
  [100, 180, 100, 180],
];
const samples: Sample[] = IMAGES.map((_, line) => ({ path: '', file: '', labels: new Int8Array(1), hash: '', line }));
const loader: Loader = {
  load: ({ samples: asked }) =>
    Promise.resolve([
      Uint8Array.from(asked.flatMap(({ line }) => IMAGES[line]!.flatMap((level) => [level, level, level]))),
    ]),
  decoded: () => 0,
  close: () => Promise.resolve(),
};

const reestimated = async (trainableFrom: number): Promise<(name: string) => number> => {
  const engine = await createOnnxCpuEngine({ threads: 1 });
  const source = { engine, loader, sizeIndex: 0, samples, batchSize: 1, seed: 1 };
  const found = await reestimateStatistics(source, model, parameters, trainableFrom);
  return (name) => found.get(name)!.data[0]!;
};

test('the statistics are those of all images, whatever the batches', async () => {
  const of = await reestimated(0);
  // With one image per batch the means are 100, 140, 140 (variance 3200 / 9), the variances 100, 0, 1600 (mean 1700 /
  // 3).
  expect(of('first.mean')).toBeCloseTo(380 / 3, 3);
  expect(of('first.variance')).toBeCloseTo(3200 / 9 + 1700 / 3, 2);
});

test('a BatchNorm before the first trained node keeps and uses its statistics', async () => {
  const of = await reestimated(model.nodes.findIndex(({ name }) => name === 'same'));
  expect([of('first.mean'), of('first.variance')]).toEqual([0, Math.fround(1 - 1e-3)]);
  expect(of('second.mean')).toBeCloseTo(380 / 3, 3);
  expect(of('second.variance')).toBeCloseTo(3200 / 9 + 1700 / 3, 2);
});

/** Re-estimates with an engine that finds mean `line` and variance 1 for an image of that line. */
async function scripted(images: number, batchSize: number, broken = false) {
  const requests: StatisticsRequest[] = [];
  const batches: number[][] = [];
  let disposed = 0;
  const engine: Engine = {
    ...{ name: 'scripted', device: 'cpu' as const, description: quoted('') },
    createInference: () => Promise.reject(new Error('not needed')),
    createTraining: () => Promise.reject(new Error('not needed')),
    createStatistics: (request) => {
      requests.push(request);
      return Promise.resolve({
        run: (input) => {
          if (broken) return Promise.reject(new Error('broken'));
          batches.push([...input]);
          const mean = [...input].reduce((a, b) => a + b, 0) / input.length;
          return Promise.resolve(
            new Map([
              ['first.mean', Float32Array.of(mean)],
              ['first.variance', Float32Array.of(1)],
            ]),
          );
        },
        dispose: () => {
          disposed++;
          return Promise.resolve();
        },
      });
    },
  };
  const source = {
    ...{ engine, sizeIndex: 1, batchSize, seed: 1 },
    samples: Array.from({ length: images }, (_, line) => ({ ...samples[0]!, line })),
    loader: {
      ...loader,
      load: ({ samples: asked }: { samples: readonly Sample[] }) =>
        Promise.resolve([new Uint8Array(0), Uint8Array.from(asked, ({ line }) => line)]),
    },
  };
  const result = await reestimateStatistics(source, model, parameters, 3).catch((error: unknown) => error as Error);
  return { requests, batches, disposed, result };
}

test('the statistics come from full batches of different images, drawn at random', async () => {
  const { requests, batches, disposed, result } = await scripted(9, 4);
  expect(requests).toEqual([{ model, parameters, batchSize: 4, trainableFrom: 3 }]);
  expect(batches.map((batch) => batch.length)).toEqual([4, 4]);
  expect(new Set(batches.flat()).size).toBe(8);
  expect(batches.flat()).not.toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  expect(disposed).toBe(1);
  const [first, second] = batches.map((batch) => batch.reduce((a, b) => a + b, 0) / 4) as [number, number];
  const found = result as Awaited<ReturnType<typeof reestimateStatistics>>;
  expect(found.get('first.mean')).toEqual({ shape: [1], data: Float32Array.of((first + second) / 2) });
  expect(found.get('first.variance')).toEqual({ shape: [1], data: Float32Array.of(1 + ((first - second) / 2) ** 2) });
  expect(found.get('second.mean')).toBe(parameters.get('second.mean'));
});

test('fewer images than a batch are repeated, and of many images only a part is read', async () => {
  const few = await scripted(3, 4);
  expect(few.batches.map((batch) => batch.length)).toEqual([4]);
  expect(new Set(few.batches[0])).toEqual(new Set([0, 1, 2]));
  const many = await scripted(100, 2);
  expect(many.batches).toHaveLength(MOST_BATCHES);
  expect(new Set(many.batches.flat()).size).toBe(2 * MOST_BATCHES);
});

test('an error of the engine is passed on, after the session is disposed', async () => {
  const { disposed, result } = await scripted(4, 4, true);
  expect([disposed, result]).toEqual([1, new Error('broken')]);
});

test('training changes statistics where a BatchNorm is among the trained nodes', () => {
  const second = model.nodes.findIndex(({ name }) => name === 'second');
  expect([0, second, second + 1].map((from) => trainsStatistics(model, from))).toEqual([true, true, false]);
});
