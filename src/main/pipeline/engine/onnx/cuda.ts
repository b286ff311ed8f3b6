import { message } from '../../../../shared/message.ts';
import { cudaVariables, usedCards } from '../adapters.ts';
import type { Engine } from '../engine.ts';
import { graphicsCards } from '../graphicsCards.ts';
import { deviceLayout } from './deviceLayout.ts';
import { onnxEngine } from './engine.ts';

/** onnxruntime's CUDA provider. Optimizer state passes through main memory in each step. Not tested on a card yet. */
export async function createOnnxCudaEngine({
  threads,
  adapter = null,
}: {
  readonly threads: number;
  readonly adapter?: string | null;
}): Promise<Engine> {
  const cards = await graphicsCards();
  // CUDA reads them when the first session starts it. The process of a job has one engine.
  Object.assign(process.env, cudaVariables(cards, adapter));
  const used = usedCards(cards, adapter).map(({ name, driver }) => `${name} (${driver})`);
  return onnxEngine('onnx-cuda', message('engines.cuda', { cards: used }), deviceLayout, {
    provider: 'cuda',
    threads,
  });
}
