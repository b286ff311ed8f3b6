import { existsSync } from 'node:fs';
import { copyFile, mkdir, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { Problem } from '../../../shared/problem.ts';
import { CUDA_FOLDER, ORT_VERSION } from '../../pipeline/engine/onnx/requirements.ts';
import { writeFileAtomic } from '../../pipeline/storage/atomicFile.ts';
import { download } from '../weights/download.ts';
import { get } from '../weights/request.ts';
import type { InstallSurroundings, Installer } from './installers.ts';
import { requireRoom } from './room.ts';
import { unzip } from './unzip.ts';

/** NuGet's API (learn.microsoft.com/nuget/api): the package that onnxruntime-node's own install script takes its CUDA files from (script/install-metadata.js). */
const NUGET = 'https://api.nuget.org';
const PACKAGE = 'microsoft.ml.onnxruntime.gpu.linux';
const FOLDER_IN_PACKAGE = 'runtimes/linux-x64/native/';
const FILES = ['libonnxruntime_providers_cuda.so', 'libonnxruntime_providers_shared.so'];
/** Unpacked beside the package: the package's own size again, and more. */
const UNPACKED_FACTOR = 3;

const leafSchema = z.object({ catalogEntry: z.url() });
const catalogSchema = z.object({
  packageHash: z.string(),
  packageHashAlgorithm: z.literal('SHA512'),
  packageSize: z.int(),
});

interface Published {
  readonly url: string;
  readonly sha512: string;
  readonly bytes: number;
}

/** onnxruntime's CUDA provider in the user's own folder, with a copy of the very onnxruntime that npm installed beside it. */
export function cudaInstaller(source: string = NUGET): Installer {
  return {
    name: 'cuda',
    explain: async (around) => {
      const { url, bytes } = await published(source, around);
      return [
        `onnxruntime's CUDA provider ${ORT_VERSION} for Linux x64, by Microsoft (MIT licence).`,
        `From     ${url}`,
        `Size     ${(bytes / 1e6).toFixed(0)} MB to download; checked against the SHA-512 that NuGet publishes.`,
        `Into     ${path.join(around.enginesFolder, CUDA_FOLDER)}  (deleting this folder removes it)`,
        'Needs    an NVIDIA driver, CUDA 12 and cuDNN 9, which are not part of it: `destila doctor` says which are missing.',
      ].join('\n');
    },
    install: async (around) => {
      if (`${process.platform}-${process.arch}` !== 'linux-x64')
        throw new Problem('engine', 'The CUDA provider exists for Linux x64 only; onnx-webgpu uses any graphics card.');
      const { url, sha512, bytes } = await published(source, around);
      await mkdir(around.enginesFolder, { recursive: true });
      await requireRoom(around.enginesFolder, bytes * UNPACKED_FACTOR);
      const archive = path.join(around.enginesFolder, `${CUDA_FOLDER}.nupkg`);
      await download({
        url,
        target: archive,
        checksum: { algorithm: 'sha512', hex: sha512 },
        proxy: around.proxy,
        signal: around.signal,
        byHand: null,
        onProgress: around.onProgress,
      });
      const folder = path.join(around.enginesFolder, CUDA_FOLDER),
        aside = `${folder}.new`;
      await rm(aside, { recursive: true, force: true });
      await unpack(archive, aside);
      await copyFile(ownRuntime(), path.join(aside, 'libonnxruntime.so.1'));
      await writeFileAtomic(
        path.join(aside, 'installed.json'),
        `${JSON.stringify({ version: ORT_VERSION, source: url, sha512, at: new Date().toISOString() }, null, 1)}\n`,
      );
      await rm(folder, { recursive: true, force: true });
      await rename(aside, folder);
      await rm(archive, { force: true });
      return folder;
    },
  };
}

/** Where the package lies and its checksum, as the registry's catalogue says. */
async function published(source: string, { proxy, signal }: InstallSurroundings): Promise<Published> {
  const json = async (address: string): Promise<unknown> => {
    const { response } = await get({ url: new URL(address), headers: {}, proxy, signal, byHand: null });
    const body = await text(response);
    if (response.statusCode !== 200)
      throw new Problem('file', `${new URL(address).host} does not know this version (${response.statusCode}).`);
    return JSON.parse(body);
  };
  const { catalogEntry } = leafSchema.parse(
    await json(`${source}/v3/registration5-semver1/${PACKAGE}/${ORT_VERSION}.json`),
  );
  const { packageHash, packageSize } = catalogSchema.parse(await json(catalogEntry));
  return {
    url: `${source}/v3-flatcontainer/${PACKAGE}/${ORT_VERSION}/${PACKAGE}.${ORT_VERSION}.nupkg`,
    sha512: Buffer.from(packageHash, 'base64').toString('hex'),
    bytes: packageSize,
  };
}

/** The library that npm installed: the provider fits exactly this build. */
const ownRuntime = (): string =>
  path.join(
    path.dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json')),
    'bin',
    'napi-v6',
    'linux',
    'x64',
    'libonnxruntime.so.1',
  );

async function unpack(archive: string, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await unzip(archive, folder, (name) => FILES.find((file) => name === `${FOLDER_IN_PACKAGE}${file}`) ?? null);
  const missing = FILES.filter((file) => !existsSync(path.join(folder, file)));
  if (missing.length > 0)
    throw new Problem(
      'file',
      `The package does not hold ${missing.join(' and ')}: it is laid out in another way than expected.`,
    );
}
