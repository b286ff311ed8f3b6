import type { Message } from '../../../../shared/message.ts';
import { message } from '../../../../shared/message.ts';
import type { Engine } from '../engine.ts';
import { deviceLayout } from './deviceLayout.ts';
import { onnxEngine } from './engine.ts';
import { graphicsCards } from '../graphicsCards.ts';
import { OnnxGraph } from './onnxModel.ts';
import { createOrtSession } from './session.ts';

/**
 * onnxruntime's WebGPU provider on Vulkan (Linux), Direct3D 12 (Windows) or Metal (macOS). Throws Problem 'engine' if
 * no adapter starts.
 */
export async function createOnnxWebGpuEngine({ threads }: { readonly threads: number }): Promise<Engine> {
  const runtime = { provider: 'webgpu', threads } as const;
  const graph = new OnnxGraph();
  graph.output('y', graph.input('x', 'float32', [1]), 'float32', [1]);
  await (await createOrtSession(graph.build(), runtime)).dispose();
  return onnxEngine('onnx-webgpu', message('engines.webgpu', { adapter: await adapter() }), deviceLayout, runtime);
}

async function adapter(): Promise<string | Message> {
  if (process.platform !== 'linux') return process.platform === 'win32' ? 'Direct3D 12' : 'Metal';
  const cards = await graphicsCards();
  return cards.length === 0
    ? message('engines.vulkanSoftware')
    : message('engines.vulkanCards', { cards: cards.map(({ name, driver }) => `${name} (${driver})`) });
}
