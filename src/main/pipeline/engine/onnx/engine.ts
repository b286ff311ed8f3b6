import { availableParallelism } from 'node:os';
import type { Engine } from '../engine.ts';
import { createOnnxInference } from './inference.ts';
import type { Layout } from './layout.ts';
import { fastestLayout } from './probe.ts';
import type { Runtime } from './session.ts';
import { createOnnxStatistics } from './statistics.ts';
import { createOnnxTraining } from './training.ts';

/** The engine that always works: onnxruntime's CPU provider. `threads`: 0 = one a core. Throws Problem 'engine'. */
export async function createOnnxCpuEngine({
  threads,
  lowMemory = false,
}: {
  readonly threads: number;
  readonly lowMemory?: boolean;
}): Promise<Engine> {
  const layout = await fastestLayout();
  const count = threads === 0 ? availableParallelism() : threads;
  const text = `onnxruntime on the CPU, ${count} ${count === 1 ? 'thread' : 'threads'}, ${layout.name === 'nchwc' ? `blocked layout (${layout.block} channels)` : 'plain layout'}`;
  return onnxEngine('onnx-cpu', text, layout, { provider: 'cpu', threads: count }, lowMemory);
}

/** The sessions of one provider in one layout; `lowMemory` is of training. */
export function onnxEngine(
  name: string,
  description: string,
  layout: Layout,
  runtime: Runtime,
  lowMemory = false,
): Engine {
  return {
    name,
    device: runtime.provider === 'cpu' ? 'cpu' : 'gpu',
    description,
    createInference: (request) => createOnnxInference(request, layout, runtime),
    createStatistics: (request) => createOnnxStatistics(request, layout, runtime),
    createTraining: (request) => createOnnxTraining(request, layout, { ...runtime, lowMemory }),
  };
}
