import { Problem } from '../../../shared/problem.ts';
import type { GraphicsCard } from './graphicsCards.ts';
import { graphicsCards, isNvidia } from './graphicsCards.ts';
import { isSoftwareAdapter } from './softwareAdapter.ts';

/** Systems on which an engine can be told which card to use. Elsewhere the system decides. */
const CHOOSES = process.platform === 'linux';

/** What `engine.adapter` accepts for each card: its name, with a number where several have the same. */
export function adapterNames(cards: readonly GraphicsCard[]): string[] {
  const names = cards.map(({ name }) => name);
  return names.map((name, index) => {
    const same = names.slice(0, index).filter((other) => other === name).length;
    return same === 0 ? name : `${name} #${same + 1}`;
  });
}

/** The names that a person can choose from; empty where there is no choice. */
export async function selectableAdapters(): Promise<string[]> {
  return CHOOSES ? adapterNames((await graphicsCards()).filter(({ name }) => !isSoftwareAdapter(name))) : [];
}

function cardNamed(cards: readonly GraphicsCard[], adapter: string): GraphicsCard {
  const names = adapterNames(cards);
  const index = names.findIndex((name) => name.toLowerCase() === adapter.toLowerCase());
  if (index >= 0) return cards[index]!;
  throw names.length === 0
    ? new Problem('engine.adapterNone', { adapter })
    : new Problem('engine.adapterUnknown', { adapter, names });
}

/** Throws Problem 'engine' if this machine has no such card. */
export async function requireAdapter(adapter: string | null): Promise<void> {
  if (adapter === null) return;
  if (!CHOOSES) throw new Problem('engine.adapterNotSelectable', { adapter });
  cardNamed(await graphicsCards(), adapter);
}

/**
 * Shows only the chosen card to Vulkan. onnxruntime's Node binding refuses WebGPU's powerPreference and knows no
 * adapters, so the choice is made below it: by the Vulkan loader, which puts the card first, and by Mesa's layer, which
 * hides the others; without it the WebGPU implementation would prefer a discrete card to an integrated one. Cards of
 * the same model cannot be told apart.
 */
export function vulkanVariables(cards: readonly GraphicsCard[], adapter: string | null): Record<string, string> {
  if (adapter === null) return {};
  const { pci } = cardNamed(cards, adapter);
  if (pci === null) throw new Problem('engine.adapterNotSelectable', { adapter });
  const [vendor, device] = pci.split(':');
  return {
    MESA_VK_DEVICE_SELECT: pci,
    MESA_VK_DEVICE_SELECT_FORCE_DEFAULT_DEVICE: '1',
    VK_LOADER_DEVICE_SELECT: `0x${vendor}:0x${device}`,
  };
}

/** Shows only the chosen card to CUDA, which otherwise counts the fastest card first. */
export function cudaVariables(cards: readonly GraphicsCard[], adapter: string | null): Record<string, string> {
  if (adapter === null) return {};
  const card = cardNamed(cards, adapter);
  if (!isNvidia(card)) throw new Problem('engine.adapterNotNvidia', { adapter });
  return {
    CUDA_DEVICE_ORDER: 'PCI_BUS_ID',
    CUDA_VISIBLE_DEVICES: String(cards.filter(isNvidia).indexOf(card)),
  };
}

/** The chosen card, or all of them when none was chosen. */
export const usedCards = (cards: readonly GraphicsCard[], adapter: string | null): readonly GraphicsCard[] =>
  adapter === null ? cards : [cardNamed(cards, adapter)];
