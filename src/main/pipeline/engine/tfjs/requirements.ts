import { readdirSync } from 'node:fs';
import { access } from 'node:fs/promises';
import path from 'node:path';
import { graphicsCards, hasLibrary } from '../graphicsCards.ts';
import type { Lack } from '../registry.ts';

/** What TensorFlow for Node needs of a machine. Nothing native is loaded here. */

/** Of @tensorflow/tfjs-node and @tensorflow/tfjs-node-gpu. */
export const TFJS_VERSION = '4.22.0';

export interface TfjsVariant {
  /** What `destila engine install` calls it. */
  readonly name: 'tfjs' | 'tfjs-gpu';
  readonly package: 'tfjs-node' | 'tfjs-node-gpu';
}

export const tfjsVariants = {
  cpu: { name: 'tfjs', package: 'tfjs-node' },
  gpu: { name: 'tfjs-gpu', package: 'tfjs-node-gpu' },
} as const satisfies Record<string, TfjsVariant>;

export const tfjsFolder = (enginesFolder: string, variant: TfjsVariant): string =>
  path.join(enginesFolder, `${variant.name}-${TFJS_VERSION}`);
/** Inside the variant's folder: where pip puts TensorFlow (Linux). */
export const PYTHON_FOLDER = 'python';
/** Inside the variant's folder: the native half; N-API 8 is the newest that the package names. */
export const bindingFile = (variant: TfjsVariant): string =>
  path.join('node_modules', '@tensorflow', variant.package, 'lib', 'napi-v8', 'tfjs_binding.node');

const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );
const isInstalled = (enginesFolder: string, variant: TfjsVariant): Promise<boolean> =>
  exists(path.join(tfjsFolder(enginesFolder, variant), 'installed.json'));

/** Libraries that TensorFlow 2.16 opens for a card (CUDA 12, cuDNN 8); `destila engine install tfjs-gpu` brings them. */
const CUDA_LIBRARIES: readonly (readonly [library: string, says: string])[] = [
  ['libcudart.so.12', 'CUDA 12 is missing (libcudart.so.12).'],
  ['libcublas.so.12', 'CUDA 12 is missing (libcublas.so.12).'],
  ['libcudnn.so.8', 'cuDNN 8 is missing (libcudnn.so.8).'],
];

export const hasNvidiaDriver = async (): Promise<boolean> =>
  (await graphicsCards()).some(({ driver }) => driver.startsWith('NVIDIA driver'));

/** The variant that `start` loads: the card's where it is installed and can run, else the processor's. */
export async function usableVariant(enginesFolder: string): Promise<TfjsVariant | Lack> {
  const [cpu, gpu] = await Promise.all(
    [tfjsVariants.cpu, tfjsVariants.gpu].map((variant) => isInstalled(enginesFolder, variant)),
  );
  if (!cpu && !gpu)
    return {
      says: 'TensorFlow for Node is not installed.',
      fix: `destila engine install ${(await hasNvidiaDriver()) ? tfjsVariants.gpu.name : tfjsVariants.cpu.name}`,
    };
  const gpuLack = gpu ? await variantLack(enginesFolder, tfjsVariants.gpu) : null;
  if (gpu && gpuLack === null) return tfjsVariants.gpu;
  if (!cpu) return gpuLack!;
  return (await variantLack(enginesFolder, tfjsVariants.cpu)) ?? tfjsVariants.cpu;
}

/** The first thing that is missing, in the order in which it is put right. */
async function variantLack(enginesFolder: string, variant: TfjsVariant): Promise<Lack | null> {
  const again = `destila engine install ${variant.name}`;
  const folder = tfjsFolder(enginesFolder, variant);
  if (!(await exists(path.join(folder, bindingFile(variant)))))
    return { says: `The native half of @tensorflow/${variant.package} is missing.`, fix: again };
  if (variant === tfjsVariants.cpu || process.platform !== 'linux') return null;
  if (!(await hasNvidiaDriver()))
    return {
      says: 'No NVIDIA driver is loaded, or there is no NVIDIA card.',
      fix: `sudo apt-get install nvidia-driver   (where there is a card; else: destila engine install ${tfjsVariants.cpu.name})`,
    };
  for (const [library, says] of CUDA_LIBRARIES) {
    if (!(await hasLibrary(library, cudaFolders(enginesFolder)))) return { says, fix: again };
  }
  return null;
}

export async function tfjsLack(enginesFolder: string): Promise<Lack | null> {
  const found = await usableVariant(enginesFolder);
  return 'says' in found ? found : null;
}

/** Where NVIDIA's Python packages keep their libraries: nvidia/cudnn/lib and so on. */
function cudaFolders(enginesFolder: string): string[] {
  const folder = path.join(tfjsFolder(enginesFolder, tfjsVariants.gpu), PYTHON_FOLDER, 'nvidia');
  try {
    return readdirSync(folder).map((name) => path.join(folder, name, 'lib'));
  } catch {
    return []; // the processor's variant alone
  }
}

/**
 * TensorFlow 2.16 does not look for NVIDIA's Python packages by itself (tensorflow/tensorflow #63362); it takes a card's memory as it needs
 * it, so that the screen keeps its own; its log stays with warnings and errors.
 */
export function tfjsEnvironment(enginesFolder: string): Record<string, string> {
  const folders = [
    ...cudaFolders(enginesFolder),
    ...(process.env.LD_LIBRARY_PATH ? [process.env.LD_LIBRARY_PATH] : []),
  ];
  return {
    TF_CPP_MIN_LOG_LEVEL: '2',
    TF_FORCE_GPU_ALLOW_GROWTH: 'true',
    ...(folders.length > 0 && { LD_LIBRARY_PATH: folders.join(path.delimiter) }),
  };
}
