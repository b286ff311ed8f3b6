import { compareIntegerNets } from './integerNets.ts';

// Images of a few pixels, where most windows of a convolution reach past the edges. Few enough to try each of many
// bugs with (scripts/mutationAreas.ts).
compareIntegerNets(
  (['ReLU6', 'ReLU'] as const).flatMap((kind) =>
    [5, 6, 7, 8].flatMap((side) => [1, 2].map((seed) => ({ kind, seed, side, wild: seed === 1 }))),
  ),
);
