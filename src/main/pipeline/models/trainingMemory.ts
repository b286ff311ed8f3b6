import type { Model } from '../graph/graph.ts';
import { sizeOf } from '../graph/graph.ts';

/**
 * About how much memory a training step takes at its peak, in bytes, on the CPU engine. A step keeps the activations of its trained nodes
 * for the backward pass and makes as much again on the way; how much of that lies in memory at once was measured on EfficientNet-Lite1
 * (240 px, batch 8 and 16), B3 (300 px, batch 4 and 8) and B0 (96 px, batch 32), and holds there within 15 % (docs/benchmarks.md).
 */
export function trainingBytes(
  model: Model,
  {
    batchSize,
    trainableFrom,
    lowMemory,
  }: { readonly batchSize: number; readonly trainableFrom: number; readonly lowMemory: boolean },
): number {
  const trained = model.nodes.slice(trainableFrom);
  const values = trained.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  // Swish keeps its input and its output, ReLU6 its output alone.
  const swish = trained.some((node) => node.op === 'activation' && node.activation === 'swish');
  const share = lowMemory ? (swish ? 0.97 : 0.71) : swish ? 1.92 : 1.47;
  const weights = model.parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  return PROCESS_BYTES + BYTES * (weights * COPIES_OF_WEIGHTS + batchSize * values * share);
}

const BYTES = 4;
/** Node, onnxruntime and the loaders. */
const PROCESS_BYTES = 0.35e9;
/** The weights, their gradient, two slots of the optimizer, each twice: one read while the other is written. */
const COPIES_OF_WEIGHTS = 8;

/** The largest batch, halving from `batchSize`, that needs at most `bytes`; 1 if none does. */
export function batchThatFits(
  model: Model,
  step: { readonly batchSize: number; readonly trainableFrom: number; readonly lowMemory: boolean },
  bytes: number,
): number {
  let batchSize = step.batchSize;
  while (batchSize > 1 && trainingBytes(model, { ...step, batchSize }) > bytes) batchSize = Math.ceil(batchSize / 2);
  return batchSize;
}
