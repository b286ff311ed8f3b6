import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { ZipFile } from 'yazl';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  bindingFile,
  TFJS_VERSION,
  tfjsFolder,
  tfjsVariants,
  usableVariant,
} from '../../pipeline/engine/tfjs/requirements.ts';
import type { InstallContext } from './installer.ts';
import { tfjsInstaller } from './installTfjs.ts';
import { TENSORFLOW_VERSION } from './tensorFlowPackages.ts';

/** Local copies of npm's registry and PyPI, with small packages of the same layout. */
interface Registries {
  readonly address: string;
  readonly asked: string[];
  wheelHash: string;
  tarballHash: string;
  cutAfter: number | null;
  close(): void;
}

const hasCompiler = (() => {
  try {
    return execFileSync('g++', ['--version']).length > 0;
  } catch {
    return false;
  }
})();
const cpu = tfjsVariants.cpu;
const wheelName = `tensorflow_cpu-${TENSORFLOW_VERSION}-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl`;
const noise = Buffer.from(Array.from({ length: 200_000 }, (_, i) => ((i * 2654435761) >>> 13) & 255));
const digest = (algorithm: string, data: Buffer, encoding: 'hex' | 'base64'): string =>
  createHash(algorithm).update(data).digest(encoding);

let home = '',
  tarballs: Readonly<Record<string, Buffer>> = {},
  wheel: Buffer = Buffer.alloc(0);

/** An npm package: a .tgz whose files are in `package`. */
function tarball(name: string, files: Readonly<Record<string, string>>): Buffer {
  const folder = path.join(home, name.replaceAll('/', '-'));
  for (const [file, content] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, 'package', file)), { recursive: true });
    writeFileSync(path.join(folder, 'package', file), content);
  }
  return execFileSync('tar', ['-czf', '-', '-C', folder, 'package']);
}

async function wheelOf(files: Readonly<Record<string, Buffer | string>>): Promise<Buffer> {
  const zip = new ZipFile();
  for (const [file, content] of Object.entries(files)) zip.addBuffer(Buffer.from(content), file, { compress: false });
  zip.end();
  return buffer(zip.outputStream);
}

function library(name: string, source: string): Buffer {
  const file = path.join(home, name);
  writeFileSync(`${file}.cc`, source);
  execFileSync('g++', ['-shared', '-fPIC', '-o', file, `-Wl,-soname,${name}`, `${file}.cc`]);
  return readFileSync(file);
}

function openRegistries(): Promise<Registries> {
  const versions: Readonly<Record<string, string>> = {
    [`@tensorflow/${cpu.package}`]: TFJS_VERSION,
    'node-api-headers': '1.9.0',
  };
  const registries = {
    address: '',
    asked: [] as string[],
    wheelHash: digest('sha256', wheel, 'hex'),
    tarballHash: '',
    cutAfter: null as number | null,
    close: () => void server.close(),
  };
  const server = http.createServer((request, response) => {
    const url = decodeURIComponent(request.url!);
    registries.asked.push(`${url}${request.headers.range ? ` ${request.headers.range}` : ''}`);
    const packed = Object.keys(versions).find((name) => url.startsWith(`/npm/${name}`));
    if (packed !== undefined && url.endsWith('.tgz')) return void response.end(tarballs[packed]);
    if (packed !== undefined) {
      const version = versions[packed]!,
        integrity = `sha512-${registries.tarballHash || digest('sha512', tarballs[packed]!, 'base64')}`;
      return void response.end(
        JSON.stringify({
          name: packed,
          'dist-tags': { latest: version },
          versions: {
            [version]: {
              name: packed,
              version,
              dist: { tarball: `${registries.address}/npm/${packed}/-/${version}.tgz`, integrity },
            },
          },
        }),
      );
    }
    if (url === '/simple/tensorflow-cpu/') {
      const others = [
        wheelName.replace('cp311-cp311', 'cp312-cp312'),
        wheelName.replace('manylinux_2_17_x86_64.manylinux2014_x86_64', 'macosx_10_15_x86_64'),
        wheelName.replace(TENSORFLOW_VERSION, '2.16.1'),
      ];
      response.setHeader('content-type', 'application/vnd.pypi.simple.v1+json');
      return void response.end(
        JSON.stringify({
          files: [...others, wheelName].map((filename) => ({
            filename,
            url: `/files/${filename}`,
            size: wheel.length,
            hashes: { sha256: registries.wheelHash },
          })),
        }),
      );
    }
    if (url !== `/files/${wheelName}`) return void response.writeHead(404).end();
    const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
    const rest = wheel.subarray(from);
    response.writeHead(from === 0 ? 200 : 206, {
      etag: '"one"',
      'content-length': rest.length,
      ...(from > 0 && { 'content-range': `bytes ${from}-${wheel.length - 1}/${wheel.length}` }),
    });
    if (registries.cutAfter === null) return void response.end(rest);
    response.write(rest.subarray(0, registries.cutAfter), () => response.destroy());
    registries.cutAfter = null;
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () =>
      resolve(Object.assign(registries, { address: `http://127.0.0.1:${(server.address() as AddressInfo).port}` })),
    );
  });
}

