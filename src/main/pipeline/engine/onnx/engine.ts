import { availableParallelism } from 'node:os';
import type { Message } from '../../../../shared/message.ts';
import { message } from '../../../../shared/message.ts';
import type { Engine } from '../engine.ts';
import { createOnnxInference } from './inference.ts';
import type { Layout } from './layout.ts';
import { fastestLayout } from './probe.ts';
import type { Runtime } from './session.ts';
import { createOnnxStatistics } from './statistics.ts';
import { createOnnxTraining } from './training.ts';

/**
 * onnxruntime's CPU provider, the engine that runs everywhere. 0 `threads` mean one per core. Throws Problem 'engine'.
 */
export async function createOnnxCpuEngine({
  threads,
  lowMemory = false,
}: {
  readonly threads: number;
  readonly lowMemory?: boolean;
}): Promise<Engine> {
  const layout = await fastestLayout();
  const count = threads === 0 ? availableParallelism() : threads;
  const description =
    layout.name === 'nchwc'
      ? message('engines.cpuBlocked', { count, block: layout.block })
      : message('engines.cpuPlain', { count });
  return onnxEngine('onnx-cpu', description, layout, { provider: 'cpu', threads: count }, lowMemory);
}

/** An engine on one provider in one layout; `lowMemory` applies to training only. */
export function onnxEngine(
  name: string,
  description: Message,
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
