import { createHash } from 'node:crypto';
import { closeSync, existsSync, openSync, readdirSync, readFileSync, readSync, statSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import path from 'node:path';

/** Checks what a package holds: nothing twice, nothing foreign, no sources, everything that runs, and not too much. */

export interface Target {
  readonly platform: 'linux' | 'win32' | 'darwin';
  readonly arch: 'x64' | 'arm64';
}

/** Paths use '/' and are relative to the package's folder of resources. */
interface Entry {
  readonly name: string;
  readonly size: number;
}

/** In bytes, for everything but Electron's own files. */
const SIZE_LIMIT = 240e6;
/** Small files may repeat: licenses, empty modules. */
const DUPLICATE_SIZE = 16_384;

const APP = 'app.asar.unpacked';
const SOURCE = /\.([cm]?tsx?|map|cc|cpp|c|h|hpp|gypi?|md|tsbuildinfo)$|(^|\/)(tests?|examples?)\//;
/** Code that is a part of every bundle. */
const SHIPPED_SOURCES = [`${APP}/resources/letterbox/`, `${APP}/resources/sample/`];

export const listFiles = (folder: string): Entry[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => {
      const file = path.join(entry.parentPath, entry.name);
      return { name: path.relative(folder, file).replaceAll(path.sep, '/'), size: statSync(file).size };
    });

const runtimeFiles = ({ platform, arch }: Target, withWeights: boolean): string[] => {
  const windows = platform === 'win32';
  const node =
    platform === 'darwin'
      ? 'node/bin/node'
      : windows
        ? `${APP}/node_modules/node-win-${arch}/bin/node.exe`
        : `${APP}/node_modules/node-${platform}-${arch}/bin/node`;
  const onnx = `${APP}/node_modules/onnxruntime-node/bin/napi-v6/${platform}/${arch}`;
  const library = { linux: 'libonnxruntime.so.1', darwin: 'libonnxruntime.1.dylib', win32: 'onnxruntime.dll' }[
    platform
  ];
  const litert = `${APP}/node_modules/@litertjs/core/wasm/litert_wasm_compat_internal`;
  return [
    'app.asar',
    `bin/destila${windows ? '.cmd' : ''}`,
    node,
    `${onnx}/onnxruntime_binding.node`,
    `${onnx}/${library}`,
    `${litert}.js`,
    `${litert}.wasm`,
    `${APP}/node_modules/h5wasm/dist/esm/hdf5_util.js`,
    `${APP}/package.json`,
    `${APP}/out/renderer/index.html`,
    ...['doors/cli/main', 'jobs/jobProcess', 'jobs/imagingProcess', 'jobs/pipelineWorker'].map(
      (name) => `${APP}/out/main/${name}.js`,
    ),
    ...['studio/thread/studioThread', 'pipeline/data/loaderWorker', 'pipeline/storage/fileWorker'].map(
      (name) => `${APP}/out/main/${name}.js`,
    ),
    ...[
      'default.yaml',
      'weights.json',
      'letterbox/letterbox.h',
      'sample/python/tagger.py',
      'schemas/metrics.schema.json',
    ].map((name) => `${APP}/resources/${name}`),
    ...(withWeights ? ['weights/efficientnet-lite1-77cc7160.pth'] : []),
  ];
};

const nativePattern = (): RegExp => /\.(node|dylib|dll|exe)$|\.so(\.[\d.]+)?$|\/bin\/node$/;

/** System and processor of a native file by its first bytes; null if it is none. */
export function nativeTarget(head: Buffer): string | null {
  if (head.length < 64) return null;
  if (head.readUInt32BE(0) === 0x7f454c46) {
    const machine = head.readUInt16LE(18);
    return `linux-${{ 62: 'x64', 183: 'arm64' }[machine] ?? machine}`;
  }
  if (head.readUInt32LE(0) === 0xfeedfacf) {
    const machine = head.readUInt32LE(4);
    return `darwin-${{ 0x1000007: 'x64', 0x100000c: 'arm64' }[machine] ?? machine}`;
  }
  if (head.toString('latin1', 0, 2) === 'MZ') {
    const at = head.readUInt32LE(60);
    if (at + 6 > head.length || head.toString('latin1', at, at + 2) !== 'PE') return 'win32-unknown';
    const machine = head.readUInt16LE(at + 4);
    return `win32-${{ 0x8664: 'x64', 0xaa64: 'arm64' }[machine] ?? machine}`;
  }
  return null;
}

function firstBytes(file: string): Buffer {
  const bytes = Buffer.alloc(1024);
  const handle = openSync(file, 'r');
  try {
    return bytes.subarray(0, readSync(handle, bytes));
  } finally {
    closeSync(handle);
  }
}

const foreign = (folder: string, files: readonly Entry[], { platform, arch }: Target): string[] =>
  files
    .map(({ name }) => ({ name, target: nativeTarget(firstBytes(path.join(folder, name))) }))
    .flatMap(({ name, target }) => {
      if (target !== null && target !== `${platform}-${arch}`) return [`${name} is a program for ${target}`];
      if (target === null && nativePattern().test(name)) return [`${name} is not a program`];
      return [];
    });

function duplicates(folder: string, files: readonly Entry[]): string[] {
  const bySize = Map.groupBy(
    files.filter(({ size }) => size >= DUPLICATE_SIZE),
    ({ size }) => size,
  );
  const suspects = [...bySize.values()].filter((same) => same.length > 1).flat();
  const digest = ({ name }: Entry): string =>
    createHash('sha256')
      .update(readFileSync(path.join(folder, name)))
      .digest('hex');
  return [...Map.groupBy(suspects, digest).values()]
    .filter((same) => same.length > 1)
    .map((same) => `the same file ${same.length} times: ${same.map(({ name }) => name).join(', ')}`);
}

/** One line per fault; an empty list if the package is fine. `resources` is its folder of that name. */
export function contentFaults(resources: string, target: Target, withWeights: boolean): string[] {
  const files = listFiles(resources);
  const names = new Set(files.map(({ name }) => name));
  const total = files.reduce((sum, { size }) => sum + size, 0);
  return [
    ...runtimeFiles(target, withWeights)
      .filter((name) => !names.has(name))
      .map((name) => `${name} is missing`),
    ...files
      .filter(({ name }) => SOURCE.test(name) && !SHIPPED_SOURCES.some((shipped) => name.startsWith(shipped)))
      .map(({ name }) => `${name} is a source or a test`),
    ...foreign(resources, files, target),
    ...duplicates(resources, files),
    ...(total > SIZE_LIMIT ? [`${(total / 1e6).toFixed(1)} MB beyond Electron, limit ${SIZE_LIMIT / 1e6} MB`] : []),
  ];
}

/** Modules that start to work when they are imported, or need Electron. */
const NOT_IMPORTED = /^(index|doors\/(cli\/main|desktop\/.*)|jobs\/(\w+Process|pipelineWorker)|.*(Thread|Worker))\.js$/;

/** Imports every module with the package's own Node: a file that the rules left out by mistake fails here. */
export function importFaults(resources: string, node: string): string[] {
  const main = path.join(resources, APP, 'out', 'main');
  const modules = listFiles(main)
    .map(({ name }) => name)
    .filter((name) => name.endsWith('.js') && !NOT_IMPORTED.test(name));
  const script = `
    const { pathToFileURL } = require('node:url');
    (async () => {
      for (const name of ${JSON.stringify(modules)})
        await import(pathToFileURL(require('node:path').join(${JSON.stringify(main)}, name)).href).catch((error) =>
          console.log(name + ': ' + error.message.split('\\n')[0]),
        );
      process.exit();
    })();`;
  const { status, stdout, stderr } = spawnSync(node, ['-e', script], { encoding: 'utf8' });
  return [
    ...stdout.split('\n').filter((line) => line !== ''),
    ...(status === 0 ? [] : [stderr || 'Node did not start']),
  ];
}

/** Folder of resources in an unpacked package. */
export function resourcesOf(unpacked: string, { platform }: Target): string {
  if (platform !== 'darwin') return path.join(unpacked, 'resources');
  const app = readdirSync(unpacked).find((name) => name.endsWith('.app'));
  if (app === undefined) throw new Error(`There is no .app in ${unpacked}`);
  return path.join(unpacked, app, 'Contents', 'Resources');
}

export const nodeIn = (resources: string, target: Target): string => {
  const found = runtimeFiles(target, false).find((name) => /\/bin\/node(\.exe)?$/.test(name))!;
  const file = path.join(resources, found);
  if (!existsSync(file)) throw new Error(`${file} is missing`);
  return file;
};
