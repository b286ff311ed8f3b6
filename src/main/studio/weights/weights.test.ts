import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { architectures } from '../../../shared/architectures.ts';
import { randomStream } from '../../../shared/random.ts';
import type { CatalogEntry } from './catalog.ts';
import { entryNamed, readCatalog } from './catalog.ts';
import { download } from './download.ts';
import { openWeights } from './weights.ts';

const stream = randomStream(1, 'weights file');
const content = Buffer.from(Uint8Array.from({ length: 300_000 }, () => 256 * stream()));
const sum = (algorithm: string): string => createHash(algorithm).update(content).digest('hex');

interface Behavior {
  etag?: string;
  /** The connection drops after this many bytes of each response. */
  cutAfter?: number;
  body?: Buffer;
  status?: number;
  headers?: Record<string, string>;
}

let folder: string;
let server: Server;
let address: string;
let behavior: Behavior;
let asked: { url: string; range: string | undefined }[];

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'weights-'));
  behavior = {};
  asked = [];
  server = createServer((request, response) => answer(request, response));
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve());
  });
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Supports ranges and entity tags as file servers do, and fails in the way that `behavior` says. */
function answer(request: IncomingMessage, response: ServerResponse): void {
  asked.push({ url: request.url!, range: request.headers.range });
  const { etag = '"1"', cutAfter, body = content, status, headers = {} } = behavior;
  if (request.url === '/moved') return void response.writeHead(302, { location: '/file', ...headers }).end();
  if (status !== undefined) return void response.writeHead(status).end('no');
  const range = /^bytes=(\d+)-$/.exec(request.headers.range ?? '');
  const from = range !== null && request.headers['if-range'] === etag ? Number(range[1]) : 0;
  const rest = body.subarray(from);
  response.writeHead(from === 0 ? 200 : 206, {
    etag,
    'content-length': rest.length,
    ...(from > 0 && { 'content-range': `bytes ${from}-${body.length - 1}/${body.length}` }),
  });
  if (cutAfter === undefined || rest.length <= cutAfter) return void response.end(rest);
  response.write(rest.subarray(0, cutAfter), () => response.socket!.destroySoon());
}

const target = (): string => path.join(folder, 'model.safetensors');
const fetchIt = (options: Partial<Parameters<typeof download>[0]> = {}): Promise<void> =>
  download({
    url: `${address}/file`,
    target: target(),
    checksum: { algorithm: 'sha256', hex: sum('sha256') },
    proxy: null,
    signal: new AbortController().signal,
    canGetByHand: true,
    onProgress: () => undefined,
    ...options,
  });

describe('a download', () => {
  test('gives the published file and leaves nothing else', async () => {
    const seen: (readonly [number, number | null])[] = [];
    await fetchIt({ onProgress: (done, total) => seen.push([done, total]) });
    expect(readFileSync(target()).equals(content)).toBe(true);
    expect(seen.at(-1)).toEqual([content.length, content.length]);
    expect(existsSync(`${target()}.part`) || existsSync(`${target()}.part.json`)).toBe(false);
  });

  test('resumes after a lost connection', async () => {
    behavior.cutAfter = 90_000;
    await fetchIt();
    expect(readFileSync(target()).equals(content)).toBe(true);
    expect(asked.length).toBeGreaterThan(3);
    expect(asked.slice(1).every(({ range }) => range !== undefined)).toBe(true);
  });

  test('that loses its connection too often keeps what arrived for the next time', async () => {
    behavior.cutAfter = 20_000;
    await expect(fetchIt()).rejects.toMatchObject({ code: 'file.downloadInterrupted' });
    behavior = {};
    asked = [];
    await fetchIt();
    expect(Number(/\d+/.exec(asked[0]!.range!)![0])).toBeGreaterThan(20_000);
    expect(readFileSync(target()).equals(content)).toBe(true);
  });

  test('starts over when the server has replaced the file', async () => {
    behavior.cutAfter = 20_000;
    await expect(fetchIt()).rejects.toThrow();
    behavior = { etag: '"2"' };
    await fetchIt();
    expect(readFileSync(target()).equals(content)).toBe(true);
  });

  test('does not append to the part of another address', async () => {
    writeFileSync(`${target()}.part`, 'something else');
    writeFileSync(`${target()}.part.json`, JSON.stringify({ url: 'http://elsewhere/file', etag: '"1"' }));
    await fetchIt();
    expect(asked[0]!.range).toBeUndefined();
    expect(readFileSync(target()).equals(content)).toBe(true);
  });

  test('is checked against the first digits of its sha256', async () => {
    await fetchIt({ checksum: { algorithm: 'sha256Prefix', hex: sum('sha256').slice(0, 8) } });
    rmSync(target());
    const hex = sum('sha256').slice(1, 9);
    await expect(fetchIt({ checksum: { algorithm: 'sha256Prefix', hex } })).rejects.toMatchObject({
      code: 'mismatch.downloadChecksum',
      params: { algorithm: 'sha256' },
    });
  });

  test.each(['sha256', 'md5'] as const)('with a different %s is deleted and reported', async (algorithm) => {
    behavior.body = Buffer.from(content).fill(7, 1000, 1001);
    await expect(fetchIt({ checksum: { algorithm, hex: sum(algorithm) } })).rejects.toMatchObject({
      code: 'mismatch.downloadChecksum',
      params: { algorithm },
    });
    expect(existsSync(target()) || existsSync(`${target()}.part`)).toBe(false);
  });

  test('is checked against the sha256 that the server sends with a redirect', async () => {
    behavior.headers = { 'x-linked-etag': `"${sum('sha256')}"` };
    await fetchIt({ url: `${address}/moved`, checksum: null });
    rmSync(target());
    behavior.body = Buffer.from(content).fill(7, 1000, 1001);
    await expect(fetchIt({ url: `${address}/moved`, checksum: null })).rejects.toMatchObject({
      code: 'mismatch.downloadChecksum',
    });
  });

  test('that is gone explains how to get the file by hand', async () => {
    behavior.status = 404;
    await expect(fetchIt()).rejects.toMatchObject({ code: 'file.downloadGoneByHand' });
    behavior.status = 500;
    await expect(fetchIt()).rejects.toMatchObject({ code: 'file.hostErrorByHand', params: { status: '500' } });
  });

  test('without a connection suggests checking it and the proxy', async () => {
    await expect(fetchIt({ url: 'http://127.0.0.1:1/file' })).rejects.toMatchObject({
      code: 'file.hostUnreachableByHand',
    });
  });

  test('uses the proxy of the settings', async () => {
    // A proxy receives the whole address; this server acts as one.
    await fetchIt({ url: 'http://weights.example/file', proxy: address });
    expect(asked[0]!.url).toBe('http://weights.example/file');
    expect(readFileSync(target()).equals(content)).toBe(true);
  });

  test('that is stopped keeps its partial file', async () => {
    const abort = new AbortController();
    behavior.cutAfter = 100_000;
    await expect(fetchIt({ signal: abort.signal, onProgress: () => abort.abort() })).rejects.toMatchObject({
      kind: 'cancelled',
    });
    expect(existsSync(`${target()}.part`)).toBe(true);
  });
});

