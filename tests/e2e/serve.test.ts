import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Server } from '../../src/main/doors/http/serve.ts';
import { makeTinyProject } from './tinyProject.ts';

/** The browser door under attack: what another site, another program or a crafted path may try. */
const home = mkdtempSync(path.join(tmpdir(), 'destila-serve-'));
let server: Server;
let token: string;
let project: string;
let folder: string;

beforeAll(async () => {
  process.env.DESTILA_STATE = path.join(home, 'state');
  process.env.DESTILA_CACHE = path.join(home, 'cache');
  folder = path.join(home, 'project');
  await makeTinyProject(folder);
  const { serve } = await import('../../src/main/doors/http/serve.ts');
  server = await serve(0);
  token = new URL(server.url).searchParams.get('token')!;
  project = ((await server.studio.call('project.open', { folder })) as { id: string }).id;
});

afterAll(async () => {
  await server.close('kill');
  rmSync(home, { recursive: true, force: true });
});

interface Reply {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly body: string;
}

/** A request exactly as given: fetch would put its own Host and mend the path. */
function ask(
  target: string,
  {
    method = 'GET',
    headers = {},
    body = '',
  }: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        host: '127.0.0.1',
        port: server.port,
        path: target,
        method,
        headers: { host: `127.0.0.1:${server.port}`, ...headers },
      },
      (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => {
          text += chunk.toString('latin1');
        });
        response.on('end', () => resolve({ status: response.statusCode!, headers: response.headers, body: text }));
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}

const own = (): Record<string, string> => ({ cookie: `destila-${server.port}=${token}` });
const origin = (): Record<string, string> => ({
  origin: `http://127.0.0.1:${server.port}`,
  'content-type': 'application/json',
});
const image = (named: string, id = project): string =>
  `/image/${id}?${new URLSearchParams({ kind: 'photo', path: named }).toString()}`;

