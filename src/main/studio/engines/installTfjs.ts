import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Problem } from '../../../shared/problem.ts';
import {
  bindingFile,
  hasNvidiaDriver,
  PYTHON_FOLDER,
  TFJS_VERSION,
  tfjsFolder,
  tfjsVariants,
} from '../../pipeline/engine/tfjs/requirements.ts';
import type { TfjsVariant } from '../../pipeline/engine/tfjs/requirements.ts';
import { writeFileAtomic } from '../../pipeline/storage/atomicFile.ts';
import type { InstallSurroundings, Installer } from './installers.ts';
import { runProgram } from './program.ts';
import { requireRoom } from './room.ts';
import { TENSORFLOW_VERSION, tensorFlowPackages } from './tensorFlowPackages.ts';
import type { Wheel } from './wheels.ts';
import { bytesOf, downloadWheels, findWheel, PYPI, removeWheels, unpackWheels } from './wheels.ts';

/** Node's C headers as an npm package: no header has to be on the machine. */
const HEADERS = 'node-api-headers@1.9.0';
const OFFLINE = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH/;
const UNREACHED = 'does not answer. Check the network; behind a proxy use --proxy http://host:port.';
/** Bytes: npm's packages as they lie on disk. */
const NPM_BYTES = 310e6;

interface Way {
  /** Lines for `explain`. */
  says(around: InstallSurroundings): Promise<readonly string[]>;
  readonly diskBytes: number;
  /** Throws a Problem for a program that is missing, before anything is fetched. */
  check(around: InstallSurroundings): Promise<void>;
  /** Fills `node_modules` of the package, which is there without its native half. */
  build(folder: string, around: InstallSurroundings): Promise<void>;
}

/** TensorFlow for Node in the user's own folder: the package from npm, its native half from where this platform can get it. */
export function tfjsInstaller(variant: TfjsVariant, index: string = PYPI): Installer {
  return {
    name: variant.name,
    explain: async (around) => {
      const driver = variant === tfjsVariants.gpu && process.platform === 'linux' && !(await hasNvidiaDriver());
      return [
        `TensorFlow for Node: @tensorflow/${variant.package} ${TFJS_VERSION} by Google (Apache-2.0 licence), from npm, about 40 MB; no install script of it or of its dependencies runs.`,
        ...(await wayOf(variant, index).says(around)),
        `Into     ${tfjsFolder(around.enginesFolder, variant)}  (deleting this folder removes it)`,
        ...(driver
          ? [
              'Note     no NVIDIA driver is loaded on this machine: it will not start here before one is (sudo apt-get install nvidia-driver).',
            ]
          : []),
      ].join('\n');
    },
    install: async (around) => {
      const way = wayOf(variant, index);
      await mkdir(around.enginesFolder, { recursive: true });
      await way.check(around);
      await requireRoom(around.enginesFolder, way.diskBytes + NPM_BYTES);
      const folder = tfjsFolder(around.enginesFolder, variant),
        aside = `${folder}.new`;
      await rm(aside, { recursive: true, force: true });
      await mkdir(aside, { recursive: true });
      try {
        await installPackage(variant, aside, around);
        await way.build(aside, around);
        await writeFileAtomic(
          path.join(aside, 'installed.json'),
          `${JSON.stringify({ version: TFJS_VERSION, at: new Date().toISOString() }, null, 1)}\n`,
        );
        await rm(folder, { recursive: true, force: true });
        await rename(aside, folder);
      } catch (error) {
        await rm(aside, { recursive: true, force: true });
        throw error;
      }
      return folder;
    },
  };
}

function wayOf(variant: TfjsVariant, index: string): Way {
  const platform = `${process.platform}-${process.arch}`;
  if (platform === 'linux-x64') return fromWheels(variant, index);
  if (['win32-x64', ...(variant === tfjsVariants.cpu ? ['darwin-x64', 'darwin-arm64'] : [])].includes(platform))
    return ownDownload(variant);
  throw new Problem(
    'engine',
    `@tensorflow/${variant.package} has no native half for ${process.platform} on ${process.arch}; onnx-cpu and onnx-webgpu need none.`,
  );
}

const proxied = ({ proxy }: InstallSurroundings): Record<string, string> =>
  proxy === null ? {} : { HTTPS_PROXY: proxy, HTTP_PROXY: proxy };

async function installPackage(variant: TfjsVariant, folder: string, around: InstallSurroundings): Promise<void> {
  around.onStage(`npm: @tensorflow/${variant.package} ${TFJS_VERSION}`);
  await writeFile(path.join(folder, 'package.json'), '{ "private": true }\n');
  await runProgram({
    command: 'npm',
    args: [
      'install',
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
      `@tensorflow/${variant.package}@${TFJS_VERSION}`,
      HEADERS,
    ],
    folder,
    environment: proxied(around),
    signal: around.signal,
    missing: 'npm is missing. Install Node.js, which brings it, from nodejs.org, and try again.',
    failures: [
      [OFFLINE, `npm's registry ${UNREACHED}`],
      [/ENOSPC/, 'The disk is full: free some space and try again.'],
      [
        /EINTEGRITY/,
        'What npm received is not the published package: its checksum is another. Try again; if it happens twice, something on the way (a proxy, a portal page) changes downloads.',
      ],
      [/(?:)/, `npm could not install @tensorflow/${variant.package}: its own words are in the details.`],
    ],
  });
}

