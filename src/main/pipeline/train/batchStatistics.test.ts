import { expect, test } from 'vitest';
import type { Sample } from '../data/dataset.ts';
import type { Loader } from '../data/loader.ts';
import { createOnnxCpuEngine } from '../engine/onnx/engine.ts';
import { GraphBuilder } from '../graph/builder.ts';
import type { Parameters } from '../graph/graph.ts';
import { reestimateStatistics } from './batchStatistics.ts';

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
