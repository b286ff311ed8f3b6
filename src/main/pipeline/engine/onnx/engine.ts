import { availableParallelism } from 'node:os';
import type { Engine } from '../engine.ts';
import { createOnnxInference } from './inference.ts';
import { fastestLayout } from './probe.ts';
import { createOnnxStatistics } from './statistics.ts';
import { createOnnxTraining } from './training.ts';

/** The engine that always works: onnxruntime's CPU provider. `threads`: 0 = one a core. Throws Problem 'engine'. */
export async function createOnnxCpuEngine({ threads, lowMemory = false }: { readonly threads: number; readonly lowMemory?: boolean }): Promise<Engine> {
  const layout = await fastestLayout();
  const count = threads === 0 ? availableParallelism() : threads;
  return {
    name: 'onnx-cpu',
    description: `onnxruntime on the CPU, ${count} ${count === 1 ? 'thread' : 'threads'}, ${layout.name === 'nchwc' ? `blocked layout (${layout.block} channels)` : 'plain layout'}`,
    createInference: (request) => createOnnxInference(request, layout, count),
    createStatistics: (request) => createOnnxStatistics(request, layout, count),
    createTraining: (request) => createOnnxTraining(request, layout, { threads: count, lowMemory }),
  };
}
