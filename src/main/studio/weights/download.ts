import { createHash } from 'node:crypto';
import { closeSync, createReadStream, openSync, writeFileSync, writeSync } from 'node:fs';
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { Problem } from '../../../shared/problem.ts';
import type { Answer } from './request.ts';
import { get } from './request.ts';

/** 'sha256Prefix' has the first digits of the SHA-256. */
interface Checksum {
  readonly algorithm: 'sha256' | 'sha256Prefix' | 'sha512' | 'md5';
  readonly hex: string;
}

export interface DownloadRequest {
  readonly url: string;
  /** Absolute path of the finished file. Until it is complete, `<target>.part` has the bytes received so far. */
  readonly target: string;
  readonly checksum: Checksum | null;
  /** See request.ts. */
  readonly proxy: string | null;
  readonly signal: AbortSignal;
  /** Whether a person can also download the file and put it into the weights folder; problems then say so. */
  readonly canGetByHand: boolean;
  /** Bytes so far and in total; the total is null if the server does not send it. */
  onProgress(done: number, total: number | null): void;
}

/** Lost connections after which it still resumes automatically, as long as each one received something. */
const MOST_INTERRUPTIONS = 5;

/**
 * Downloads a file so that it is either complete or absent. Resumes partial downloads after a dropped connection, crash
 * or cancel, as long as the server still has the same file (by its ETag). The checksum covers the whole file. Throws a
 * Problem, and keeps no file with a wrong checksum.
 */
export async function download(request: DownloadRequest): Promise<void> {
  const part = `${request.target}.part`;
  await mkdir(path.dirname(request.target), { recursive: true });
  let stated: string | null = null;
  for (let interruptions = 0; ; interruptions++) {
    const before = await sizeOf(part);
    const { complete, statedSha256 } = await fetchRest(request, part);
    stated = statedSha256 ?? stated;
    if (complete) break;
    const now = await sizeOf(part);
    if (interruptions >= MOST_INTERRUPTIONS || now <= before)
      throw new Problem('file.downloadInterrupted', { megabytes: now / 1e6 });
  }
  await requireChecksum(part, request.checksum ?? (stated === null ? null : { algorithm: 'sha256', hex: stated }));
  const handle = await open(part, 'r+');
  await handle.sync().finally(() => handle.close());
  await rename(part, request.target);
  await rm(noteOf(part), { force: true });
}

/** Which file a part belongs to, so that another file from the same address is not appended to it. */
const noteSchema = z.object({ url: z.string(), etag: z.string().nullable() });
const noteOf = (part: string): string => `${part}.json`;
const sizeOf = (file: string): Promise<number> =>
  stat(file).then(
    ({ size }) => size,
    () => 0,
  );

async function fetchRest(
  { url, proxy, signal, canGetByHand, onProgress }: DownloadRequest,
  part: string,
): Promise<{ complete: boolean; statedSha256: string | null }> {
  const note = await readFile(noteOf(part), 'utf8').then(
    (text) => noteSchema.parse(JSON.parse(text)),
    () => null,
  );
  const have = note?.url === url && note.etag !== null ? await sizeOf(part) : 0;
  const range: Record<string, string> = have === 0 ? {} : { range: `bytes=${have}-`, 'if-range': note!.etag! };
  const { response, statedSha256 } = await get({ url: new URL(url), headers: range, proxy, signal, canGetByHand });
  const from = startOf(response, have, url, canGetByHand);
  // Nothing may be awaited before `append` listens to the response, or else data and its end would be missed.
  if (from === 0) writeFileSync(noteOf(part), JSON.stringify({ url, etag: response.headers.etag ?? null }));
  const length = Number(response.headers['content-length'] ?? NaN);
  const total = Number.isFinite(length) ? from + length : null;
  const complete = await append({ response, statedSha256 }, part, from, (done) => onProgress(done, total), signal);
  return { complete: complete && (total === null || (await sizeOf(part)) === total), statedSha256 };
}

/** The offset at which the response begins. */
function startOf(response: IncomingMessage, have: number, url: string, canGetByHand: boolean): number {
  const { statusCode } = response;
  if (statusCode === 200) return 0;
  if (statusCode === 206 && response.headers['content-range']?.startsWith(`bytes ${have}-`)) return have;
  response.destroy();
  const { host } = new URL(url);
  if (statusCode === 404 || statusCode === 410)
    throw new Problem(canGetByHand ? 'file.downloadGoneByHand' : 'file.downloadGone', { host });
  if (statusCode === 407) throw new Problem('config.proxyCredentials');
  throw new Problem(canGetByHand ? 'file.hostErrorByHand' : 'file.hostError', { host, status: String(statusCode) });
}

/**
 * Resolves to false if the connection was lost; throws on a full disk and on cancellation. Each chunk is written when
 * it arrives, because a stream's buffer would be lost with the connection.
 */
function append(
  { response }: Answer,
  part: string,
  from: number,
  onDone: (done: number) => void,
  signal: AbortSignal,
): Promise<boolean> {
  const file = openSync(part, from === 0 ? 'w' : 'r+');
  let done = from;
  return new Promise<boolean>((resolve, reject) => {
    response.on('data', (chunk: Buffer) => {
      try {
        done += writeSync(file, chunk, 0, chunk.length, done);
        onDone(done);
      } catch (error) {
        response.destroy(error as Error);
      }
    });
    response.on('end', () => resolve(true));
    response.on('error', (error: NodeJS.ErrnoException) => {
      if (signal.aborted) reject(new Problem('cancelled.download'));
      else if (INTERRUPTIONS.has(error.code ?? '')) resolve(false);
      else reject(error);
    });
  }).finally(() => closeSync(file));
}

const INTERRUPTIONS = new Set(['ECONNRESET', 'ETIMEDOUT', 'EPIPE']);

async function requireChecksum(part: string, checksum: DownloadRequest['checksum']): Promise<void> {
  if (checksum === null) return;
  const algorithm = checksum.algorithm === 'sha256Prefix' ? 'sha256' : checksum.algorithm;
  const hash = createHash(algorithm);
  await pipeline(createReadStream(part), hash);
  const digits = hash.digest('hex');
  if (checksum.algorithm === 'sha256Prefix' ? digits.startsWith(checksum.hex) : digits === checksum.hex) return;
  await rm(part, { force: true });
  await rm(noteOf(part), { force: true });
  throw new Problem('mismatch.downloadChecksum', { algorithm });
}
