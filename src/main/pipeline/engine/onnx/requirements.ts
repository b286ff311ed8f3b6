import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Message } from '../../../../shared/message.ts';
import { message, quoted } from '../../../../shared/message.ts';
import { neededLibraries } from '../elf.ts';
import type { GraphicsCard } from '../graphicsCards.ts';
import { graphicsCards, hasLibrary, libraryVersions, nvidiaVersion, vulkanDrivers } from '../graphicsCards.ts';
import type { MissingRequirement } from '../missingRequirement.ts';
import { isSoftwareAdapter, softwareAdapterOf } from '../softwareAdapter.ts';
import { vulkanAdapters } from '../vulkanAdapters.ts';

/**
 * What WebGPU is missing to use a graphics card. It would run on a software adapter too, which is slower than the CPU
 * engine, so that one counts as missing here; `engine.name: onnx-webgpu` uses it all the same. No driver is loaded into
 * this process.
 */
export async function missingForWebGpu(): Promise<MissingRequirement | null> {
  const { platform, arch } = process;
  if (!['linux-x64', 'win32-x64', 'win32-arm64', 'darwin-arm64'].includes(`${platform}-${arch}`))
    return { message: message('missing.webgpuPlatform', { platform, arch }), fix: null };
  if (platform === 'darwin') return null;
  const cards = await graphicsCards();
  // Without PowerShell the cards of Windows are unknown, and only a trial can tell.
  if (platform === 'win32') return cards.length === 0 ? null : softwareOnly(cards);
  if (!(await hasLibrary('libvulkan.so.1')))
    return { message: message('missing.vulkanLoader'), fix: quoted('sudo apt-get install libvulkan1') };
  const manifests = await vulkanDrivers();
  if (manifests.length === 0)
    return { message: message('missing.vulkanDriver'), fix: message('missing.vulkanDriverFix') };
  if (cards.length === 0) return { message: message('missing.graphicsCard'), fix: null };
  if (!cards.some((card) => hasDriverFor(card, manifests)))
    return {
      message: message('missing.vulkanCardDriver', { names: cards.map(({ name }) => name) }),
      fix: message('missing.vulkanDriverFix'),
    };
  const adapters = await vulkanAdapters();
  return adapters.length === 0 ? null : softwareOnly(adapters);
}

/** Nothing is missing if one of the adapters is a real card. */
export function softwareOnly(adapters: readonly { readonly name: string }[]): MissingRequirement | null {
  const names = adapters.map(({ name }) => name);
  return names.every(isSoftwareAdapter)
    ? { message: message('missing.softwareAdapters', { names }), fix: message('missing.vulkanDriverFix') }
    : null;
}

const MANIFESTS: Readonly<Record<string, RegExp>> = {
  '10de': /nvidia|nouveau/i,
  '1002': /radeon|amd/i,
  '8086': /intel/i,
};

/** Tells by the names of the manifests whether a Vulkan driver for this card is installed. */
export function hasDriverFor({ pci }: GraphicsCard, manifests: readonly string[]): boolean {
  const names = manifests.filter((file) => softwareAdapterOf(file) === null).map((file) => path.basename(file));
  const pattern = pci === null ? undefined : MANIFESTS[pci.slice(0, 4)];
  return pattern === undefined ? names.length > 0 : names.some((name) => pattern.test(name));
}

/** Version of onnxruntime-node in package.json; the CUDA provider must come from the same build. */
export const ORT_VERSION = '1.30.0';
/** Its folder inside the folder of installed engines. */
export const CUDA_FOLDER = `cuda-${ORT_VERSION}`;

export const cudaFolder = (enginesFolder: string): string => path.join(enginesFolder, CUDA_FOLDER);
const PROVIDER = 'libonnxruntime_providers_cuda.so';
/** The provider opens it by name when it starts. */
const CUDNN = 'libcudnn.so.9';
/** Oldest driver of Linux for each CUDA: docs.nvidia.com/cuda/cuda-toolkit-release-notes, table "CUDA Toolkit and Minimum Required Driver Version for CUDA Minor Version Compatibility". */
const LEAST_DRIVER: Readonly<Record<number, number>> = { 11: 450, 12: 525, 13: 580 };
/** NVIDIA's package of the libraries for each CUDA. */
const CUDA_PACKAGES: Readonly<Record<number, string>> = { 12: 'cuda-libraries-12-8', 13: 'cuda-libraries-13-0' };

