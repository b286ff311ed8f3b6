import { createHash } from 'node:crypto';
import { closeSync, createReadStream, openSync, writeFileSync, writeSync } from 'node:fs';
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { Problem } from '../../../shared/problem.ts';
import type { Answered } from './request.ts';
import { get } from './request.ts';

export interface DownloadRequest {
  readonly url: string;
  /** Absolute path of the finished file; `<target>.part` beside it holds what has come so far. */
  readonly target: string;
  readonly checksum: { readonly algorithm: 'sha256' | 'sha512' | 'md5'; readonly hex: string } | null;
  /** See request.ts. */
  readonly proxy: string | null;
  readonly signal: AbortSignal;
  /** What helps where the download does not work; null where nothing does. */
  readonly byHand: string | null;
  /** Bytes so far and of the whole file; null where the server does not say. */
  onProgress(done: number, total: number | null): void;
}

/** Goes on by itself after so many cuts in which something came. */
const MOST_CUTS = 5;

/**
 * Downloads a file so that it is whole or not there. What a cut, a kill or a cancellation leaves is gone on from, as long as the
 * server has the same file (its ETag); the checksum is taken over the whole file. Throws a Problem in words; nothing wrong is kept.
 */
export async function download(request: DownloadRequest): Promise<void> {
  const part = `${request.target}.part`;
  await mkdir(path.dirname(request.target), { recursive: true });
  let stated: string | null = null;
  for (let cuts = 0; ; cuts++) {
    const before = await sizeOf(part);
    const { complete, statedSha256 } = await fetchRest(request, part);
    stated = statedSha256 ?? stated;
    if (complete) break;
    const now = await sizeOf(part);
    if (cuts >= MOST_CUTS || now <= before)
      throw new Problem(
        'file',
        `The connection was cut after ${megabytes(now)} MB. What came is kept: try again and it goes on from there.`,
      );
  }
  await requireChecksum(part, request.checksum ?? (stated === null ? null : { algorithm: 'sha256', hex: stated }));
  const handle = await open(part, 'r+');
  await handle.sync().finally(() => handle.close());
  await rename(part, request.target);
  await rm(noteOf(part), { force: true });
}

/** What the part belongs to: another file of the same address must not be glued to it. */
const noteSchema = z.object({ url: z.string(), etag: z.string().nullable() });
const noteOf = (part: string): string => `${part}.json`;
const sizeOf = (file: string): Promise<number> =>
  stat(file).then(
    ({ size }) => size,
    () => 0,
  );
const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);

async function fetchRest(
  { url, proxy, signal, byHand, onProgress }: DownloadRequest,
  part: string,
): Promise<{ complete: boolean; statedSha256: string | null }> {
  const note = await readFile(noteOf(part), 'utf8').then(
    (text) => noteSchema.parse(JSON.parse(text)),
    () => null,
  );
  const have = note?.url === url && note.etag !== null ? await sizeOf(part) : 0;
  const range: Record<string, string> = have === 0 ? {} : { range: `bytes=${have}-`, 'if-range': note!.etag! };
  const { response, statedSha256 } = await get({ url: new URL(url), headers: range, proxy, signal, byHand });
  const from = startOf(response, have, url, byHand);
  // Nothing is awaited before the answer is listened to: what a connection brings and how it ends would be missed.
  if (from === 0) writeFileSync(noteOf(part), JSON.stringify({ url, etag: response.headers.etag ?? null }));
  const length = Number(response.headers['content-length'] ?? NaN);
  const total = Number.isFinite(length) ? from + length : null;
  const complete = await append({ response, statedSha256 }, part, from, (done) => onProgress(done, total), signal);
  return { complete: complete && (total === null || (await sizeOf(part)) === total), statedSha256 };
}

/** Byte at which the answer begins. */
function startOf(response: IncomingMessage, have: number, url: string, byHand: string | null): number {
  const { statusCode } = response;
  if (statusCode === 200) return 0;
  if (statusCode === 206 && response.headers['content-range']?.startsWith(`bytes ${have}-`)) return have;
  response.destroy();
  if (statusCode === 404 || statusCode === 410)
    throw new Problem('file', `${new URL(url).host} no longer has this file.${byHand === null ? '' : ` ${byHand}`}`);
  if (statusCode === 407)
    throw new Problem(
      'config',
      'The proxy wants a name and a password: put them into its address in Settings (http://name:password@host:port).',
    );
  throw new Problem(
    'file',
    `${new URL(url).host} answered with ${statusCode}. Try again later.${byHand === null ? '' : ` ${byHand}`}`,
  );
}

/**
 * False: the connection was cut. A full disk and a cancellation are thrown. Each piece is written as it comes, before the next event:
 * what waits in a stream's buffer is lost with the connection.
 */
function append(
  { response }: Answered,
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
      if (signal.aborted) reject(new Problem('cancelled', 'The download was stopped. What came is kept.'));
      else if (CUTS.has(error.code ?? '')) resolve(false);
      else reject(error);
    });
  }).finally(() => closeSync(file));
}

const CUTS = new Set(['ECONNRESET', 'ETIMEDOUT', 'EPIPE']);

async function requireChecksum(part: string, checksum: DownloadRequest['checksum']): Promise<void> {
  if (checksum === null) return;
  const hash = createHash(checksum.algorithm);
  await pipeline(createReadStream(part), hash);
  if (hash.digest('hex') === checksum.hex) return;
  await rm(part, { force: true });
  await rm(noteOf(part), { force: true });
  throw new Problem(
    'mismatch',
    `What was downloaded is not the published file: its ${checksum.algorithm} is another. It was deleted. Try again; if it happens twice, something on the way (a proxy, a portal page) changes downloads.`,
  );
}
