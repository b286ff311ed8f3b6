import type { Message } from '../../../../shared/message.ts';
import { message } from '../../../../shared/message.ts';
import { usedCards, vulkanVariables } from '../adapters.ts';
import type { Engine } from '../engine.ts';
import type { GraphicsCard } from '../graphicsCards.ts';
import { graphicsCards, vulkanDrivers } from '../graphicsCards.ts';
import { isSoftwareAdapter, softwareAdapterOf } from '../softwareAdapter.ts';
import type { VulkanAdapter } from '../vulkanAdapters.ts';
import { vulkanAdapters } from '../vulkanAdapters.ts';
import { deviceLayout } from './deviceLayout.ts';
import { onnxEngine } from './engine.ts';
import { OnnxGraph } from './onnxModel.ts';
import { createOrtSession } from './session.ts';

/**
 * onnxruntime's WebGPU provider on Vulkan (Linux), Direct3D 12 (Windows) or Metal (macOS). Throws Problem 'engine' if
 * no adapter starts.
 */
export async function createOnnxWebGpuEngine({
  threads,
  adapter = null,
}: {
  readonly threads: number;
  readonly adapter?: string | null;
}): Promise<Engine> {
  const cards = await graphicsCards();
  // The Vulkan loader reads them when the first session starts it. The process of a job has one engine.
  Object.assign(process.env, vulkanVariables(cards, adapter));
  const runtime = { provider: 'webgpu', threads } as const;
  const graph = new OnnxGraph();
  graph.output('y', graph.input('x', 'float32', [1]), 'float32', [1]);
  await (await createOrtSession(graph.build(), runtime)).dispose();
  const { text, software } = await adapterInUse(usedCards(cards, adapter));
  return {
    ...onnxEngine('onnx-webgpu', message('engines.webgpu', { adapter: text }), deviceLayout, runtime),
    ...(software && { software }),
  };
}

interface AdapterInUse {
  readonly text: string | Message;
  readonly software: boolean;
}

/** onnxruntime does not report its adapter, so it is told from what the system lists. */
async function adapterInUse(cards: readonly GraphicsCard[]): Promise<AdapterInUse> {
  switch (process.platform) {
    case 'linux':
      return vulkanAdapter(cards, await vulkanAdapters(), await vulkanDrivers());
    case 'win32':
      return direct3dAdapter(cards);
    default:
      return { text: 'Metal', software: false };
  }
}

/** `adapters` is empty when vulkaninfo is not installed. WebGPU takes a software adapter only when there is no other. */
export function vulkanAdapter(
  cards: readonly GraphicsCard[],
  adapters: readonly VulkanAdapter[],
  manifests: readonly string[],
): AdapterInUse {
  if (adapters.length > 0) {
    const real = adapters.filter(({ software }) => !software);
    return real.length > 0 ? onVulkan(real) : onSoftware(adapters.map(({ name }) => name));
  }
  if (cards.length > 0) return onVulkan(cards);
  return onSoftware(manifests.flatMap((manifest) => softwareAdapterOf(manifest) ?? []));
}

/** Windows lists its basic display adapter where Direct3D has the Microsoft Basic Render Driver. */
export function direct3dAdapter(cards: readonly GraphicsCard[]): AdapterInUse {
  const real = cards.filter(({ name }) => !isSoftwareAdapter(name));
  if (cards.length > 0 && real.length === 0) return onSoftware(['Microsoft Basic Render Driver']);
  return {
    text: real.length === 0 ? 'Direct3D 12' : message('engines.direct3dCards', { cards: described(real) }),
    software: false,
  };
}

const described = (cards: readonly { readonly name: string; readonly driver: string }[]): string[] =>
  cards.map(({ name, driver }) => `${name} (${driver})`);

const onVulkan = (cards: readonly { readonly name: string; readonly driver: string }[]): AdapterInUse => ({
  text: message('engines.vulkanCards', { cards: described(cards) }),
  software: false,
});

const onSoftware = (names: readonly string[]): AdapterInUse => ({
  text: names.length === 0 ? message('engines.softwareUnknown') : message('engines.software', { names: [...names] }),
  software: true,
});