/** CUDA as it is on this machine and as the installed provider needs it. */
export interface CudaFacts {
  /** Version of the driver, such as '550.54.14'. */
  readonly driver: string | null;
  /** Newest CUDA that the driver can run. */
  readonly driverCuda: number | null;
  /** Versions of libcudart and libcudnn in the folders of the loader. */
  readonly cuda: readonly number[];
  readonly cudnn: readonly number[];
  /** The CUDA that the installed provider was built for; null when it is not installed. */
  readonly needed: number | null;
  /** NVIDIA's libraries that the provider is linked with. */
  readonly libraries: readonly string[];
}

export async function cudaFacts(enginesFolder: string, root = '/'): Promise<CudaFacts> {
  const driver = nvidiaVersion(await readFile(path.join(root, 'proc/driver/nvidia/version'), 'utf8').catch(() => ''));
  const libraries = (await neededLibraries(path.join(cudaFolder(enginesFolder), PROVIDER)).catch(() => [])).filter(
    // libcuda.so.1 belongs to the driver.
    (library) => /^libcu|^libnv/.test(library) && library !== 'libcuda.so.1',
  );
  const runtime = libraries.map((library) => /^libcudart\.so\.(\d+)$/.exec(library)?.[1]).find(Boolean);
  const folders = [cudaFolder(enginesFolder)];
  return {
    driver,
    driverCuda: driver === null ? null : newestCuda(Number.parseInt(driver, 10)),
    cuda: await libraryVersions('libcudart', folders),
    cudnn: await libraryVersions('libcudnn', folders),
    needed: runtime === undefined ? null : Number(runtime),
    libraries,
  };
}

const newestCuda = (driver: number): number | null =>
  Object.entries(LEAST_DRIVER)
    .filter(([, least]) => driver >= least)
    .map(([cuda]) => Number(cuda))
    .at(-1) ?? null;

/** The first requirement that is missing, in the order in which to fix them. */
export async function missingForCuda(enginesFolder: string): Promise<MissingRequirement | null> {
  if (`${process.platform}-${process.arch}` !== 'linux-x64')
    return { message: message('missing.cudaPlatform'), fix: null };
  if (!(await graphicsCards()).some(({ driver }) => driver.startsWith('NVIDIA driver')))
    return { message: message('missing.nvidiaDriver'), fix: message('missing.nvidiaDriverFix') };
  const folders = [cudaFolder(enginesFolder)];
  if (!(await hasLibrary(PROVIDER, folders)))
    return { message: message('missing.cudaProvider'), fix: quoted('destila engine install cuda') };
  const facts = await cudaFacts(enginesFolder);
  const needed = [...facts.libraries.filter((library) => !library.startsWith('libcudnn')), CUDNN];
  const absent = (
    await Promise.all(needed.map(async (library) => ((await hasLibrary(library, folders)) ? [] : [library])))
  ).flat();
  return missingOfCuda(facts, absent);
}

/** The message about the first of the `absent` libraries, or about a driver that is too old for them. */
export function missingOfCuda(facts: CudaFacts, absent: readonly string[]): MissingRequirement | null {
  const version = facts.needed;
  const least = version === null ? undefined : LEAST_DRIVER[version];
  if (version !== null && least !== undefined && facts.driver !== null && Number.parseInt(facts.driver, 10) < least)
    return {
      message: message('missing.cudaDriver', { driver: facts.driver, version, least }),
      fix: message('missing.cudaDriverFix', { least }),
    };
  const [library] = absent;
  if (library === undefined) return null;
  if (library === CUDNN)
    return {
      message: message('missing.cudnn', { version: '9', library }),
      fix: message('missing.cudnnFix', { version: version ?? Math.max(12, ...facts.cuda) }),
    };
  const fix = version === null ? null : cudaFix(version);
  const others = facts.cuda.filter((found) => found !== version);
  if (library.startsWith('libcudart') && others.length > 0)
    return {
      message: message('missing.cudaOther', { found: others.map(String), version: version ?? '', library }),
      fix,
    };
  return { message: message('missing.cuda', { version: version ?? '', library }), fix };
}

const cudaFix = (version: number): Message | null => {
  const name = CUDA_PACKAGES[version];
  return name === undefined ? null : message('missing.cudaFix', { package: name });
};

/**
 * Makes a process load the onnxruntime that is installed with its CUDA provider: the loader searches LD_LIBRARY_PATH
 * before the library's own RUNPATH.
 */
export function cudaEnvironment(enginesFolder: string): Record<string, string> {
  const before = process.env.LD_LIBRARY_PATH;
  return { LD_LIBRARY_PATH: before ? `${cudaFolder(enginesFolder)}:${before}` : cudaFolder(enginesFolder) };
}
