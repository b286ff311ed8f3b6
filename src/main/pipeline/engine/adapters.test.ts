import { expect, test } from 'vitest';
import { adapterNames, cudaVariables, usedCards, vulkanVariables } from './adapters.ts';
import type { GraphicsCard } from './graphicsCards.ts';

const rtx: GraphicsCard = { name: 'NVIDIA GeForce RTX 4090', driver: 'NVIDIA driver 580.65.06', pci: '10de:2684' };
const intel: GraphicsCard = { name: 'Intel card 0x4680', driver: 'i915', pci: '8086:4680' };
const cards = [intel, rtx, { ...rtx }];

test('cards of the same name get a number', () => {
  expect(adapterNames(cards)).toEqual(['Intel card 0x4680', 'NVIDIA GeForce RTX 4090', 'NVIDIA GeForce RTX 4090 #2']);
});

test('without a choice the system decides', () => {
  expect(vulkanVariables(cards, null)).toEqual({});
  expect(cudaVariables(cards, null)).toEqual({});
  expect(usedCards(cards, null)).toBe(cards);
});

// Names and formats: docs.mesa3d.org/envvars.html, Vulkan-Loader docs/LoaderInterfaceArchitecture.md, CUDA C++ Programming Guide.
test('Vulkan sees only the chosen card', () => {
  expect(vulkanVariables(cards, 'intel CARD 0x4680')).toEqual({
    MESA_VK_DEVICE_SELECT: '8086:4680',
    MESA_VK_DEVICE_SELECT_FORCE_DEFAULT_DEVICE: '1',
    VK_LOADER_DEVICE_SELECT: '0x8086:0x4680',
  });
});

test('CUDA counts only cards by NVIDIA, in the order of the bus', () => {
  expect(cudaVariables(cards, 'NVIDIA GeForce RTX 4090')).toEqual({
    CUDA_DEVICE_ORDER: 'PCI_BUS_ID',
    CUDA_VISIBLE_DEVICES: '0',
  });
  expect(cudaVariables(cards, 'NVIDIA GeForce RTX 4090 #2').CUDA_VISIBLE_DEVICES).toBe('1');
});

test('a card that is missing or of another maker is named, with those that can be chosen', () => {
  expect(() => vulkanVariables(cards, 'RTX')).toThrow(
    expect.objectContaining({
      code: 'engine.adapterUnknown',
      params: { adapter: 'RTX', names: ['Intel card 0x4680', 'NVIDIA GeForce RTX 4090', 'NVIDIA GeForce RTX 4090 #2'] },
    }),
  );
  expect(() => vulkanVariables([], 'RTX')).toThrow(expect.objectContaining({ code: 'engine.adapterNone' }));
  expect(() => cudaVariables(cards, intel.name)).toThrow(expect.objectContaining({ code: 'engine.adapterNotNvidia' }));
});
