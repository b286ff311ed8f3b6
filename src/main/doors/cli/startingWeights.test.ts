import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CatalogEntry } from '../../studio/weights/catalog.ts';
import type { StartingWeightsOptions } from './startingWeights.ts';
import { startingWeights } from './startingWeights.ts';

const content = Buffer.from('weights '.repeat(5000));
const hex = createHash('sha256').update(content).digest('hex');

let folder: string;
let server: Server;
let address: string;
let asked: number;
let answer: (response: ServerResponse) => void;
let lines: string[];

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'starting-weights-'));
  asked = 0;
  lines = [];
  answer = (response) => response.end(content);
  server = createServer((_, response) => {
    asked++;
    answer(response);
  });
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

const own = (): string => path.join(folder, 'own');
const entry = (url = `${address}/one.pth`): CatalogEntry => ({
  id: 'one',
  name: 'One',
  architecture: 'efficientnet-lite1',
  page: 'https://example.org',
  license: 'Apache-2.0',
  megabytes: 22,
  sources: [{ kind: 'file', file: 'one.pth', url, checksum: { algorithm: 'sha256', hex } }],
});
const start = (options: Partial<StartingWeightsOptions> = {}): Promise<string | null> =>
  startingWeights({
    entry: entry(),
    places: [path.join(folder, 'given'), own()],
    folder: own(),
    fromScratch: false,
    offline: false,
    proxy: null,
    signal: new AbortController().signal,
    onProgress: () => undefined,
    say: (line) => lines.push(line),
    ...options,
  });

describe("the demo's weights", () => {
  test('are downloaded once, and it says from where, with license and checksum', async () => {
    expect(await start()).toBe(path.join(own(), 'one.pth'));
    expect(lines).toEqual([expect.stringContaining('22 MB')]);
    for (const part of ['One', new URL(address).host, 'Apache-2.0', hex, own()]) expect(lines[0]).toContain(part);
    expect(await start()).toBe(path.join(own(), 'one.pth'));
    expect(asked).toBe(1);
  });

  test('are taken from a given folder, also offline', async () => {
    mkdirSync(path.join(folder, 'given'));
    writeFileSync(path.join(folder, 'given', 'one.pth'), content);
    expect(await start({ offline: true })).toBe(path.join(folder, 'given', 'one.pth'));
    expect(asked).toBe(0);
  });

  test('are not asked for with --from-scratch and --offline', async () => {
    expect(await start({ fromScratch: true })).toBeNull();
    expect(lines).toEqual([]);
    expect(await start({ offline: true })).toBeNull();
    expect(lines).toEqual([expect.stringContaining('--offline')]);
    expect(asked).toBe(0);
  });
});

describe('the demo goes on from scratch and says why', () => {
  const expectNotice = (reason: RegExp): void => {
    expect(lines.at(-1)).toMatch(reason);
    expect(lines.at(-1)).toContain('Training from scratch');
    expect(existsSync(path.join(own(), 'one.pth'))).toBe(false);
  };

  test('without a network', async () => {
    expect(await start({ entry: entry('http://127.0.0.1:1/one.pth') })).toBeNull();
    expectNotice(/127\.0\.0\.1:1 does not respond/);
  });

  test('when the host never answers, or stops in the middle', async () => {
    answer = () => undefined;
    expect(await start({ silenceMs: 50 })).toBeNull();
    expectNotice(/sent nothing for 0\.05 seconds/);
    answer = (response) => response.writeHead(200, { 'content-length': content.length }).write(content.subarray(0, 99));
    expect(await start({ silenceMs: 50 })).toBeNull();
    expectNotice(/sent nothing for 0\.05 seconds/);
  });

  test('after a file with another checksum, such as the page of a proxy', async () => {
    answer = (response) => response.end(Buffer.from(content).fill(7, 0, 1));
    expect(await start()).toBeNull();
    expectNotice(/not the published one/);
    answer = (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Sign in</html>');
    expect(await start()).toBeNull();
    expectNotice(/proxy or sign-in page/);
  });

  test.skipIf(process.platform !== 'linux')('when the disk is full', async () => {
    mkdirSync(own());
    symlinkSync('/dev/full', path.join(own(), 'one.pth.part'));
    expect(await start()).toBeNull();
    expectNotice(/disk is full/i);
  });
});