/** The binding, which the package ships as source, compiled against the TensorFlow library of Python's package: CUDA 12 in place of the 11.2 of the package's own download. */
function fromWheels(variant: TfjsVariant, index: string): Way {
  const { packages, diskBytes, names } = tensorFlowPackages(variant);
  const find = (around: InstallSurroundings): Promise<Wheel[]> =>
    Promise.all(packages.map((wanted) => findWheel(index, wanted, around)));
  return {
    says: async (around) => [
      `With     ${names}, from ${new URL(index).host}: ${(bytesOf(await find(around)) / 1e6).toFixed(0)} MB to download, checked against the SHA-256 that it publishes; ${(diskBytes / 1e6).toFixed(0)} MB on disk. No Python is needed.`,
      'Needs    g++, which compiles the binding against it (some seconds).',
    ],
    diskBytes: 2 * diskBytes,
    check: ({ enginesFolder, signal }) => requireCompiler(enginesFolder, signal),
    build: async (folder, around) => {
      around.onStage(`TensorFlow ${TENSORFLOW_VERSION}`);
      const wheels = await downloadWheels(await find(around), around.enginesFolder, around);
      await unpackWheels(wheels, path.join(folder, PYTHON_FOLDER));
      around.onStage('g++: the binding');
      await compile(variant, folder, around.signal);
      await rm(path.join(folder, PYTHON_FOLDER, 'tensorflow', 'include'), { recursive: true });
      await removeWheels(wheels);
    },
  };
}

const compiler = (): string => process.env.CXX ?? 'g++';

async function requireCompiler(folder: string, signal: AbortSignal): Promise<void> {
  const missing = `The C++ compiler (${compiler()}) is missing: sudo apt-get install g++`;
  await runProgram({
    command: compiler(),
    args: ['--version'],
    folder,
    signal,
    missing,
    failures: [[/(?:)/, missing]],
  });
}

/** Both libraries are found from where the binding lies, so that the folder can be moved. */
async function compile(variant: TfjsVariant, folder: string, signal: AbortSignal): Promise<void> {
  const pkg = path.posix.join('node_modules', '@tensorflow', variant.package),
    binding = bindingFile(variant),
    tensorflow = `${PYTHON_FOLDER}/tensorflow`;
  await mkdir(path.join(folder, path.dirname(binding)), { recursive: true });
  const includes = ['node_modules/node-api-headers/include', path.posix.dirname(pkg), pkg, `${tensorflow}/include`].map(
    (include) => `-I${include}`,
  );
  await runProgram({
    command: compiler(),
    folder,
    signal,
    args: [
      '-O2',
      '-std=c++17',
      '-fPIC',
      '-shared',
      '-DNAPI_VERSION=8',
      '-DBUILDING_NODE_EXTENSION',
      ...includes,
      `${pkg}/binding/tfjs_backend.cc`,
      `${pkg}/binding/tfjs_binding.cc`,
      '-o',
      binding,
      `-L${tensorflow}`,
      '-l:libtensorflow_cc.so.2',
      '-l:libtensorflow_framework.so.2',
      `-Wl,-rpath,$ORIGIN/${path.relative(path.dirname(binding), tensorflow)}`,
    ],
    missing: `The C++ compiler (${compiler()}) is missing: sudo apt-get install g++`,
    failures: [
      [/(?:)/, `${compiler()} could not compile the binding (C++17 is needed): its own words are in the details.`],
    ],
  });
}

/** What the package does itself where its install script runs: TensorFlow 2.9 (CUDA 11.2 and cuDNN 8.1 with the card's variant) and a ready binding. */
function ownDownload(variant: TfjsVariant): Way {
  return {
    says: () =>
      Promise.resolve([
        "With     TensorFlow 2.9.1 and the binding, by the package's own install script from Google's servers, several hundred MB. Not tried by us on this system.",
        ...(variant === tfjsVariants.gpu
          ? ['Needs    an NVIDIA driver, CUDA 11.2 and cuDNN 8.1, which are not part of it.']
          : []),
      ]),
    diskBytes: 2e9,
    check: () => Promise.resolve(),
    build: async (folder, around) => {
      around.onStage("the package's own download");
      await runProgram({
        command: 'npm',
        args: ['rebuild', '--ignore-scripts=false', `@tensorflow/${variant.package}`],
        folder,
        environment: proxied(around),
        signal: around.signal,
        missing: 'npm is missing. Install Node.js, which brings it, from nodejs.org, and try again.',
        failures: [
          [OFFLINE, `Google's server ${UNREACHED}`],
          [/(?:)/, "The package's own download failed: its own words are in the details."],
        ],
      });
    },
  };
}
