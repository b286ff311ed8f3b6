import { message } from '../../../../shared/message.ts';
import type { Engine } from '../engine.ts';
import { deviceLayout } from './deviceLayout.ts';
import { onnxEngine } from './engine.ts';
import { graphicsCards } from '../graphicsCards.ts';

/** onnxruntime's CUDA provider. Optimizer state passes through main memory in each step. Not tested on a card yet. */
export async function createOnnxCudaEngine({ threads }: { readonly threads: number }): Promise<Engine> {
  const cards = (await graphicsCards()).map(({ name, driver }) => `${name} (${driver})`);
  return onnxEngine('onnx-cuda', message('engines.cuda', { cards }), deviceLayout, {
    provider: 'cuda',
    threads,
  });
}