describe.runIf(process.platform === 'linux' && process.arch === 'x64' && hasCompiler)('engine install tfjs', () => {
  let registries: Registries, context: InstallContext;
  const before = {
    registry: process.env.npm_config_registry,
    cache: process.env.npm_config_cache,
    retries: process.env.npm_config_fetch_retries,
    compiler: process.env.CXX,
  };
  const restore = (name: string, value: string | undefined): void => {
    if (value === undefined) Reflect.deleteProperty(process.env, name);
    else process.env[name] = value;
  };

  beforeAll(async () => {
    home = mkdtempSync(path.join(tmpdir(), 'destila-registries-'));
    const name = `@tensorflow/${cpu.package}`;
    tarballs = {
      [name]: tarball(name, {
        'package.json': JSON.stringify({ name, version: TFJS_VERSION, scripts: { install: 'touch ran-a-script' } }),
        'binding/tfjs_backend.cc': '#include "tensorflow/c.h"\nint backend() { return TF_Answer(); }\n',
        'binding/tfjs_binding.cc': '#include <node_api.h>\nextern "C" int binding() { return NAPI_MADE_UP; }\n',
      }),
      'node-api-headers': tarball('node-api-headers', {
        'package.json': JSON.stringify({ name: 'node-api-headers', version: '1.9.0' }),
        'include/node_api.h': '#define NAPI_MADE_UP NAPI_VERSION\n',
      }),
    };
    wheel = await wheelOf({
      'tensorflow/libtensorflow_cc.so.2': library('libtensorflow_cc.so.2', 'int TF_Answer() { return 42; }\n'),
      'tensorflow/libtensorflow_framework.so.2': library(
        'libtensorflow_framework.so.2',
        'int TF_Framework() { return 1; }\n',
      ),
      'tensorflow/include/tensorflow/c.h': 'int TF_Answer();\n',
      'tensorflow/python/weights.py': noise,
      [`tensorflow_cpu-${TENSORFLOW_VERSION}.dist-info/LICENSE`]: 'Apache',
    });
  });
  beforeEach(async () => {
    registries = await openRegistries();
    const folder = mkdtempSync(path.join(home, 'user-'));
    Object.assign(process.env, {
      npm_config_registry: `${registries.address}/npm/`,
      npm_config_cache: path.join(folder, 'npm'),
      npm_config_fetch_retries: '0',
    });
    context = {
      enginesFolder: path.join(folder, 'engines'),
      proxy: null,
      signal: new AbortController().signal,
      onProgress: () => undefined,
      onStage: () => undefined,
    };
  });
  afterEach(() => {
    registries.close();
    restore('npm_config_registry', before.registry);
    restore('npm_config_cache', before.cache);
    restore('npm_config_fetch_retries', before.retries);
    restore('CXX', before.compiler);
  });
  afterAll(() => rmSync(home, { recursive: true, force: true }));

  const install = (): Promise<string> => tfjsInstaller(cpu, `${registries.address}/simple/`).install(context);
  const left = (): string[] => readdirSync(context.enginesFolder);

  test('explains what is downloaded, how large it is and where it goes, without downloading it', async () => {
    const lines = await tfjsInstaller(cpu, `${registries.address}/simple/`).explain(context);
    const text = lines.map((line) => line.text).join('\n');
    expect(text).toContain(`@tensorflow/tfjs-node ${TFJS_VERSION}`);
    expect(text).toContain(`${new URL(registries.address).host}: ${(wheel.length / 1e6).toFixed(0)} MB`);
    expect(text).toContain(tfjsFolder(context.enginesFolder, cpu));
    expect(registries.asked).toEqual(['/simple/tensorflow-cpu/']);
  });

  test('compiles the binding against its libraries, runs no package scripts, and leaves nothing else', async () => {
    const folder = await install();
    expect(await usableVariant(context.enginesFolder)).toBe(cpu);
    expect(left()).toEqual([path.basename(folder)]);
    expect(readdirSync(folder, { recursive: true }).filter((file) => String(file).includes('ran-a-script'))).toEqual(
      [],
    );
    expect(readdirSync(path.join(folder, 'python', 'tensorflow')).sort()).toEqual([
      'libtensorflow_cc.so.2',
      'libtensorflow_framework.so.2',
    ]);
    const linked = execFileSync('ldd', [path.join(folder, bindingFile(cpu))], { encoding: 'utf8' });
    expect(linked).toMatch(/libtensorflow_cc\.so\.2 => .*\/python\/tensorflow\/libtensorflow_cc\.so\.2/);
  });

  test('resumes after a lost connection', async () => {
    registries.cutAfter = 150_000;
    await install();
    expect(registries.asked.filter((url) => url.startsWith('/files/'))).toEqual([
      `/files/${wheelName}`,
      `/files/${wheelName} bytes=150000-`,
    ]);
  });

  test('rejects a TensorFlow that is not the published one', async () => {
    registries.wheelHash = digest('sha256', Buffer.from('another'), 'hex');
    await expect(install()).rejects.toMatchObject({ kind: 'mismatch' });
    expect(left()).toEqual([]);
  });

  test('rejects an npm package that is not the published one', async () => {
    registries.tarballHash = digest('sha512', Buffer.from('another'), 'base64');
    await expect(install()).rejects.toMatchObject({
      code: 'engine.npmChecksum',
    });
    expect(left()).toEqual([]);
  });

  test('without a compiler it fails before anything is downloaded, and names the package to install', async () => {
    process.env.CXX = 'no-such-compiler';
    await expect(install()).rejects.toMatchObject({
      code: 'engine.compilerMissing',
      message: expect.stringContaining('sudo apt-get install g++') as string,
    });
    expect(registries.asked).toEqual([]);
  });

  test('a binding that does not compile is reported, and its download is not repeated', async () => {
    process.env.CXX = path.join(home, 'half-a-compiler');
    writeFileSync(process.env.CXX, '#!/bin/sh\n[ "$1" = --version ] || { echo no C++17 >&2; exit 1; }\n', {
      mode: 0o755,
    });
    await expect(install()).rejects.toMatchObject({
      code: 'engine.compileFailed',
      detail: expect.stringContaining('no C++17') as string,
    });
    expect(left()).toEqual([wheelName]);
    restore('CXX', before.compiler);
    await install();
    expect(registries.asked.filter((url) => url.startsWith('/files/')).length).toBe(1);
    expect(existsSync(path.join(context.enginesFolder, wheelName))).toBe(false);
  });
});

test('package.json names the package for graphics cards in this version, and npm does not install it', () => {
  const read = <T>(name: string): T =>
    JSON.parse(readFileSync(path.join(import.meta.dirname, '../../../..', name), 'utf8')) as T;
  const name = `@tensorflow/${tfjsVariants.gpu.package}`;
  const { peerDependencies, peerDependenciesMeta } = read<{
    peerDependencies: Record<string, string>;
    peerDependenciesMeta: Record<string, { optional?: boolean }>;
  }>('package.json');
  expect(peerDependencies).toEqual({ [name]: TFJS_VERSION });
  expect(peerDependenciesMeta[name]).toEqual({ optional: true });
  const { packages } = read<{ packages: Record<string, { peerDependencies?: Record<string, string> }> }>(
    'package-lock.json',
  );
  expect(packages['']?.peerDependencies).toEqual(peerDependencies);
  expect(Object.keys(packages)).not.toContain(`node_modules/${name}`);
});
