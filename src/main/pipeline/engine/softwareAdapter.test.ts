import { expect, test } from 'vitest';
import { isSoftwareAdapter, softwareAdapterOf } from './softwareAdapter.ts';

test('adapters that compute on the CPU are told from real ones, by the names that drivers report', () => {
  for (const name of [
    'SwiftShader Device (Subzero)',
    'SwiftShader Device (LLVM 10.0.0)',
    'llvmpipe (LLVM 15.0.6, 256 bits)',
    'Microsoft Basic Render Driver',
    'Microsoft Basic Display Adapter',
  ])
    expect(isSoftwareAdapter(name), name).toBe(true);
  for (const name of [
    'NVIDIA GeForce RTX 4090',
    'AMD Radeon RX 7900 XTX (RADV NAVI31)',
    'Intel(R) UHD Graphics 770 (ADL-S GT1)',
    'Microsoft Direct3D12 (NVIDIA GeForce RTX 3060)',
    'Apple M2',
    'Adreno (TM) 690',
  ])
    expect(isSoftwareAdapter(name), name).toBe(false);
});

test('the manifest of a Vulkan driver tells whether it is a software adapter', () => {
  expect(softwareAdapterOf('/usr/share/vulkan/icd.d/lvp_icd.x86_64.json')).toBe('llvmpipe');
  expect(softwareAdapterOf('/opt/chromium/vk_swiftshader_icd.json')).toBe('SwiftShader');
  expect(softwareAdapterOf('/usr/share/vulkan/icd.d/radeon_icd.x86_64.json')).toBeNull();
  expect(softwareAdapterOf('/usr/share/vulkan/icd.d/nvidia_icd.json')).toBeNull();
});
