import { existsSync } from 'node:fs';
import { copyFile, mkdir, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { message } from '../../../shared/message.ts';
import { Problem } from '../../../shared/problem.ts';
import { CUDA_FOLDER, ORT_VERSION } from '../../pipeline/engine/onnx/requirements.ts';
import { writeFileAtomic } from '../../pipeline/storage/atomicFile.ts';
import { download } from '../weights/download.ts';
import { get } from '../weights/request.ts';
import type { InstallContext, Installer } from './installer.ts';
import { requireSpace } from './diskSpace.ts';
import { unzip } from './unzip.ts';

/**
 * NuGet's API (learn.microsoft.com/nuget/api). onnxruntime-node's own install script takes its CUDA files from the same
 * package (script/install-metadata.js).
 */
const NUGET = 'https://api.nuget.org';
const PACKAGE = 'microsoft.ml.onnxruntime.gpu.linux';
const FOLDER_IN_PACKAGE = 'runtimes/linux-x64/native/';
const FILES = ['libonnxruntime_providers_cuda.so', 'libonnxruntime_providers_shared.so'];
/** Disk space needed, relative to the size of the package: the package itself and its unpacked files. */
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

/** Installs onnxruntime's CUDA provider into the user's engines folder, next to a copy of the onnxruntime from npm. */
export function cudaInstaller(source: string = NUGET): Installer {
  return {
    name: 'cuda',
    explain: async (context) => {
      const { url, bytes } = await published(source, context);
      return [
        message('engineInstall.cudaProvider', { version: ORT_VERSION }),
        message('engineInstall.from', { url }),
        message('engineInstall.size', { megabytes: bytes / 1e6 }),
        message('engineInstall.into', { folder: path.join(context.enginesFolder, CUDA_FOLDER) }),
        message('engineInstall.cudaNeeds'),
      ];
    },
    install: async (context) => {
      if (`${process.platform}-${process.arch}` !== 'linux-x64') throw new Problem('engine.cudaLinuxOnly');
      const { url, sha512, bytes } = await published(source, context);
      await mkdir(context.enginesFolder, { recursive: true });
      await requireSpace(context.enginesFolder, bytes * UNPACKED_FACTOR);
      const archive = path.join(context.enginesFolder, `${CUDA_FOLDER}.nupkg`);
      await download({
        url,
        target: archive,
        checksum: { algorithm: 'sha512', hex: sha512 },
        proxy: context.proxy,
        signal: context.signal,
        canGetByHand: false,
        onProgress: context.onProgress,
      });
      const folder = path.join(context.enginesFolder, CUDA_FOLDER),
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

/** Address, checksum and size of the package, from the registry's catalog. */
async function published(source: string, { proxy, signal }: InstallContext): Promise<Published> {
  const json = async (address: string): Promise<unknown> => {
    const { response } = await get({ url: new URL(address), headers: {}, proxy, signal, canGetByHand: false });
    const body = await text(response);
    if (response.statusCode !== 200)
      throw new Problem('file.versionNotOffered', {
        host: new URL(address).host,
        status: String(response.statusCode),
      });
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

/** The library that npm installed. The provider only works with exactly this build. */
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
  if (missing.length > 0) throw new Problem('file.packageLayout', { files: missing });
}
