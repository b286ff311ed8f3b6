import { expect, test } from 'vitest';
import { GraphBuilder } from '../graph/builder.ts';
import type { Parameters, Tensor } from '../graph/graph.ts';
import { trainedStatistics, withEpochStatistics } from './epochStatistics.ts';

function twoNorms() {
  const graph = new GraphBuilder(0.9);
  const first = graph.batchNorm('first', graph.normalize(graph.input(1), [0, 0, 0], [1, 1, 1]));
  const second = graph.batchNorm('second', first);
  graph.dense('classifier', graph.globalAveragePool('pooled', second, false), 1);
  return graph.build('norms');
}
const model = twoNorms();
const vector = (...values: number[]): Tensor => ({ shape: [values.length], data: Float32Array.from(values) });
const parametersOf = (mean: number, variance: number): Map<string, Tensor> =>
  new Map(
    ['first', 'second'].flatMap((name) => [
      [`${name}.mean`, vector(mean, -mean, 0)],
      [`${name}.variance`, vector(variance, 2 * variance, 0)],
      [`${name}.gamma`, vector(1, 1, 1)],
    ]),
  );

/** What a training session does with each batch. */
const moved = (before: Map<string, Tensor>, batches: readonly Map<string, Tensor>[]): Map<string, Tensor> =>
  batches.reduce(
    (moving, batch) =>
      new Map(
        [...moving].map(([name, { shape, data }]) => [
          name,
          { shape, data: data.map((value, c) => Math.fround(0.9 * value + 0.1 * batch.get(name)!.data[c]!)) },
        ]),
      ),
    before,
  );
const numbers = (parameters: Parameters, name: string): number[] => [...parameters.get(name)!.data];

test('batches that agree give their own statistics, wherever the moving ones began', () => {
  const before = parametersOf(100, 50);
  const after = moved(before, [parametersOf(3, 4), parametersOf(3, 4)]);
  expect(numbers(after, 'first.mean')[0]).toBeCloseTo(100 * 0.81 + 3 * 0.19, 4);
  const found = withEpochStatistics(model, after, before, 2);
  expect(numbers(found, 'first.mean').map((value) => Number(value.toFixed(3)))).toEqual([3, -3, 0]);
  expect(numbers(found, 'second.variance').map((value) => Number(value.toFixed(3)))).toEqual([4, 8, 0]);
  expect(found.get('first.gamma')).toBe(after.get('first.gamma'));
});

test('later batches weigh a little more: 0.9 to 1 for two of them', () => {
  const before = parametersOf(0, 1);
  const after = moved(before, [parametersOf(1, 1), parametersOf(2, 3)]);
  const found = withEpochStatistics(model, after, before, 2);
  expect(numbers(found, 'first.mean')[0]).toBeCloseTo((0.9 * 1 + 2) / 1.9, 5);
  expect(numbers(found, 'first.variance')[0]).toBeCloseTo((0.9 * 1 + 3) / 1.9, 5);
});

test('frozen statistics and those of no batches stay as they are, and no variance is below 0', () => {
  const before = parametersOf(1, 1);
  const after = parametersOf(0.8, 0.8);
  expect(withEpochStatistics(model, after, before, 0)).toBe(after);
  const second = model.nodes.findIndex(({ name }) => name === 'second');
  const trained = trainedStatistics(model, second, before);
  expect([...trained.keys()]).toEqual(['second.mean', 'second.variance']);
  const found = withEpochStatistics(model, after, trained, 1);
  expect(found.get('first.mean')).toBe(after.get('first.mean'));
  // (0.8 - 0.9) / 0.1 = -1 cannot be a variance.
  expect(numbers(found, 'second.mean')[0]).toBeCloseTo(-1, 5);
  expect(numbers(found, 'second.variance')[0]).toBe(0);
});
