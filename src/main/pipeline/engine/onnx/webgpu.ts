import type { Engine } from '../engine.ts';
import { deviceLayout } from './deviceLayout.ts';
import { onnxEngine } from './engine.ts';
import { graphicsCards } from '../graphicsCards.ts';
import { OnnxGraph } from './onnxModel.ts';
import { createOrtSession } from './session.ts';

/** onnxruntime's WebGPU provider: Vulkan on Linux, Direct3D 12 on Windows, Metal on macOS. Throws Problem 'engine' where no adapter starts. */
export async function createOnnxWebGpuEngine({ threads }: { readonly threads: number }): Promise<Engine> {
  const runtime = { provider: 'webgpu', threads } as const;
  const graph = new OnnxGraph();
  graph.output('y', graph.input('x', 'float32', [1]), 'float32', [1]);
  await (await createOrtSession(graph.build(), runtime)).dispose();
  return onnxEngine(
    'onnx-webgpu',
    `onnxruntime on WebGPU, ${await adapterText()}, plain layout`,
    deviceLayout,
    runtime,
  );
}

async function adapterText(): Promise<string> {
  if (process.platform !== 'linux') return process.platform === 'win32' ? 'Direct3D 12' : 'Metal';
  const cards = await graphicsCards();
  return cards.length === 0
    ? 'Vulkan software adapter'
    : `Vulkan, ${cards.map(({ name, driver }) => `${name} (${driver})`).join(' or ')}`;
}
