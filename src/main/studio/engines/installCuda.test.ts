import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { ZipFile } from 'yazl';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CUDA_FOLDER, cudaEnvironment, ORT_VERSION } from '../../pipeline/engine/onnx/requirements.ts';
import { cudaInstaller } from './installCuda.ts';
import type { InstallContext } from './installer.ts';

/** A local registry that speaks NuGet's protocol. */
interface Registry {
  readonly address: string;
  readonly asked: string[];
  hash: string;
  cutAfter: number | null;
  archive: Buffer;
  close(): void;
}

const NATIVE = 'runtimes/linux-x64/native';
const noise = Buffer.from(Array.from({ length: 200_000 }, (_, i) => ((i * 2654435761) >>> 13) & 255));

async function archiveOf(files: readonly string[]): Promise<Buffer> {
  const zip = new ZipFile();
  for (const file of files) zip.addBuffer(noise, file, { compress: false });
  zip.end();
  return buffer(zip.outputStream);
}

async function openRegistry(archive: Buffer): Promise<Registry> {
  const registry = {
    address: '',
    asked: [] as string[],
    hash: createHash('sha512').update(archive).digest('base64'),
    cutAfter: null as number | null,
    archive,
    close: () => void server.close(),
  };
  const server = http.createServer((request, response) => {
    registry.asked.push(`${request.url}${request.headers.range ? ` ${request.headers.range}` : ''}`);
    if (request.url!.includes('/registration5-semver1/'))
      return void response.end(JSON.stringify({ catalogEntry: `${registry.address}/catalog.json` }));
    if (request.url === '/catalog.json')
      return void response.end(
        JSON.stringify({
          packageHash: registry.hash,
          packageHashAlgorithm: 'SHA512',
          packageSize: registry.archive.length,
        }),
      );
    const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
    const rest = registry.archive.subarray(from);
    response.writeHead(from === 0 ? 200 : 206, {
      etag: '"one"',
      'content-length': rest.length,
      ...(from > 0 && { 'content-range': `bytes ${from}-${registry.archive.length - 1}/${registry.archive.length}` }),
    });
    if (registry.cutAfter === null) return void response.end(rest);
    response.write(rest.subarray(0, registry.cutAfter), () => response.destroy());
    registry.cutAfter = null;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  registry.address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return registry;
}

describe.runIf(process.platform === 'linux' && process.arch === 'x64')('engine install cuda', () => {
  let registry: Registry, context: InstallContext;
  beforeEach(async () => {
    registry = await openRegistry(
      await archiveOf([
        'README.md',
        `${NATIVE}/libonnxruntime_providers_cuda.so`,
        `${NATIVE}/libonnxruntime_providers_shared.so`,
      ]),
    );
    context = {
      enginesFolder: mkdtempSync(path.join(tmpdir(), 'destila-engines-')),
      proxy: null,
      signal: new AbortController().signal,
      onProgress: () => undefined,
      onStage: () => undefined,
    };
  });
  afterEach(() => {
    registry.close();
    rmSync(context.enginesFolder, { recursive: true, force: true });
  });

  test('explains what is downloaded, from where, how large it is and where it goes, without downloading it', async () => {
    const lines = await cudaInstaller(registry.address).explain(context);
    const text = lines.map((line) => line.text).join('\n');
    expect(text).toContain(`${registry.address}/v3-flatcontainer/microsoft.ml.onnxruntime.gpu.linux/${ORT_VERSION}/`);
    expect(text).toContain(`${(registry.archive.length / 1e6).toFixed(0)} MB`);
    expect(text).toContain(path.join(context.enginesFolder, CUDA_FOLDER));
    expect(registry.asked.some((url) => url.includes('flatcontainer'))).toBe(false);
  });

  test('puts the provider next to its runtime and leaves nothing else', async () => {
    const folder = await cudaInstaller(registry.address).install(context);
    expect(readdirSync(folder).sort()).toEqual([
      'installed.json',
      'libonnxruntime.so.1',
      'libonnxruntime_providers_cuda.so',
      'libonnxruntime_providers_shared.so',
    ]);
    expect(readFileSync(path.join(folder, 'libonnxruntime_providers_cuda.so')).equals(noise)).toBe(true);
    expect(readdirSync(context.enginesFolder)).toEqual([CUDA_FOLDER]);
    expect(cudaEnvironment(context.enginesFolder).LD_LIBRARY_PATH!.split(':')[0]).toBe(folder);
  });

  test('resumes after a lost connection', async () => {
    registry.cutAfter = 150_000;
    await cudaInstaller(registry.address).install(context);
    expect(registry.asked.filter((url) => url.includes('bytes=')).length).toBe(1);
  });

  test('rejects a file that is not the published package', async () => {
    registry.hash = createHash('sha512').update('another').digest('base64');
    await expect(cudaInstaller(registry.address).install(context)).rejects.toMatchObject({ kind: 'mismatch' });
    expect(existsSync(path.join(context.enginesFolder, CUDA_FOLDER))).toBe(false);
  });

  test('rejects a package with another layout', async () => {
    registry.archive = await archiveOf(['lib/other.so']);
    registry.hash = createHash('sha512').update(registry.archive).digest('base64');
    await expect(cudaInstaller(registry.address).install(context)).rejects.toMatchObject({
      code: 'file.packageLayout',
    });
    expect(existsSync(path.join(context.enginesFolder, CUDA_FOLDER))).toBe(false);
  });

  test('has the version that npm installs', () => {
    const { dependencies } = JSON.parse(
      readFileSync(path.join(import.meta.dirname, '../../../../package.json'), 'utf8'),
    ) as { dependencies: Record<string, string> };
    expect(ORT_VERSION).toBe(dependencies['onnxruntime-node']);
  });
});