describe('the catalog', () => {
  test('has weights for every member of the family, each in its own file', () => {
    const catalog = readCatalog();
    expect(new Set(catalog.map(({ architecture }) => architecture))).toEqual(new Set(architectures));
    expect(new Set(catalog.map(({ id }) => id)).size).toBe(catalog.length);
    const sources = catalog.flatMap((entry) => entry.sources.map((source) => ({ ...source, of: entry })));
    // Two entries may have a source in common, but no file may be of two networks.
    for (const { file, of } of sources)
      expect(new Set(sources.filter((other) => other.file === file).map((other) => other.of.architecture))).toEqual(
        new Set([of.architecture]),
      );
    const single = catalog.filter((entry) => entry.sources.length < 2);
    expect(single.map(({ id, remark }) => [id, remark !== undefined])).toEqual([['timm-mobilenetv4-conv-small', true]]);
    for (const source of sources)
      if (source.kind === 'file' && source.checksum.algorithm === 'sha256Prefix')
        expect(source.url).toContain(source.checksum.hex);
    expect(() => entryNamed(catalog, 'timm-lite11')).toThrow("Did you mean 'timm-lite1'?");
  });
});

describe('the weights folder', () => {
  const entry = (): CatalogEntry => ({
    id: 'one',
    name: 'One',
    architecture: 'efficientnet-lite0',
    page: 'https://example.org',
    licence: 'Apache-2.0',
    megabytes: 0.3,
    sources: [
      {
        kind: 'file',
        file: 'one.safetensors',
        url: `${address}/file`,
        checksum: { algorithm: 'sha256', hex: sum('sha256') },
      },
    ],
  });

  test('downloads only what is requested, once, and lists all its files', async () => {
    const weights = openWeights({ folder, proxy: () => null, onChange: () => undefined, catalog: [entry()] });
    expect(await weights.list()).toMatchObject([{ id: 'one', path: null }]);
    expect(asked).toEqual([]);
    const [a, b] = await Promise.all([weights.download('one'), weights.download('one')]);
    expect(a).toBe(b);
    expect(asked.length).toBe(1);
    await weights.download('one');
    expect(asked.length).toBe(1);
    writeFileSync(path.join(folder, 'mine.h5'), 'x');
    expect(await weights.list()).toMatchObject([
      { id: 'one', path: path.join(folder, 'one.safetensors') },
      { name: 'mine.h5', architecture: null },
    ]);
  });

  test('takes a file from a given folder before its own, and downloads nothing then', async () => {
    const given = path.join(folder, 'given');
    mkdirSync(given);
    const weights = openWeights({
      folder: path.join(folder, 'own'),
      given: [path.join(folder, 'absent'), given],
      proxy: () => null,
      onChange: () => undefined,
      catalog: [entry()],
    });
    writeFileSync(path.join(given, 'one.safetensors'), content);
    writeFileSync(path.join(given, 'another.pth'), content);
    expect(await weights.list()).toMatchObject([
      { id: 'one', path: path.join(given, 'one.safetensors') },
      { name: 'another.pth', path: path.join(given, 'another.pth') },
    ]);
    expect(await weights.download('one')).toBe(path.join(given, 'one.safetensors'));
    expect(asked).toEqual([]);
  });

  test('keeps a problem until the next try', async () => {
    const weights = openWeights({ folder, proxy: () => null, onChange: () => undefined, catalog: [entry()] });
    behavior.status = 404;
    await expect(weights.download('one')).rejects.toThrow();
    expect((await weights.list())[0]!.problem?.code).toBe('file.downloadGoneByHand');
    behavior = {};
    await weights.download('one');
    expect((await weights.list())[0]).toMatchObject({ problem: null, progress: null });
  });
});
