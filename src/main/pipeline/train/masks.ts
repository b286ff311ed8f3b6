import type { Model } from '../graph/graph.ts';
import { randomStream } from '../../../shared/random.ts';

/**
 * Masks of the trainable dropout ([N, features]) and dropPath ([N]) nodes by node name: 0, or 1 / (1 - rate) so that the
 * expectation stays (inverted dropout). A pure function of (seed, epoch, step, node).
 */
export function drawMasks(
  model: Model,
  trainableFrom: number,
  batchSize: number,
  draw: { seed: number; epoch: number; step: number },
): Map<string, Float32Array> {
  const masks = new Map<string, Float32Array>();
  for (const node of model.nodes.slice(trainableFrom)) {
    if (node.op !== 'dropout' && node.op !== 'dropPath') continue;
    const stream = randomStream(draw.seed, draw.epoch, draw.step, 'mask', node.name);
    const kept = 1 / (1 - node.rate);
    const mask = new Float32Array(node.op === 'dropout' ? batchSize * node.shape[0]! : batchSize);
    for (let i = 0; i < mask.length; i++) mask[i] = stream() < node.rate ? 0 : kept;
    masks.set(node.name, mask);
  }
  return masks;
}
