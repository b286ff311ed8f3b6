import { describe, expect, test, vi } from 'vitest';
import { configSchema } from '../../../shared/config.ts';
import type { Sample } from '../data/dataset.ts';
import type { BatchRequest, Loader } from '../data/loader.ts';
import { drawMixing } from '../data/mixing.ts';
import type { AugmentedSource } from './batches.ts';
import { batchTargets, plainBatches, prefetched, stepsPerEpoch, trainingBatches } from './batches.ts';
import { epochOrder } from './sampling.ts';

const sample = (line: number, ...labels: number[]): Sample => ({
  ...{ path: `${line}`, file: `${line}`, hash: '', line },
  labels: Int8Array.from(labels),
});
/** Five images; label 0 is known everywhere, label 1 is unknown on the last. */
const samples = [sample(0, 1, 0), sample(1, 0, 1), sample(2, 1, 1), sample(3, 0, 0), sample(4, 1, -1)];
const { data, augmentation } = configSchema.parse({});

function sourceOf(mixup: number) {
  const requests: BatchRequest[] = [];
  const source: AugmentedSource = {
    loader: {
      load: (request) => {
        requests.push(request);
        return Promise.resolve([Uint8Array.from(request.samples, ({ line }) => line)]);
      },
    },
    ...{ samples, classes: 2, batchSize: 2, seed: 5 },
    augmentation: { ...augmentation, mixup },
    sampling: { ...data, sampling: 'shuffle' },
  };
  return { requests, source };
}

