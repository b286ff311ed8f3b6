import type { Model } from '../graph/graph.ts';
import { randomStream } from '../../../shared/random.ts';

/**
 * Masks of the trainable dropout ([N, features]) and dropPath ([N]) nodes by node name. Values are 0, or 1 / (1 - rate)
 * to keep the expected value (inverted dropout). They depend only on (seed, epoch, step, node), so that a resumed run
 * draws the same ones.
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
