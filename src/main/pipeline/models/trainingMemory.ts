import type { Model } from '../graph/graph.ts';
import { sizeOf } from '../graph/graph.ts';

/**
 * Estimates the peak memory of a training step on the CPU engine, in bytes. A step keeps the activations of its trained
 * nodes for the backward pass and computes as much again on the way. The share that is in memory at once was measured
 * on EfficientNet-Lite1 (240 px, batch 8 and 16), B3 (300 px, batch 4 and 8) and B0 (96 px, batch 32), where the
 * estimate is right within 15 % (docs/benchmarks.md).
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
/** Memory of Node, onnxruntime and the loaders. */
const PROCESS_BYTES = 0.35e9;
/** Weights, gradients and two optimizer slots, each twice, because one copy is read while the other is written. */
const COPIES_OF_WEIGHTS = 8;

/** The largest batch that needs at most `bytes`, found by halving `batchSize`; at least 1. */
export function batchThatFits(
  model: Model,
  step: { readonly batchSize: number; readonly trainableFrom: number; readonly lowMemory: boolean },
  bytes: number,
): number {
  let batchSize = step.batchSize;
  while (batchSize > 1 && trainingBytes(model, { ...step, batchSize }) > bytes) batchSize = Math.ceil(batchSize / 2);
  return batchSize;
}
