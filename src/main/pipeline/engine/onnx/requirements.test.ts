import { expect, test } from 'vitest';
import type { CudaFacts } from './requirements.ts';
import { hasDriverFor, missingOfCuda, softwareOnly } from './requirements.ts';
import { direct3dAdapter, vulkanAdapter } from './webgpu.ts';

/** A machine with CUDA 12, and a provider that was built for CUDA 13. */
const facts: CudaFacts = {
  driver: '580.65.06',
  driverCuda: 13,
  cuda: [12],
  cudnn: [9],
  needed: 13,
  libraries: ['libcublasLt.so.13', 'libcublas.so.13', 'libcurand.so.10', 'libcudart.so.13'],
};

test('CUDA 12 is not taken for CUDA 13', () => {
  const missing = missingOfCuda(facts, ['libcudart.so.13']);
  expect(missing?.message).toMatchObject({
    code: 'missing.cudaOther',
    params: { found: ['12'], version: 13, library: 'libcudart.so.13' },
  });
  expect(missing?.fix).toMatchObject({ code: 'missing.cudaFix', params: { package: 'cuda-libraries-13-0' } });
  const older = missingOfCuda({ ...facts, cuda: [13], needed: 12 }, ['libcudart.so.12']);
  expect(older?.fix).toMatchObject({ params: { package: 'cuda-libraries-12-8' } });
});

// The drivers: docs.nvidia.com/cuda/cuda-toolkit-release-notes, CUDA 13.x needs 580 or later, 12.x 525 or later.
test('a driver that is too old for the CUDA of the provider comes first', () => {
  expect(missingOfCuda({ ...facts, driver: '550.54.14' }, ['libcudart.so.13'])?.message).toMatchObject({
    code: 'missing.cudaDriver',
    params: { driver: '550.54.14', version: 13, least: 580 },
  });
  expect(missingOfCuda({ ...facts, driver: '550.54.14', needed: 12 }, [])).toBeNull();
  expect(missingOfCuda({ ...facts, driver: '470.256.02', needed: 12 }, [])?.message).toMatchObject({
    code: 'missing.cudaDriver',
  });
});

test('a missing library is named, and cuDNN by the CUDA that it goes with', () => {
  expect(missingOfCuda({ ...facts, cuda: [] }, ['libcudart.so.13'])?.message).toMatchObject({ code: 'missing.cuda' });
  expect(missingOfCuda(facts, ['libcublas.so.13'])?.message).toMatchObject({
    code: 'missing.cuda',
    params: { library: 'libcublas.so.13' },
  });
  expect(missingOfCuda(facts, ['libcudnn.so.9'])).toMatchObject({
    message: { code: 'missing.cudnn' },
    fix: { code: 'missing.cudnnFix', params: { version: 13 } },
  });
  expect(missingOfCuda(facts, [])).toBeNull();
});

test('a card needs a Vulkan driver of its own maker; the software one of Mesa does not count', () => {
  const manifests = ['/usr/share/vulkan/icd.d/lvp_icd.x86_64.json', '/usr/share/vulkan/icd.d/intel_icd.x86_64.json'];
  const card = (pci: string | null) => ({ name: 'A card', driver: '', pci });
  expect(hasDriverFor(card('8086:4680'), manifests)).toBe(true);
  expect(hasDriverFor(card('10de:2684'), manifests)).toBe(false);
  expect(hasDriverFor(card('10de:2684'), [...manifests, '/etc/vulkan/icd.d/nvidia_icd.json'])).toBe(true);
  expect(hasDriverFor(card('1002:744c'), manifests)).toBe(false);
  expect(hasDriverFor(card(null), manifests)).toBe(true);
  expect(hasDriverFor(card(null), manifests.slice(0, 1))).toBe(false);
});

test('auto leaves WebGPU out when every adapter is software', () => {
  expect(softwareOnly([{ name: 'llvmpipe (LLVM 15.0.6, 256 bits)' }])?.message).toMatchObject({
    code: 'missing.softwareAdapters',
    params: { names: ['llvmpipe (LLVM 15.0.6, 256 bits)'] },
  });
  expect(softwareOnly([{ name: 'llvmpipe (LLVM 15.0.6, 256 bits)' }, { name: 'NVIDIA GeForce RTX 4090' }])).toBeNull();
});

test('an engine on a software adapter says so', () => {
  const adapter = (name: string, software: boolean) => ({
    name,
    software,
    driver: 'a driver',
    pci: '10de:2684',
    version: '1.3.0',
    largestBufferBytes: 1,
    memoryBytes: 1,
  });
  const software = adapter('llvmpipe (LLVM 15.0.6, 256 bits)', true);
  expect(vulkanAdapter([], [software], [])).toMatchObject({
    software: true,
    text: { code: 'engines.software', params: { names: ['llvmpipe (LLVM 15.0.6, 256 bits)'] } },
  });
  expect(vulkanAdapter([], [software, adapter('A card', false)], [])).toMatchObject({
    software: false,
    text: { code: 'engines.vulkanCards', params: { cards: ['A card (a driver)'] } },
  });
  expect(vulkanAdapter([], [], ['/opt/vk_swiftshader_icd.json'])).toMatchObject({
    software: true,
    text: { params: { names: ['SwiftShader'] } },
  });
  expect(vulkanAdapter([], [], [])).toMatchObject({ software: true, text: { code: 'engines.softwareUnknown' } });
  const basic = { name: 'Microsoft Basic Display Adapter', driver: 'driver 10.0.22621.1', pci: null };
  expect(direct3dAdapter([basic])).toMatchObject({
    software: true,
    text: { params: { names: ['Microsoft Basic Render Driver'] } },
  });
  expect(direct3dAdapter([basic, { name: 'A card', driver: 'driver 1', pci: null }])).toMatchObject({
    software: false,
    text: { params: { cards: ['A card (driver 1)'] } },
  });
});
