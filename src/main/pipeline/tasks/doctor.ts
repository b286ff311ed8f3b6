import { readFile, statfs } from 'node:fs/promises';
import os from 'node:os';
import { selectableAdapters } from '../engine/adapters.ts';
import { graphicsCards } from '../engine/graphicsCards.ts';
import type { CudaFacts } from '../engine/onnx/requirements.ts';
import { cudaFacts } from '../engine/onnx/requirements.ts';
import type { VulkanAdapter } from '../engine/vulkanAdapters.ts';
import { vulkanAdapters } from '../engine/vulkanAdapters.ts';

export interface MachineInfo {
  readonly system: string;
  readonly cpu: { readonly model: string; readonly cores: number; readonly features: readonly string[] };
  readonly memory: { readonly totalBytes: number; readonly freeBytes: number };
  readonly disk: { readonly folder: string; readonly freeBytes: number } | null;
  readonly gpus: readonly string[];
  readonly vulkan: readonly VulkanAdapter[];
  readonly adapters: readonly string[];
  readonly cuda: Omit<CudaFacts, 'libraries'> | null;
  readonly versions: Readonly<Record<string, string>>;
}

/** Describes this machine's hardware and versions; `folder` is the one whose disk is measured. */
export async function doctor(folder: string, enginesFolder: string): Promise<MachineInfo> {
  const cpus = os.cpus();
  const cuda = await cudaFacts(enginesFolder);
  return {
    system: `${os.type()} ${os.release()}, ${os.arch()}`,
    cpu: { model: cpus[0]?.model.trim() ?? 'unknown', cores: os.availableParallelism(), features: await cpuFeatures() },
    memory: { totalBytes: os.totalmem(), freeBytes: os.freemem() },
    disk: await statfs(folder).then(
      ({ bavail, bsize }) => ({ folder, freeBytes: bavail * bsize }),
      () => null,
    ),
    vulkan: await vulkanAdapters(),
    adapters: await selectableAdapters(),
    cuda: cuda.driver === null ? null : cuda,
    gpus: (await graphicsCards()).map(({ name, driver }) => `${name}, ${driver}`),
    versions: { node: process.version },
  };
}

/** The processor features that matter for speed. */
const RELEVANT_FEATURES = [
  'avx',
  'avx2',
  'fma',
  'avx512f',
  'avx512_vnni',
  'avx_vnni',
  'amx_int8',
  'asimd',
  'asimddp',
  'i8mm',
];

async function cpuFeatures(): Promise<string[]> {
  const text = await readFile('/proc/cpuinfo', 'utf8').catch(() => '');
  const flags = new Set(/^(?:flags|Features)\s*:(.*)$/m.exec(text)?.[1]?.split(/\s+/) ?? []);
  return RELEVANT_FEATURES.filter((feature) => flags.has(feature));
}
