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
import type { InstallSurroundings } from './installers.ts';

/** A registry that speaks NuGet's protocol, on this machine. */
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
  let registry: Registry, around: InstallSurroundings;
  beforeEach(async () => {
    registry = await openRegistry(
      await archiveOf([
        'README.md',
        `${NATIVE}/libonnxruntime_providers_cuda.so`,
        `${NATIVE}/libonnxruntime_providers_shared.so`,
      ]),
    );
    around = {
      enginesFolder: mkdtempSync(path.join(tmpdir(), 'destila-engines-')),
      proxy: null,
      signal: new AbortController().signal,
      onProgress: () => undefined,
      onStage: () => undefined,
    };
  });
  afterEach(() => {
    registry.close();
    rmSync(around.enginesFolder, { recursive: true, force: true });
  });

  test('says what is fetched, from where, how large and whereto, and fetches nothing by it', async () => {
    const text = await cudaInstaller(registry.address).explain(around);
    expect(text).toContain(`${registry.address}/v3-flatcontainer/microsoft.ml.onnxruntime.gpu.linux/${ORT_VERSION}/`);
    expect(text).toContain(`${(registry.archive.length / 1e6).toFixed(0)} MB`);
    expect(text).toContain(path.join(around.enginesFolder, CUDA_FOLDER));
    expect(registry.asked.some((url) => url.includes('flatcontainer'))).toBe(false);
  });

  test('puts the provider beside the runtime it belongs to, and leaves nothing else', async () => {
    const folder = await cudaInstaller(registry.address).install(around);
    expect(readdirSync(folder).sort()).toEqual([
      'installed.json',
      'libonnxruntime.so.1',
      'libonnxruntime_providers_cuda.so',
      'libonnxruntime_providers_shared.so',
    ]);
    expect(readFileSync(path.join(folder, 'libonnxruntime_providers_cuda.so')).equals(noise)).toBe(true);
    expect(readdirSync(around.enginesFolder)).toEqual([CUDA_FOLDER]);
    expect(cudaEnvironment(around.enginesFolder).LD_LIBRARY_PATH!.split(':')[0]).toBe(folder);
  });

  test('goes on after a cut where it was', async () => {
    registry.cutAfter = 150_000;
    await cudaInstaller(registry.address).install(around);
    expect(registry.asked.filter((url) => url.includes('bytes=')).length).toBe(1);
  });

  test('refuses what is not the published package', async () => {
    registry.hash = createHash('sha512').update('another').digest('base64');
    await expect(cudaInstaller(registry.address).install(around)).rejects.toMatchObject({ kind: 'mismatch' });
    expect(existsSync(path.join(around.enginesFolder, CUDA_FOLDER))).toBe(false);
  });

  test('refuses a package that is laid out in another way', async () => {
    registry.archive = await archiveOf(['lib/other.so']);
    registry.hash = createHash('sha512').update(registry.archive).digest('base64');
    await expect(cudaInstaller(registry.address).install(around)).rejects.toMatchObject({
      message: expect.stringContaining('does not hold') as string,
    });
    expect(existsSync(path.join(around.enginesFolder, CUDA_FOLDER))).toBe(false);
  });

  test('is of the version that npm installs', () => {
    const { dependencies } = JSON.parse(
      readFileSync(path.join(import.meta.dirname, '../../../../package.json'), 'utf8'),
    ) as { dependencies: Record<string, string> };
    expect(ORT_VERSION).toBe(dependencies['onnxruntime-node']);
  });
});
