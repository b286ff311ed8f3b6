import { access, rm } from 'node:fs/promises';
import path from 'node:path';
import { Problem } from '../../../shared/problem.ts';
import { download } from '../weights/download.ts';
import type { PythonPackage } from '../weights/packageIndex.ts';
import { filesOfPackage } from '../weights/packageIndex.ts';
import type { InstallContext } from './installer.ts';
import { unzip } from './unzip.ts';

/** A wheel is a zip, so Python is not needed to unpack one. */
export interface Wheel {
  readonly file: string;
  readonly url: string;
  readonly sha256: string;
  readonly bytes: number;
}

/** The build for Linux x64. Of the builds per Python version it takes 3.11, because all have the same libraries. */
const isWanted = (file: string, { name, version }: PythonPackage): boolean => {
  const [distribution, release, python, , platform] = file.replace(/\.whl$/, '').split('-');
  return (
    file.endsWith('.whl') &&
    distribution === name.replaceAll('-', '_') &&
    release === version &&
    (python === 'cp311' || python === 'py3') &&
    /manylinux.*x86_64/.test(platform ?? '')
  );
};

/** Throws a Problem if the index does not respond, does not know the package, or publishes no checksum for it. */
export async function findWheel(
  index: string,
  wanted: PythonPackage,
  { proxy, signal }: InstallContext,
): Promise<Wheel> {
  const files = await filesOfPackage(index, wanted.name, { proxy, signal });
  const found = files.find(({ file }) => isWanted(file, wanted));
  if (found?.sha256 == null || found.bytes === null)
    throw new Problem('file.packageWithoutChecksum', {
      host: new URL(index).host,
      name: wanted.name,
      version: wanted.version,
    });
  return { file: found.file, url: found.url, sha256: found.sha256, bytes: found.bytes };
}

export const bytesOf = (wheels: readonly Wheel[]): number => wheels.reduce((sum, { bytes }) => sum + bytes, 0);

/** Downloads wheels into `folder` and returns their paths. Keeps complete ones and resumes partial ones. */
export async function downloadWheels(
  wheels: readonly Wheel[],
  folder: string,
  context: InstallContext,
): Promise<string[]> {
  const files: string[] = [];
  let before = 0;
  for (const { file, url, sha256, bytes } of wheels) {
    const target = path.join(folder, file);
    const done = before;
    // A file has this name only after its checksum was verified.
    const whole = await access(target).then(
      () => true,
      () => false,
    );
    if (!whole)
      await download({
        url,
        target,
        checksum: { algorithm: 'sha256', hex: sha256 },
        proxy: context.proxy,
        signal: context.signal,
        canGetByHand: false,
        onProgress: (now) => context.onProgress(done + now, bytesOf(wheels)),
      });
    files.push(target);
    before += bytes;
  }
  return files;
}

/** Libraries, the headers that the binding is compiled with, and licenses, but no Python code. */
const isNeeded = (name: string): boolean =>
  /^tensorflow\/(lib[^/]*\.so[^/]*$|include\/|THIRD_PARTY)|^nvidia\/[^/]+\/(lib|bin|nvvm)\/|\.dist-info\/.*(LICENSE|License)/.test(
    name,
  );

export async function unpackWheels(files: readonly string[], folder: string): Promise<void> {
  for (const file of files) await unzip(file, folder, (name) => (isNeeded(name) ? name : null));
}

export async function removeWheels(files: readonly string[]): Promise<void> {
  for (const file of files) await rm(file, { force: true });
}
