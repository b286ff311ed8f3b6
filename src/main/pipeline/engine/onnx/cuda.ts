import type { Engine } from '../engine.ts';
import { deviceLayout } from './deviceLayout.ts';
import { onnxEngine } from './engine.ts';
import { graphicsCards } from '../graphicsCards.ts';

/** The state goes through main memory each step. Not tried on a card yet. */
export async function createOnnxCudaEngine({ threads }: { readonly threads: number }): Promise<Engine> {
  const cards = (await graphicsCards()).map(({ name, driver }) => `${name} (${driver})`);
  return onnxEngine('onnx-cuda', `onnxruntime on CUDA, ${cards.join(' or ')}, plain layout`, deviceLayout, {
    provider: 'cuda',
    threads,
  });
}
