import path from 'node:path';
import type { Lack } from '../registry.ts';
import { graphicsCards, hasLibrary, vulkanDrivers } from '../graphicsCards.ts';

/** What the graphics engines need of a machine. Nothing native is loaded here. */

/** What keeps WebGPU from a graphics card; only Linux says it without a try. */
export async function webGpuLack(): Promise<Lack | null> {
  const { platform, arch } = process;
  if (!['linux-x64', 'win32-x64', 'win32-arm64', 'darwin-arm64'].includes(`${platform}-${arch}`))
    return { says: `onnxruntime has no WebGPU for ${platform} on ${arch}.`, fix: null };
  if (platform !== 'linux') return null;
  if (!(await hasLibrary('libvulkan.so.1')))
    return { says: 'The Vulkan loader (libvulkan.so.1) is missing.', fix: 'sudo apt-get install libvulkan1' };
  if ((await vulkanDrivers()).length === 0)
    return {
      says: 'No Vulkan driver is installed.',
      fix: 'sudo apt-get install mesa-vulkan-drivers   (AMD, Intel; for NVIDIA its own driver)',
    };
  if ((await graphicsCards()).length === 0)
    return {
      says: 'No graphics card is visible to this system. A software adapter can be tried by name (engine.name: onnx-webgpu), but is slower than onnx-cpu.',
      fix: null,
    };
  return null;
}

/** Of onnxruntime-node in package.json: the CUDA provider has to be of the same build. */
export const ORT_VERSION = '1.30.0';
/** Inside the folder of installed engines. */
export const CUDA_FOLDER = `cuda-${ORT_VERSION}`;
const INSTALL = 'destila engine install cuda';

/** Libraries that onnxruntime's CUDA provider is linked with (CUDA 12, cuDNN 9), and where they come from. */
const LIBRARIES: readonly (readonly [library: string, says: string, fix: string])[] = [
  ['libonnxruntime_providers_cuda.so', "onnxruntime's CUDA provider is not installed.", INSTALL],
  [
    'libcudart.so.12',
    'CUDA 12 is missing (libcudart.so.12).',
    "sudo apt-get install cuda-libraries-12-8   (from NVIDIA's repository)",
  ],
  [
    'libcudnn.so.9',
    'cuDNN 9 is missing (libcudnn.so.9).',
    "sudo apt-get install cudnn9-cuda-12   (from NVIDIA's repository)",
  ],
];

export const cudaFolder = (enginesFolder: string): string => path.join(enginesFolder, CUDA_FOLDER);

/** The first thing that is missing, in the order in which they are put right. */
export async function cudaLack(enginesFolder: string): Promise<Lack | null> {
  if (`${process.platform}-${process.arch}` !== 'linux-x64')
    return {
      says: 'onnxruntime has its CUDA provider for Node on Linux x64 only; onnx-webgpu uses any graphics card.',
      fix: null,
    };
  const cards = await graphicsCards();
  if (!cards.some(({ driver }) => driver.startsWith('NVIDIA driver')))
    return {
      says: 'No NVIDIA driver is loaded, or there is no NVIDIA card.',
      fix: 'sudo apt-get install nvidia-driver   (where there is a card)',
    };
  for (const [library, says, fix] of LIBRARIES) {
    if (!(await hasLibrary(library, [cudaFolder(enginesFolder)]))) return { says, fix };
  }
  return null;
}

/** Processes that use it find onnxruntime beside its CUDA provider there: the loader looks in LD_LIBRARY_PATH before the library's own RUNPATH. */
export function cudaEnvironment(enginesFolder: string): Record<string, string> {
  const before = process.env.LD_LIBRARY_PATH;
  return { LD_LIBRARY_PATH: before ? `${cudaFolder(enginesFolder)}:${before}` : cudaFolder(enginesFolder) };
}
