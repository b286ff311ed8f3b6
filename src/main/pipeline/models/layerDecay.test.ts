import { expect, test } from 'vitest';
import { buildModel } from './registry.ts';
import { layerDecayScales } from './layerDecay.ts';

test('each block learns more slowly than the one above it', () => {
  const model = buildModel('efficientnet-lite0', { inputSize: 32, classes: 2, dropout: 0, dropPath: 0 });
  const scales = layerDecayScales(model, 0.5);
  expect(scales.size).toBe(model.parameters.length);
  const of = (name: string): number => scales.get(name)!;
  // There are 16 blocks between the stem and the head.
  expect([
    of('classifier.kernel'),
    of('classifier.bias'),
    of('head.conv.kernel'),
    of('head.bn.gamma'),
    of('block7a.expand.conv.kernel'),
    of('block1a.depthwise.conv.kernel'),
    of('stem.conv.kernel'),
  ]).toEqual([1, 1, 0.5, 0.5, 0.25, 0.5 ** 17, 0.5 ** 18]);
});
