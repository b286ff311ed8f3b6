import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { architectures } from '../../../shared/architectures.ts';
import { randomStream } from '../../../shared/random.ts';
import type { CatalogueEntry } from './catalogue.ts';
import { entryNamed, readCatalogue } from './catalogue.ts';
import { download } from './download.ts';
import { openWeights } from './weights.ts';

const stream = randomStream(1, 'weights file');
const content = Buffer.from(Uint8Array.from({ length: 300_000 }, () => 256 * stream()));
const sum = (algorithm: string): string => createHash(algorithm).update(content).digest('hex');

interface Behaviour {
  etag?: string;
  /** Each answer is cut after so many bytes. */
  cutAfter?: number;
  body?: Buffer;
  status?: number;
  headers?: Record<string, string>;
}

let folder: string;
let server: Server;
let address: string;
let behaviour: Behaviour;
let asked: { url: string; range: string | undefined }[];

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'weights-'));
  behaviour = {};
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

/** As file servers do: ranges, entity tags, and whatever `behaviour` has go wrong. */
function answer(request: IncomingMessage, response: ServerResponse): void {
  asked.push({ url: request.url!, range: request.headers.range });
  const { etag = '"1"', cutAfter, body = content, status, headers = {} } = behaviour;
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
    byHand: 'Put it into the weights folder.',
    onProgress: () => undefined,
    ...options,
  });

describe('a download', () => {
  test('is the published file, and leaves nothing beside it', async () => {
    const seen: (readonly [number, number | null])[] = [];
    await fetchIt({ onProgress: (done, total) => seen.push([done, total]) });
    expect(readFileSync(target()).equals(content)).toBe(true);
    expect(seen.at(-1)).toEqual([content.length, content.length]);
    expect(existsSync(`${target()}.part`) || existsSync(`${target()}.part.json`)).toBe(false);
  });

  test('that is cut goes on where it was', async () => {
    behaviour.cutAfter = 90_000;
    await fetchIt();
    expect(readFileSync(target()).equals(content)).toBe(true);
    expect(asked.length).toBeGreaterThan(3);
    expect(asked.slice(1).every(({ range }) => range !== undefined)).toBe(true);
  });

  test('that is cut too often keeps what came, for the next time', async () => {
    behaviour.cutAfter = 20_000;
    await expect(fetchIt()).rejects.toThrow(/connection was cut after .* MB.*goes on from there/s);
    behaviour = {};
    asked = [];
    await fetchIt();
    expect(Number(/\d+/.exec(asked[0]!.range!)![0])).toBeGreaterThan(20_000);
    expect(readFileSync(target()).equals(content)).toBe(true);
  });

  test('starts over when the server has another file by now', async () => {
    behaviour.cutAfter = 20_000;
    await expect(fetchIt()).rejects.toThrow();
    behaviour = { etag: '"2"' };
    await fetchIt();
    expect(readFileSync(target()).equals(content)).toBe(true);
  });

  test('does not glue the part of another address', async () => {
    writeFileSync(`${target()}.part`, 'something else');
    writeFileSync(`${target()}.part.json`, JSON.stringify({ url: 'http://elsewhere/file', etag: '"1"' }));
    await fetchIt();
    expect(asked[0]!.range).toBeUndefined();
    expect(readFileSync(target()).equals(content)).toBe(true);
  });

  test.each(['sha256', 'md5'] as const)('with another %s is deleted, and said so', async (algorithm) => {
    behaviour.body = Buffer.from(content).fill(7, 1000, 1001);
    await expect(fetchIt({ checksum: { algorithm, hex: sum(algorithm) } })).rejects.toThrow(
      `its ${algorithm} is another`,
    );
    expect(existsSync(target()) || existsSync(`${target()}.part`)).toBe(false);
  });

  test('is held against the sha256 that the server states on its way', async () => {
    behaviour.headers = { 'x-linked-etag': `"${sum('sha256')}"` };
    await fetchIt({ url: `${address}/moved`, checksum: null });
    rmSync(target());
    behaviour.body = Buffer.from(content).fill(7, 1000, 1001);
    await expect(fetchIt({ url: `${address}/moved`, checksum: null })).rejects.toThrow('its sha256 is another');
  });

  test('that nobody has any more names the way by hand', async () => {
    behaviour.status = 404;
    await expect(fetchIt()).rejects.toThrow(/no longer has this file.*weights folder/s);
    behaviour.status = 500;
    await expect(fetchIt()).rejects.toThrow('answered with 500');
  });

  test('without a connection says what could be the reason', async () => {
    await expect(fetchIt({ url: 'http://127.0.0.1:1/file' })).rejects.toThrow(/does not answer.*proxy/s);
  });

  test('goes through the proxy of the settings', async () => {
    // A proxy is asked for the whole address; this server answers as one.
    await fetchIt({ url: 'http://weights.example/file', proxy: address });
    expect(asked[0]!.url).toBe('http://weights.example/file');
    expect(readFileSync(target()).equals(content)).toBe(true);
  });

  test('that is stopped keeps its part', async () => {
    const abort = new AbortController();
    behaviour.cutAfter = 100_000;
    await expect(fetchIt({ signal: abort.signal, onProgress: () => abort.abort() })).rejects.toMatchObject({
      kind: 'cancelled',
    });
    expect(existsSync(`${target()}.part`)).toBe(true);
  });
});

describe('the catalogue', () => {
  test('has weights for every member of the family, each in a file of its own', () => {
    const catalogue = readCatalogue();
    expect(new Set(catalogue.map(({ architecture }) => architecture))).toEqual(new Set(architectures));
    expect(new Set(catalogue.map(({ id }) => id)).size).toBe(catalogue.length);
    expect(new Set(catalogue.map(({ file }) => file)).size).toBe(catalogue.length);
    expect(() => entryNamed(catalogue, 'timm-lite11')).toThrow("did you mean 'timm-lite1'");
  });
});

describe('the weights folder', () => {
  const entry = (): CatalogueEntry => ({
    id: 'one',
    name: 'One',
    architecture: 'efficientnet-lite0',
    file: 'one.safetensors',
    url: `${address}/file`,
    page: 'https://example.org',
    licence: 'Apache-2.0',
    megabytes: 0.3,
    checksum: { algorithm: 'sha256', hex: sum('sha256') },
  });

  test('downloads only what is asked for, once, and knows what lies there', async () => {
    const weights = openWeights({ folder, proxy: () => null, onChange: () => undefined, catalogue: [entry()] });
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

  test('says what went wrong until the next try', async () => {
    const weights = openWeights({ folder, proxy: () => null, onChange: () => undefined, catalogue: [entry()] });
    behaviour.status = 404;
    await expect(weights.download('one')).rejects.toThrow();
    expect((await weights.list())[0]!.problem?.message).toMatch(/no longer has this file/);
    behaviour = {};
    await weights.download('one');
    expect((await weights.list())[0]).toMatchObject({ problem: null, progress: null });
  });
});