describe('who may ask', () => {
  test('with the key: the screens, a call, a picture', async () => {
    expect((await ask(image('images/train-0.png'), { headers: own() })).status).toBe(200);
    const reply = await ask('/api/studio.hello', { method: 'POST', headers: { ...own(), ...origin() }, body: '{}' });
    expect(JSON.parse(reply.body).value.door).toBe('browser');
  });

  test('without the key nothing answers', async () => {
    for (const target of ['/', '/index.html', '/api/events', image('images/train-0.png'), '/api/studio.hello'])
      expect((await ask(target)).status).toBe(401);
    expect((await ask('/api/studio.hello', { method: 'POST', headers: origin(), body: '{}' })).status).toBe(401);
    const other = `${token.slice(0, -1)}${token.endsWith('0') ? '1' : '0'}`;
    expect((await ask('/', { headers: { cookie: `destila-${server.port}=${other}` } })).status).toBe(401);
  });

  test('answers without a screen are in the language that the browser prefers', async () => {
    const text = async (target: string, headers: Record<string, string>): Promise<string> =>
      Buffer.from((await ask(target, { headers })).body, 'latin1').toString();
    const spanish = { 'accept-language': 'es-ES,es;q=0.8,en;q=0.5' };
    expect(await text('/', spanish)).toMatch(/^Abre la dirección que el estudio mostró/);
    expect(await text('/', { 'accept-language': 'fr' })).toMatch(/^Open the address that the studio printed/);
    expect(await text('/', { ...spanish, host: 'evil.example' })).toMatch(/^Esta dirección no es la del estudio/);
    expect(await text('/missing.js', { ...own(), ...spanish })).toBe('No hay nada en esta dirección.');
    expect(await text(image('images/missing.png'), { ...own(), ...spanish })).toMatch(/images\/missing\.png.*no /);
  });

  test('a wrong key in the address gives no cookie; the right one gives one that scripts cannot read', async () => {
    expect((await ask('/?token=guess')).headers['set-cookie']).toBeUndefined();
    const [cookie] = (await ask(`/?token=${token}`)).headers['set-cookie'] as string[];
    expect(cookie).toMatch(/HttpOnly; SameSite=Strict/);
  });

  test('another name for this machine is refused, key or not (DNS rebinding)', async () => {
    for (const host of ['evil.example', `evil.example:${server.port}`, '127.0.0.1', `[::1]:${server.port}`])
      expect((await ask('/', { headers: { ...own(), host } })).status).toBe(403);
  });

  test('another site is refused, whatever it sends', async () => {
    const call = (headers: Record<string, string>): Promise<Reply> =>
      ask('/api/studio.hello', {
        method: 'POST',
        headers: { ...own(), 'content-type': 'application/json', ...headers },
        body: '{}',
      });
    const foreign: readonly Record<string, string>[] = [
      { origin: 'http://evil.example' },
      { origin: 'null' },
      { origin: `http://127.0.0.1:${server.port + 1}` },
      { origin: `127.0.0.1:${server.port}` },
      { origin: `https://127.0.0.1:${server.port}` },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      {},
    ];
    for (const headers of foreign) expect((await call(headers)).status).toBe(403);
    expect(
      (
        await ask(image('images/train-0.png'), {
          headers: { ...own(), 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' },
        })
      ).status,
    ).toBe(403);
  });

  test('a form cannot call: only JSON is taken', async () => {
    expect(
      (
        await ask('/api/studio.hello', {
          method: 'POST',
          headers: { ...own(), ...origin(), 'content-type': 'text/plain' },
          body: '{}',
        })
      ).status,
    ).toBe(415);
  });
});

describe('what may be asked for', () => {
  test('no file outside an open project, however its path is written', async () => {
    writeFileSync(path.join(home, 'secret.png'), 'secret');
    symlinkSync(path.join(home, 'secret.png'), path.join(folder, 'link.png'));
    for (const named of [
      '../secret.png',
      '/etc/passwd',
      path.join(home, 'secret.png'),
      'images/../../secret.png',
      '..\\secret.png',
      'images/train-0.png\0.txt',
      '....//secret.png',
      'file:///etc/passwd',
      'link.png',
    ]) {
      const reply = await ask(image(named), { headers: own() });
      expect(reply.status, named).toBeGreaterThanOrEqual(400);
      expect(reply.body).not.toContain('secret.png\n');
    }
  });

  test('no project that is not open', async () => {
    for (const id of ['000000000000', 'nothing', '%252e%252e', '%2fetc'])
      expect((await ask(image('images/train-0.png', id), { headers: own() })).status).toBeGreaterThanOrEqual(400);
  });

  test("no file of the machine through the screens' folder or the downloads", async () => {
    for (const target of [
      '/../package.json',
      '/..%2f..%2fpackage.json',
      '/%2e%2e/%2e%2e/package.json',
      '/assets/..%2f..%2f..%2fpackage.json',
      `/download/${project}/..?name=train.txt`,
      `/download/${project}/run?name=../../train.txt`,
      `/download/${project}/run?name=/etc/passwd`,
      `/download/${project}/%2e%2e?name=secret.zip`,
      `/download/${project}/run?name=report/../run.json`,
      `/download/${project}/run?name=report/deeper/page.html`,
    ]) {
      const reply = await ask(target, { headers: own() });
      expect(reply.status, target).toBeGreaterThanOrEqual(400);
    }
  });

  test('an unknown method, or one of every object, is no method', async () => {
    for (const name of ['nothing', 'constructor', '__proto__', 'toString'])
      expect(
        (await ask(`/api/${name}`, { method: 'POST', headers: { ...own(), ...origin() }, body: '{}' })).status,
      ).toBe(404);
  });

  test('input that the contract does not allow is refused as data, not as a crash', async () => {
    const reply = await ask('/api/project.open', {
      method: 'POST',
      headers: { ...own(), ...origin() },
      body: '{"folder":7}',
    });
    expect(JSON.parse(reply.body).problem.kind).toBe('internal');
    const broken = await ask('/api/project.open', { method: 'POST', headers: { ...own(), ...origin() }, body: '{' });
    expect(broken.status).toBe(400);
  });

  test("a run's name cannot leave the project", async () => {
    for (const run of ['..', '../..', 'a/b', '.hidden']) {
      const reply = await ask('/api/runs.history', {
        method: 'POST',
        headers: { ...own(), ...origin() },
        body: JSON.stringify({ project, run }),
      });
      expect(JSON.parse(reply.body).problem, run).toBeDefined();
    }
  });
});

describe('an image that is replaced on disk', () => {
  const named = 'images/val-0.png';
  const version = async (): Promise<string> =>
    ((await server.studio.call('pictures.versions', { project, paths: [named] })) as { versions: string[] })
      .versions[0]!;

  test('is asked for again under its plain address, and not sent twice while it stays what it is', async () => {
    const first = await ask(image(named), { headers: own() });
    expect(first.headers['cache-control']).toBe('no-cache');
    const etag = first.headers.etag as string;
    expect(await ask(image(named), { headers: { ...own(), 'if-none-match': etag } })).toMatchObject({
      status: 304,
      body: '',
    });
    const before = await version();
    expect(etag).toBe(`"${before}"`);
    copyFileSync(path.join(folder, 'images', 'val-1.png'), path.join(folder, named));
    utimesSync(path.join(folder, named), 1, 1);
    const second = await ask(image(named), { headers: { ...own(), 'if-none-match': etag } });
    expect(second.status).toBe(200);
    expect(second.body).not.toBe(first.body);
    expect(await version()).not.toBe(before);
  });

  test('may be kept under the address of its version alone', async () => {
    const kept = async (v: string) =>
      (await ask(`${image(named)}&v=${v}`, { headers: own() })).headers['cache-control'];
    expect(await kept(await version())).toBe('private, max-age=86400, immutable');
    expect(await kept('another')).toBe('no-cache');
  });

  test('has no version where it is not there, or outside', async () => {
    const { versions } = (await server.studio.call('pictures.versions', {
      project,
      paths: ['images/none.png', '../secret.png', named],
    })) as { versions: string[] };
    expect(versions.map((found) => found !== '')).toEqual([false, false, true]);
  });
});

test.skipIf(process.platform === 'win32')('pipes named like images or lists stop nothing', async () => {
  const pipes = Array.from({ length: 6 }, (_, i) => `images/pipe-${i}.jpg`);
  execFileSync(
    'mkfifo',
    pipes.map((name) => path.join(folder, name)),
  );
  const asked = pipes.flatMap((name) => [
    ask(image(name), { headers: own() }),
    ask(image(name).replace('kind=photo', 'kind=thumbnail&edge=64'), { headers: own() }),
  ]);
  for (const reply of await Promise.all(asked)) expect(reply.status).toBe(404);
  const odd = path.join(home, 'odd');
  mkdirSync(odd);
  execFileSync(
    'mkfifo',
    ['train.txt', 'val.txt', 'test.txt', 'destila.yaml'].map((name) => path.join(odd, name)),
  );
  await server.studio.call('project.open', { folder: odd }).catch(() => undefined);
  expect((await ask(image('images/val-1.png'), { headers: own() })).status).toBe(200);
  rmSync(odd, { recursive: true });
});

test('every answer forbids foreign scripts, frames and sniffing', async () => {
  for (const reply of [
    await ask('/', { headers: own() }),
    await ask('/'),
    await ask(image('images/train-0.png'), { headers: own() }),
  ]) {
    expect(reply.headers['content-security-policy']).toContain("script-src 'self'");
    expect(reply.headers['content-security-policy']).toContain("frame-ancestors 'none'");
    expect(reply.headers['x-content-type-options']).toBe('nosniff');
  }
});

test('it listens on this machine alone', () => {
  expect(new URL(server.url).hostname).toBe('127.0.0.1');
});
