import { describe, expect, it } from 'vitest';
import type { Sample } from '../data/dataset.ts';
import type { Loader } from '../data/loader.ts';
import { GraphBuilder } from '../graph/builder.ts';
import { buildModel } from '../models/registry.ts';
import { batchTargets, splitIntoBatches, plainBatches, prefetched } from './batches.ts';
import { drawMasks } from './masks.ts';
import { freezesRanges, trackRanges } from './ranges.ts';

const sample = (labels: number[], path = 'a.jpg'): Sample => ({
  path,
  file: `/photos/${path}`,
  labels: Int8Array.from(labels),
  hash: path,
  line: 1,
});

describe('the batches of an epoch', () => {
  it('cover every image in full batches, the last one filled from the start', () => {
    const order = Uint32Array.from({ length: 10 }, (_, i) => 9 - i);
    const batches = splitIntoBatches(order, 4);
    expect(batches.map((batch) => batch.length)).toEqual([4, 4, 4]);
    expect(batches.flat().slice(0, 10)).toEqual([...order]);
    expect(batches.flat().slice(10)).toEqual([...order.subarray(0, 2)]);
  });

  it('are full even with fewer samples than the batch size', () => {
    expect(splitIntoBatches(Uint32Array.of(1, 0), 5)[0]).toEqual([1, 0, 1, 0, 1]);
  });

  it('give unknown labels weight 0 and known ones equal weights that sum to 1', () => {
    const { labels, weights } = batchTargets([sample([1, 0]), sample([-1, 1])], 2);
    expect([...labels]).toEqual([1, 0, 0, 1]);
    expect([...weights].map((w) => Math.round(w * 3))).toEqual([1, 1, 0, 1]);
  });

  it('are loaded in advance but delivered in order', async () => {
    const asked: number[] = [];
    const seen: number[] = [];
    for await (const { item, pixels } of prefetched([0, 1, 2, 3, 4, 5], 2, (item) => {
      asked.push(item);
      return Promise.resolve([Uint8Array.of(item)]);
    })) {
      if (item === 0) expect(asked).toEqual([0, 1, 2]);
      seen.push(pixels[0]![0]!);
    }
    expect(seen).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('pass on a loading error', async () => {
    const run = async (): Promise<void> => {
      for await (const { item } of prefetched([0, 1], 1, (item) =>
        item === 1 ? Promise.reject(new Error('gone')) : Promise.resolve([]),
      ))
        void item;
    };
    await expect(run()).rejects.toThrow('gone');
  });

  it('without augmentation say how many rows of the padded last one are real', async () => {
    const loader: Loader = {
      load: (request) => Promise.resolve([Uint8Array.from(request.samples, (s) => Number(s.path))]),
      decoded: () => 0,
      close: () => Promise.resolve(),
    };
    const seen: number[][] = [];
    for await (const { pixels, first, count } of plainBatches(
      loader,
      [0, 1, 2, 3, 4].map((i) => sample([1], String(i))),
      2,
    ))
      seen.push([...pixels[0]!, first, count]);
    expect(seen).toEqual([
      [0, 1, 0, 2],
      [2, 3, 2, 2],
      [4, 4, 4, 1],
    ]);
  });
});

describe('masks', () => {
  const model = buildModel('efficientnet-lite0', { inputSize: 32, classes: 2, dropout: 0.25, dropPath: 0.2 });
  it('keep the expected value and depend only on seed, epoch, step and node', () => {
    const draw = { seed: 1, epoch: 2, step: 3 };
    const masks = drawMasks(model, 0, 64, draw);
    const dropout = masks.get('dropout')!;
    expect(dropout.length).toBe(64 * 1280);
    expect(new Set(dropout)).toEqual(new Set([0, Math.fround(1 / 0.75)]));
    expect(dropout.reduce((a, b) => a + b, 0) / dropout.length).toBeCloseTo(1, 1);
    expect(drawMasks(model, 0, 64, draw).get('dropout')).toEqual(dropout);
    expect(drawMasks(model, 0, 64, { ...draw, step: 4 }).get('dropout')).not.toEqual(dropout);
  });
  it('are of each feature for dropout, of each image for dropPath, and of nothing else', () => {
    const graph = new GraphBuilder();
    const conv = graph.conv2d('conv', graph.input(1), { filters: 3, kernelSize: 1, stride: 1, bias: true });
    const sum = graph.addTensors('sum', conv, graph.dropPath('path', conv, 0.5));
    graph.dense('classifier', graph.dropout('features', graph.globalAveragePool('pooled', sum, false), 0.2), 2);
    const masks = drawMasks(graph.build('tiny'), 0, 40, { seed: 1, epoch: 0, step: 0 });
    expect([...masks].map(([name, mask]) => [name, mask.length])).toEqual([
      ['path', 40],
      ['features', 120],
    ]);
    expect([...new Set(masks.get('path'))].sort()).toEqual([0, 2]);
    expect([...new Set(masks.get('features'))].sort()).toEqual([0, 1.25]);
  });
  it('exist only for trainable nodes', () => {
    const cut = model.nodes.findIndex((node) => node.block === 'block6a');
    expect(
      [...drawMasks(model, cut, 4, { seed: 1, epoch: 0, step: 0 }).keys()].some((name) => name.startsWith('block3')),
    ).toBe(false);
    expect(
      [...drawMasks(model, 0, 4, { seed: 1, epoch: 0, step: 0 }).keys()].some((name) => name.startsWith('block3')),
    ).toBe(true);
  });
});

describe('activation ranges', () => {
  it('follow a moving average that starts from calibration', () => {
    const tracked = trackRanges({ a: [-1, 1] }, new Map([['a', [-3, 2] as const]]), 0.9);
    expect(tracked.a![0]).toBeCloseTo(-1.2, 12);
    expect(tracked.a![1]).toBeCloseTo(1.1, 12);
  });
  it('of a tensor that was not calibrated start at what is seen first; those that are not seen stay', () => {
    expect(trackRanges({ b: [0, 1] }, new Map([['a', [-3, 2] as const]]), 0.9)).toEqual({ a: [-3, 2], b: [0, 1] });
  });
  it('are frozen in the last third of the epochs', () => {
    expect([0, 5, 6, 8].map((epoch) => freezesRanges(epoch, 9))).toEqual([false, false, true, true]);
  });
});
