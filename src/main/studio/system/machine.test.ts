import { describe, expect, test } from 'vitest';
import { createGpuMeter, parseGpus } from './gpuLoad.ts';
import { configSchema } from '../../../shared/config.ts';
import { onThisMachine, threadsOf } from './machine.ts';

describe('threads of a new run', () => {
  test('all cores, or as many as the settings say', () => {
    expect(threadsOf({ threads: 0, polite: false }, 8)).toBe(0);
    expect(threadsOf({ threads: 3, polite: true }, 8)).toBe(3);
  });
  test.each([
    [1, 1],
    [2, 1],
    [4, 3],
    [8, 6],
    [24, 18],
  ])('polite mode on %i cores uses %i', (cores, threads) =>
    expect(threadsOf({ threads: 0, polite: true }, cores)).toBe(threads),
  );
});

describe('load of graphics cards', () => {
  test('is in bytes and shares per card; what a card does not report is null', () => {
    expect(parseGpus('NVIDIA GeForce RTX 4070, 43, 3120, 12282\nGRID V100, model 2, [N/A], 0, 16384\n\n')).toEqual([
      {
        name: 'NVIDIA GeForce RTX 4070',
        share: 0.43,
        memoryUsedBytes: 3120 * 2 ** 20,
        memoryTotalBytes: 12282 * 2 ** 20,
      },
      { name: 'GRID V100, model 2', share: null, memoryUsedBytes: 0, memoryTotalBytes: 16384 * 2 ** 20 },
    ]);
    expect(parseGpus('NVIDIA-SMI has failed because it could not communicate with the NVIDIA driver.')).toEqual([]);
  });
  test('a missing tool is not an error', async () =>
    expect(await createGpuMeter('no-such-tool-of-any-vendor')()).toEqual([]));
});

test('a new run takes threads and GPU from the settings unless it names its own', () => {
  const settings = { threads: 3, polite: false, adapter: 'A card' };
  expect(onThisMachine(configSchema.parse({}), settings).engine).toMatchObject({ threads: 3, adapter: 'A card' });
  const own = configSchema.parse({ engine: { threads: 1, adapter: 'Another card' } });
  expect(onThisMachine(own, settings).engine).toMatchObject({ threads: 1, adapter: 'Another card' });
});
