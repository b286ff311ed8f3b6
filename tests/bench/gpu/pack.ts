import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildConformance, ROOT } from './buildConformance.ts';

const FOLDER = 'destila-gpu-bench';
/** So that it can be sent by mail and copied over slow lines. */
const MOST_BYTES = 50e6;

const SOURCES = [
  'package.json',
  'resources',
  'src/main',
  'src/shared',
  'out/bench',
  'tests/bench',
  'tests/conformance/graphicsAdapter.ts',
  'tests/e2e/tinyProject.ts',
];

/** Only reads and writes weights of other programs, which the benchmark does not, and is too large for the archive. */
const LEFT_OUT = 'h5wasm';

const START = `#!/bin/sh
# Tries every engine that uses a graphics card and writes gpu-bench.json. Takes 8 minutes at most.
cd "$(dirname "$0")" && exec ./node tests/bench/run.ts gpu "$@"
`;

/** Writes what the benchmark needs on a machine without Node and without a network. */
export async function packGpuBench(archive: string): Promise<void> {
  if (process.platform !== 'linux') throw new Error('The archive can only be written on Linux, for Linux.');
  const aside = mkdtempSync(path.join(tmpdir(), 'pack-gpu-'));
  try {
    await stageGpuBench(path.join(aside, FOLDER));
    compress(aside, path.resolve(archive));
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
  const { size } = statSync(archive);
  console.log(`${archive}: ${(size / 1e6).toFixed(1)} MB`);
  console.log(`On the other machine: tar xf ${path.basename(archive)} && ${FOLDER}/run.sh`);
  if (size > MOST_BYTES) throw new Error(`The archive is larger than ${MOST_BYTES / 1e6} MB.`);
}

/** Copies what belongs into the archive; its run.sh starts the benchmark. */
export async function stageGpuBench(folder: string): Promise<void> {
  await buildConformance();
  for (const source of SOURCES)
    copy(path.join(ROOT, source), path.join(folder, source), (file) => !file.endsWith('.test.ts'));
  for (const name of neededPackages()) copyPackage(name, folder);
  copy(realpathSync(process.execPath), path.join(folder, 'node'));
  // Symbols are a tenth of the binary; without the program `strip` they only make the archive larger.
  spawnSync('strip', [path.join(folder, 'node')]);
  writeFileSync(path.join(folder, 'run.sh'), START);
  for (const program of ['node', 'run.sh']) chmodSync(path.join(folder, program), 0o755);
}

/** The product's packages with all that they depend on, as far as it is installed. */
function neededPackages(): string[] {
  const found = new Set<string>();
  const add = (name: string): void => {
    const file = path.join(ROOT, 'node_modules', name, 'package.json');
    if (found.has(name) || name === LEFT_OUT || !existsSync(file)) return;
    found.add(name);
    const { dependencies, optionalDependencies } = readPackage(file);
    // onnxruntime-node's other dependencies download its CUDA provider when it is installed.
    const needed = name === 'onnxruntime-node' ? ['onnxruntime-common'] : Object.keys(dependencies ?? {});
    for (const other of [...needed, ...Object.keys(optionalDependencies ?? {})]) add(other);
  };
  for (const name of Object.keys(readPackage(path.join(ROOT, 'package.json')).dependencies ?? {})) add(name);
  return [...found];
}

interface PackageFile {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}
const readPackage = (file: string): PackageFile => JSON.parse(readFileSync(file, 'utf8')) as PackageFile;

function copy(from: string, to: string, keeps: (file: string) => boolean = () => true): void {
  mkdirSync(path.dirname(to), { recursive: true });
  cpSync(from, to, { recursive: true, dereference: true, filter: keeps });
}

/** onnxruntime's library for this system; the package brings those of all. */
const NATIVE = 'bin/napi-v6/';
const OWN_NATIVE = `${NATIVE}${process.platform}/${process.arch}`;
/** The one build of LiteRT that the product loads. */
const OTHER_LITERT = /^wasm\/litert_wasm_(?!compat_)/;
const UNUSED = /\.([cm]?ts|map|md|markdown)$/;

function copyPackage(name: string, folder: string): void {
  const from = path.join(ROOT, 'node_modules', name);
  copy(from, path.join(folder, 'node_modules', name), (file) => {
    const inside = path.relative(from, file);
    if (inside.startsWith(NATIVE)) return OWN_NATIVE.startsWith(inside) || inside.startsWith(OWN_NATIVE);
    return !UNUSED.test(inside) && !OTHER_LITERT.test(inside);
  });
}

/** The filter for machine code saves 6 % of an archive that has to stay small. */
function compress(folder: string, archive: string): void {
  const filter = process.arch === 'x64' ? '--x86' : '--arm64';
  const { status, stderr, error } = spawnSync(
    'tar',
    [
      '--create',
      '--file',
      archive,
      '--use-compress-program',
      `xz ${filter} --lzma2=preset=9`,
      '--directory',
      folder,
      FOLDER,
    ],
    { encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(`tar with xz failed: ${error?.message ?? stderr}`);
}
