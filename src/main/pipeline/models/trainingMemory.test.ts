import { describe, expect, test } from 'vitest';
import type { Architecture } from '../../../shared/architectures.ts';
import { buildModel } from './registry.ts';
import { batchThatFits, trainingBytes } from './trainingMemory.ts';

const model = (architecture: Architecture, inputSize: number) =>
  buildModel(architecture, { inputSize, classes: 10, dropout: 0.2, dropPath: 0.2 });

describe('the memory of a training step', () => {
  // Measured peaks of the process with AdamW, masks, BatchNorm statistics and two threads.
  test.each([
    ['efficientnet-lite1', 240, 8, false, 1.95e9],
    ['efficientnet-lite1', 240, 16, false, 3.36e9],
    ['efficientnet-b3', 300, 4, false, 3.23e9],
    ['efficientnet-b0', 96, 32, false, 1.41e9],
    ['efficientnet-lite1', 240, 8, true, 1.16e9],
    ['efficientnet-lite1', 240, 16, true, 1.88e9],
    ['efficientnet-b3', 300, 4, true, 1.95e9],
    ['efficientnet-b0', 96, 32, true, 0.89e9],
  ] as const)(
    'of %s at %i px, batch %i, low memory %s is as measured within 15 %%',
    (architecture, inputSize, batchSize, lowMemory, measured) => {
      expect(
        Math.abs(
          trainingBytes(model(architecture, inputSize), { batchSize, trainableFrom: 0, lowMemory }) / measured - 1,
        ),
      ).toBeLessThan(0.15);
    },
  );

  test('is lower for a frozen backbone', () => {
    const lite = model('efficientnet-lite1', 240);
    expect(trainingBytes(lite, { batchSize: 8, trainableFrom: lite.nodes.length - 3, lowMemory: false })).toBeLessThan(
      0.6e9,
    );
  });

  test('halves the batch until it fits, but not below one', () => {
    const step = { batchSize: 16, trainableFrom: 0, lowMemory: false };
    expect(batchThatFits(model('efficientnet-lite1', 240), step, 8e9)).toBe(16);
    expect(batchThatFits(model('efficientnet-lite1', 240), step, 3e9)).toBe(8);
    expect(batchThatFits(model('efficientnet-b3', 300), step, 4e9)).toBe(4);
    expect(batchThatFits(model('efficientnet-b3', 300), step, 0)).toBe(1);
  });
});
