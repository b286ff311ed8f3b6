import { expect, test } from 'vitest';
import { continuedHead } from './ownFile.ts';

test('a head keeps the weights of known labels at their new positions and takes random ones for new labels', () => {
  const from = {
    labels: ['cat', 'dog', 'owl'],
    kernel: { shape: [2, 3], data: Float32Array.of(1, 2, 3, 11, 12, 13) },
    bias: { shape: [3], data: Float32Array.of(0.1, 0.2, 0.3) },
  };
  const fresh = {
    kernel: { shape: [2, 4], data: Float32Array.of(-1, -2, -3, -4, -5, -6, -7, -8) },
    bias: { shape: [4], data: Float32Array.of(-0.5, -0.6, -0.7, -0.8) },
  };
  const head = continuedHead(['ant', 'cat', 'owl', 'pig'], from, fresh);
  expect(head.kernel).toEqual({ shape: [2, 4], data: Float32Array.of(-1, 1, 3, -4, -5, 11, 13, -8) });
  expect(head.bias).toEqual({ shape: [4], data: Float32Array.of(-0.5, 0.1, 0.3, -0.8) });
  expect([head.kept, head.added, head.dropped]).toEqual([['cat', 'owl'], ['ant', 'pig'], ['dog']]);
});
