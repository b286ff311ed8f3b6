import { readdirSync } from 'node:fs';
import { access } from 'node:fs/promises';
import path from 'node:path';
import { graphicsCards, hasLibrary } from '../graphicsCards.ts';
import type { Message } from '../../../../shared/message.ts';
import { message, quoted } from '../../../../shared/message.ts';
import type { MissingRequirement } from '../missingRequirement.ts';

/** Version of @tensorflow/tfjs-node and @tensorflow/tfjs-node-gpu. */
export const TFJS_VERSION = '4.22.0';

export interface TfjsVariant {
  /** Its name for `destila engine install`. */
  readonly name: 'tfjs' | 'tfjs-gpu';
  readonly package: 'tfjs-node' | 'tfjs-node-gpu';
}

export const tfjsVariants = {
  cpu: { name: 'tfjs', package: 'tfjs-node' },
  gpu: { name: 'tfjs-gpu', package: 'tfjs-node-gpu' },
} as const satisfies Record<string, TfjsVariant>;

export const tfjsFolder = (enginesFolder: string, variant: TfjsVariant): string =>
  path.join(enginesFolder, `${variant.name}-${TFJS_VERSION}`);
/** The folder inside the variant's into which pip installs TensorFlow (Linux). */
export const PYTHON_FOLDER = 'python';
/** The native library inside the variant's folder; N-API 8 is the newest version that the package supports. */
export const bindingFile = (variant: TfjsVariant): string =>
  path.join('node_modules', '@tensorflow', variant.package, 'lib', 'napi-v8', 'tfjs_binding.node');

const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );
const isInstalled = (enginesFolder: string, variant: TfjsVariant): Promise<boolean> =>
  exists(path.join(tfjsFolder(enginesFolder, variant), 'installed.json'));

/**
 * Libraries that TensorFlow 2.16 opens for a card (CUDA 12, cuDNN 8); `destila engine install tfjs-gpu` installs them.
 */
const CUDA_LIBRARIES: readonly (readonly [library: string, missing: Message])[] = [
  ['libcudart.so.12', message('missing.cuda', { version: 12, library: 'libcudart.so.12' })],
  ['libcublas.so.12', message('missing.cuda', { version: 12, library: 'libcublas.so.12' })],
  ['libcudnn.so.8', message('missing.cudnn', { version: '8', library: 'libcudnn.so.8' })],
];

export const hasNvidiaDriver = async (): Promise<boolean> =>
  (await graphicsCards()).some(({ driver }) => driver.startsWith('NVIDIA driver'));

/**
 * The variant that `start` loads: the one for graphics cards where it is installed and can run, else the one for the
 * CPU.
 */
export async function usableVariant(enginesFolder: string): Promise<TfjsVariant | MissingRequirement> {
  const [cpu, gpu] = await Promise.all(
    [tfjsVariants.cpu, tfjsVariants.gpu].map((variant) => isInstalled(enginesFolder, variant)),
  );
  if (!cpu && !gpu)
    return {
      message: message('missing.tensorflow'),
      fix: installCommand((await hasNvidiaDriver()) ? tfjsVariants.gpu : tfjsVariants.cpu),
    };
  const gpuMissing = gpu ? await missingForVariant(enginesFolder, tfjsVariants.gpu) : null;
  if (gpu && gpuMissing === null) return tfjsVariants.gpu;
  if (!cpu) return gpuMissing!;
  return (await missingForVariant(enginesFolder, tfjsVariants.cpu)) ?? tfjsVariants.cpu;
}

const installCommand = ({ name }: TfjsVariant): Message => quoted(`destila engine install ${name}`);

/** The first requirement that is missing, in the order in which to fix them. */
async function missingForVariant(enginesFolder: string, variant: TfjsVariant): Promise<MissingRequirement | null> {
  const reinstall = installCommand(variant);
  const folder = tfjsFolder(enginesFolder, variant);
  if (!(await exists(path.join(folder, bindingFile(variant)))))
    return {
      message: message('missing.tensorflowBinding', { package: `@tensorflow/${variant.package}` }),
      fix: reinstall,
    };
  if (variant === tfjsVariants.cpu || process.platform !== 'linux') return null;
  if (!(await hasNvidiaDriver()))
    return {
      message: message('missing.nvidiaDriver'),
      fix: message('missing.nvidiaDriverOrCpuFix', { command: installCommand(tfjsVariants.cpu) }),
    };
  for (const [library, missing] of CUDA_LIBRARIES) {
    if (!(await hasLibrary(library, cudaFolders(enginesFolder)))) return { message: missing, fix: reinstall };
  }
  return null;
}

export async function missingForTfjs(enginesFolder: string): Promise<MissingRequirement | null> {
  const found = await usableVariant(enginesFolder);
  return 'message' in found ? found : null;
}

/** Library folders of NVIDIA's Python packages: nvidia/cudnn/lib and so on. */
function cudaFolders(enginesFolder: string): string[] {
  const folder = path.join(tfjsFolder(enginesFolder, tfjsVariants.gpu), PYTHON_FOLDER, 'nvidia');
  try {
    return readdirSync(folder).map((name) => path.join(folder, name, 'lib'));
  } catch {
    return []; // only the variant for the CPU is installed
  }
}

/**
 * TensorFlow 2.16 does not search NVIDIA's Python packages (tensorflow/tensorflow #63362), so its loader path names
 * them. It allocates a card's memory as needed, so that the display keeps some, and logs only warnings and errors.
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
