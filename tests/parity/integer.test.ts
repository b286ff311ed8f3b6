import { expect, test } from 'vitest';
import { codesOf, compareIntegerNets, modelOf, pictures } from './integerNets.ts';

const nets = (['ReLU6', 'ReLU'] as const).flatMap((kind) => [
  ...[1, 2].flatMap((seed) => [32, 31, 24].map((side) => ({ kind, seed, side, wild: false }))),
  ...Array.from({ length: 12 }, (_, i) => ({ kind, seed: 10 + i, side: [16, 17, 22][i % 3]!, wild: true })),
]);

compareIntegerNets(nets);

test('the scores of the small nets vary, so that equality is meaningful', () => {
  const seen = new Set(
    nets.flatMap((net) => pictures(net.side, 4, net.seed).flatMap((pixels) => codesOf(modelOf(net), pixels))),
  );
  expect(seen.size).toBeGreaterThan(80);
});
