import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Message } from '../../../shared/message.ts';
import { message, quoted } from '../../../shared/message.ts';
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
import { packageIndex } from '../weights/packageIndex.ts';
import type { InstallContext, Installer } from './installer.ts';
import { runProgram } from './program.ts';
import { requireSpace } from './diskSpace.ts';
import { TENSORFLOW_VERSION, tensorFlowPackages } from './tensorFlowPackages.ts';
import type { Wheel } from './wheels.ts';
import { bytesOf, downloadWheels, findWheel, removeWheels, unpackWheels } from './wheels.ts';

/** Node's C headers as an npm package, so that none have to be installed on the machine. */
const HEADERS = 'node-api-headers@1.9.0';
const OFFLINE = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH/;
/** Disk space of the packages from npm. */
const NPM_BYTES = 310e6;

/** How a platform gets the native part of the package. */
interface NativePart {
  /** Lines for `explain`. */
  explain(context: InstallContext): Promise<readonly Message[]>;
  readonly diskBytes: number;
  /** Throws a Problem if a program is missing, before anything is downloaded. */
  check(context: InstallContext): Promise<void>;
  /** Adds the native part to the package, which npm has installed without it. */
  build(folder: string, context: InstallContext): Promise<void>;
}

/** Installs TensorFlow for Node into the user's engines folder. */
export function tfjsInstaller(variant: TfjsVariant, index: string = packageIndex()): Installer {
  return {
    name: variant.name,
    explain: async (context) => {
      const lacksDriver = variant === tfjsVariants.gpu && process.platform === 'linux' && !(await hasNvidiaDriver());
      return [
        message('engineInstall.tfjsPackage', { name: variant.package, version: TFJS_VERSION }),
        ...(await nativePartFor(variant, index).explain(context)),
        message('engineInstall.into', { folder: tfjsFolder(context.enginesFolder, variant) }),
        ...(lacksDriver ? [message('engineInstall.noDriver')] : []),
      ];
    },
    install: async (context) => {
      const native = nativePartFor(variant, index);
      await mkdir(context.enginesFolder, { recursive: true });
      await native.check(context);
      await requireSpace(context.enginesFolder, native.diskBytes + NPM_BYTES);
      const folder = tfjsFolder(context.enginesFolder, variant),
        aside = `${folder}.new`;
      await rm(aside, { recursive: true, force: true });
      await mkdir(aside, { recursive: true });
      try {
        await installPackage(variant, aside, context);
        await native.build(aside, context);
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

function nativePartFor(variant: TfjsVariant, index: string): NativePart {
  const platform = `${process.platform}-${process.arch}`;
  if (platform === 'linux-x64') return fromWheels(variant, index);
  if (['win32-x64', ...(variant === tfjsVariants.cpu ? ['darwin-x64', 'darwin-arm64'] : [])].includes(platform))
    return ownDownload(variant);
  throw new Problem('engine.tfjsNotForPlatform', {
    name: variant.package,
    platform: process.platform,
    arch: process.arch,
  });
}

const proxied = ({ proxy }: InstallContext): Record<string, string> =>
  proxy === null ? {} : { HTTPS_PROXY: proxy, HTTP_PROXY: proxy };

const npmMissing = (detail: string): Problem => new Problem('engine.npmMissing', {}, detail);

async function installPackage(variant: TfjsVariant, folder: string, context: InstallContext): Promise<void> {
  context.onStage(quoted(`npm: @tensorflow/${variant.package} ${TFJS_VERSION}`));
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
    environment: proxied(context),
    signal: context.signal,
    missing: npmMissing,
    failures: [
      [OFFLINE, (detail) => new Problem('engine.npmUnreachable', {}, detail)],
      [/ENOSPC/, (detail) => new Problem('diskFull.install', {}, detail)],
      [/EINTEGRITY/, (detail) => new Problem('engine.npmChecksum', {}, detail)],
    ],
    failed: (detail) => new Problem('engine.npmFailed', { name: variant.package }, detail),
  });
}

/**
 * Compiles the binding, whose source is in the package, against the TensorFlow library of Python's package. That
 * library uses CUDA 12, where the package's own download would need CUDA 11.2.
 */
function fromWheels(variant: TfjsVariant, index: string): NativePart {
  const { packages, diskBytes, description } = tensorFlowPackages(variant);
  const find = (context: InstallContext): Promise<Wheel[]> =>
    Promise.all(packages.map((wanted) => findWheel(index, wanted, context)));
  return {
    explain: async (context) => [
      message('engineInstall.libraries', {
        libraries: description,
        host: new URL(index).host,
        megabytes: bytesOf(await find(context)) / 1e6,
        diskMegabytes: diskBytes / 1e6,
      }),
      message('engineInstall.needsCompiler'),
    ],
    diskBytes: 2 * diskBytes,
    check: ({ enginesFolder, signal }) => requireCompiler(enginesFolder, signal),
    build: async (folder, context) => {
      context.onStage(quoted(`TensorFlow ${TENSORFLOW_VERSION}`));
      const wheels = await downloadWheels(await find(context), context.enginesFolder, context);
      await unpackWheels(wheels, path.join(folder, PYTHON_FOLDER));
      context.onStage(message('engineInstall.compiling', { compiler: compiler() }));
      await compile(variant, folder, context.signal);
      await rm(path.join(folder, PYTHON_FOLDER, 'tensorflow', 'include'), { recursive: true });
      await removeWheels(wheels);
    },
  };
}

const compiler = (): string => process.env.CXX ?? 'g++';
const compilerMissing = (detail: string): Problem =>
  new Problem('engine.compilerMissing', { compiler: compiler() }, detail);

async function requireCompiler(folder: string, signal: AbortSignal): Promise<void> {
  await runProgram({
    command: compiler(),
    args: ['--version'],
    folder,
    signal,
    missing: compilerMissing,
    failures: [],
    failed: compilerMissing,
  });
}

/** The binding finds both libraries relative to its own folder, so that the folder can be moved. */
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
    missing: compilerMissing,
    failures: [],
    failed: (detail) => new Problem('engine.compileFailed', { compiler: compiler() }, detail),
  });
}

/**
 * Runs the package's own install script, which downloads a compiled binding and TensorFlow 2.9. Its GPU variant uses
 * CUDA 11.2 and cuDNN 8.1.
 */
function ownDownload(variant: TfjsVariant): NativePart {
  return {
    explain: () =>
      Promise.resolve([
        message('engineInstall.ownDownload'),
        ...(variant === tfjsVariants.gpu ? [message('engineInstall.needsCuda11')] : []),
      ]),
    diskBytes: 2e9,
    check: () => Promise.resolve(),
    build: async (folder, context) => {
      context.onStage(message('engineInstall.downloadingOwn'));
      await runProgram({
        command: 'npm',
        args: ['rebuild', '--ignore-scripts=false', `@tensorflow/${variant.package}`],
        folder,
        environment: proxied(context),
        signal: context.signal,
        missing: npmMissing,
        failures: [[OFFLINE, (detail) => new Problem('engine.googleUnreachable', {}, detail)]],
        failed: (detail) => new Problem('engine.packageDownloadFailed', {}, detail),
      });
    },
  };
}