async function all<T>(items: AsyncGenerator<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

describe('the training batches of an epoch', () => {
  test('follow its order, with the pixels and targets of their images', async () => {
    const { requests, source } = sourceOf(0);
    const batches = await all(trainingBatches(source, 3, 0));
    const order = [...epochOrder(samples, source.sampling, 5, 3)];
    const padded = [...order, order[0]!];
    expect(batches.map(({ positions }) => positions)).toEqual([
      padded.slice(0, 2),
      padded.slice(2, 4),
      padded.slice(4),
    ]);
    for (const { positions, pixels, labels, weights } of batches) {
      expect(pixels).toEqual([Uint8Array.from(positions)]);
      expect([...labels]).toEqual(positions.flatMap((p) => [...samples[p]!.labels].map((state) => Math.max(0, state))));
      const known = positions.includes(4) ? 3 : 4;
      expect([...weights]).toEqual(
        positions.flatMap((p) => [Math.fround(1 / known), p === 4 ? 0 : Math.fround(1 / known)]),
      );
    }
    expect(requests.map(({ augmentation: asked }) => asked)).toEqual(
      batches.map(({ positions }) => ({ config: source.augmentation, seed: 5, epoch: 3, positions, mixing: null })),
    );
  });

  test('begin at the step of a resumed epoch, as if it had not been interrupted', async () => {
    const whole = sourceOf(0.4);
    const resumed = sourceOf(0.4);
    const [batches, rest] = [
      await all(trainingBatches(whole.source, 1, 0)),
      await all(trainingBatches(resumed.source, 1, 1)),
    ];
    const untimed = ({ positions, labels, weights }: (typeof batches)[number]) => ({ positions, labels, weights });
    expect(rest).toHaveLength(2);
    expect(rest.map(untimed)).toEqual(batches.slice(1).map(untimed));
    expect(resumed.requests).toEqual(whole.requests.slice(1));
  });

  test('blend pixels and labels in the same way', async () => {
    const { requests, source } = sourceOf(0.4);
    const batches = await all(trainingBatches(source, 0, 0));
    batches.forEach(({ positions, labels }, batch) => {
      const mixing = drawMixing(0.4, 2, 5, 0, batch)!;
      expect(requests[batch]!.augmentation!.mixing).toEqual(mixing);
      const [own, share] = [positions.map((p) => samples[p]!.labels[0]!), mixing.shares];
      const blended = own.map((label, row) => share[row]! * label + (1 - share[row]!) * own[mixing.partners[row]!]!);
      expect([labels[0], labels[2]]).toEqual(blended.map(Math.fround));
    });
  });

  test('are as many as fill it', () => {
    const of = (images: number, batchSize: number): number =>
      stepsPerEpoch({ samples: samples.slice(0, images), sampling: { ...data, sampling: 'shuffle' }, batchSize });
    expect([of(4, 2), of(5, 2), of(1, 8), of(0, 8)]).toEqual([2, 3, 1, 0]);
  });
});

test('a batch of which no label is known has no weight', () => {
  const { weights } = batchTargets([sample(0, -1, -1)], 2);
  expect([...weights]).toEqual([0, 0]);
});

describe('loading in advance', () => {
  test('keeps as many loads in flight as asked for, besides the one that is waited for', async () => {
    const ends = new Map<number, () => void>();
    const load = (item: number): Promise<Uint8Array[]> => new Promise((done) => ends.set(item, () => done([])));
    const items = prefetched([0, 1, 2, 3, 4], 1, load);
    const first = items.next();
    expect([...ends.keys()]).toEqual([0, 1]);
    ends.get(0)!();
    expect((await first).value).toMatchObject({ item: 0 });
    expect([...ends.keys()]).toEqual([0, 1]);
    const second = items.next();
    expect([...ends.keys()]).toEqual([0, 1, 2]);
    ends.get(1)!();
    ends.get(2)!();
    expect((await second).value).toMatchObject({ item: 1 });
  });

  test('says how long each item was waited for, in seconds', async () => {
    let clock = 1000;
    const now = vi.spyOn(performance, 'now').mockImplementation(() => clock);
    const load = async (milliseconds: number): Promise<Uint8Array[]> => {
      await Promise.resolve();
      clock += milliseconds;
      return [];
    };
    const waits = (await all(prefetched([500, 250], 0, load))).map(({ waited }) => waited);
    now.mockRestore();
    expect(waits).toEqual([0.5, 0.25]);
  });

  test('waits, when it ends early, for the loads in flight, and ignores their errors', async () => {
    const { promise, reject } = Promise.withResolvers<Uint8Array[]>();
    const load = (item: number): Promise<Uint8Array[]> => (item === 0 ? Promise.resolve([]) : promise);
    const items = prefetched([0, 1], 1, load);
    await items.next();
    let ended = false;
    const end = items.return(undefined).then(() => (ended = true));
    for (let turn = 0; turn < 10; turn++) await Promise.resolve();
    expect(ended).toBe(false);
    reject(new Error('gone'));
    await end;
  });

  test('passes on the error of an item only when it is its turn', async () => {
    const load = (item: number): Promise<Uint8Array[]> =>
      item === 1 ? Promise.reject(new Error('gone')) : Promise.resolve([]);
    const items = prefetched([0, 1], 1, load);
    expect((await items.next()).value).toMatchObject({ item: 0 });
    // Long enough for Node to complain about an error that nobody handles.
    await new Promise((done) => setImmediate(done));
    await expect(items.next()).rejects.toThrow('gone');
  });
});

test('batches without augmentation repeat the last image as padding, and ask for nothing else', async () => {
  const requests: BatchRequest[] = [];
  const loader: Loader = {
    load: (request) => {
      requests.push(request);
      return Promise.resolve([]);
    },
    decoded: () => 0,
    close: () => Promise.resolve(),
  };
  expect((await all(plainBatches(loader, samples, 4))).map(({ first, count }) => [first, count])).toEqual([
    [0, 4],
    [4, 1],
  ]);
  expect(requests).toEqual([
    { samples: samples.slice(0, 4), augmentation: null },
    { samples: Array(4).fill(samples[4]), augmentation: null },
  ]);
  expect(await all(plainBatches(loader, samples.slice(0, 4), 4))).toHaveLength(1);
});
