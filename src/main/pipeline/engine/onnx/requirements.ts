import path from 'node:path';
import { message, quoted } from '../../../../shared/message.ts';
import type { MissingRequirement } from '../missingRequirement.ts';
import { graphicsCards, hasLibrary, vulkanDrivers } from '../graphicsCards.ts';

/**
 * What WebGPU is missing to use a graphics card. Nothing native is loaded, so on other systems than Linux only a trial
 * can tell.
 */
export async function missingForWebGpu(): Promise<MissingRequirement | null> {
  const { platform, arch } = process;
  if (!['linux-x64', 'win32-x64', 'win32-arm64', 'darwin-arm64'].includes(`${platform}-${arch}`))
    return { message: message('missing.webgpuPlatform', { platform, arch }), fix: null };
  if (platform !== 'linux') return null;
  if (!(await hasLibrary('libvulkan.so.1')))
    return { message: message('missing.vulkanLoader'), fix: quoted('sudo apt-get install libvulkan1') };
  if ((await vulkanDrivers()).length === 0)
    return { message: message('missing.vulkanDriver'), fix: message('missing.vulkanDriverFix') };
  if ((await graphicsCards()).length === 0) return { message: message('missing.graphicsCard'), fix: null };
  return null;
}

/** Version of onnxruntime-node in package.json; the CUDA provider must come from the same build. */
export const ORT_VERSION = '1.30.0';
/** Its folder inside the folder of installed engines. */
export const CUDA_FOLDER = `cuda-${ORT_VERSION}`;

/**
 * Libraries that onnxruntime's CUDA provider is linked with (CUDA 12, cuDNN 9), in the order in which to install them.
 */
const LIBRARIES: readonly { readonly library: string; readonly missing: MissingRequirement }[] = [
  {
    library: 'libonnxruntime_providers_cuda.so',
    missing: { message: message('missing.cudaProvider'), fix: quoted('destila engine install cuda') },
  },
  {
    library: 'libcudart.so.12',
    missing: { message: message('missing.cuda', { library: 'libcudart.so.12' }), fix: message('missing.cudaFix') },
  },
  {
    library: 'libcudnn.so.9',
    missing: {
      message: message('missing.cudnn', { version: '9', library: 'libcudnn.so.9' }),
      fix: message('missing.cudnnFix'),
    },
  },
];

export const cudaFolder = (enginesFolder: string): string => path.join(enginesFolder, CUDA_FOLDER);

/** The first requirement that is missing, in the order in which to fix them. */
export async function missingForCuda(enginesFolder: string): Promise<MissingRequirement | null> {
  if (`${process.platform}-${process.arch}` !== 'linux-x64')
    return { message: message('missing.cudaPlatform'), fix: null };
  const cards = await graphicsCards();
  if (!cards.some(({ driver }) => driver.startsWith('NVIDIA driver')))
    return { message: message('missing.nvidiaDriver'), fix: message('missing.nvidiaDriverFix') };
  for (const { library, missing } of LIBRARIES) {
    if (!(await hasLibrary(library, [cudaFolder(enginesFolder)]))) return missing;
  }
  return null;
}

/**
 * Makes a process load the onnxruntime that is installed with its CUDA provider: the loader searches LD_LIBRARY_PATH
 * before the library's own RUNPATH.
 */
export function cudaEnvironment(enginesFolder: string): Record<string, string> {
  const before = process.env.LD_LIBRARY_PATH;
  return { LD_LIBRARY_PATH: before ? `${cudaFolder(enginesFolder)}:${before}` : cudaFolder(enginesFolder) };
}
