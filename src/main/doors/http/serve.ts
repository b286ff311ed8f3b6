import { randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { isMethod } from '../../../shared/contract/contract.ts';
import type { Language } from '../../../shared/locales/translate.ts';
import { translator } from '../../../shared/locales/translate.ts';
import { Problem, toProblemData } from '../../../shared/problem.ts';
import { isForHiddenWindow } from '../eventFilter.ts';
import { createKeepAwake } from '../../studio/system/keepAwake.ts';
import type { Studio } from '../../studio/studio.ts';
import { createStudio } from '../../studio/studio.ts';
import { acceptedLanguage } from './acceptLanguage.ts';
import type { Respond } from './responder.ts';
import { createResponder, securityHeaders } from './responder.ts';

/**
 * The browser door: the studio over HTTP, for this machine only. It listens on 127.0.0.1, only answers requests that
 * name it as their host and come from its own pages, and requires the token in the address that it prints.
 */
export interface Server {
  /** The address to open, which contains the token. */
  readonly url: string;
  readonly port: number;
  readonly studio: Studio;
  close(how: 'stop' | 'kill'): Promise<void>;
}

/** Enough for a large image to try, or for thousands of edits. */
const LARGEST_BODY = 64 * 1024 * 1024;
const HEARTBEAT_MS = 20_000;

const rendererFolder = path.join(import.meta.dirname, '..', '..', '..', '..', 'out', 'renderer');

export async function serve(port: number, token = randomBytes(24).toString('hex')): Promise<Server> {
  const studio = await createStudio({ door: 'browser', reveal: null, keepAwake: createKeepAwake() });
  const respond = createResponder(studio, rendererFolder);
  const streams = new Set<ServerResponse>();
  const server = createServer((request, response) => {
    response.on('error', () => undefined); // the browser may disconnect during an answer
    void answer({
      request,
      response,
      studio,
      respond,
      token,
      streams,
      port: (server.address() as AddressInfo).port,
    }).catch((error: unknown) => {
      if (!response.headersSent) send(response, 500, { problem: toProblemData(error) });
      else response.destroy();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });
  // A connection that cannot be accepted, because of too many open files, is dropped. Open ones and runs continue.
  server.on('error', () => undefined);
  const own = (server.address() as AddressInfo).port;
  return {
    url: `http://127.0.0.1:${own}/?token=${token}`,
    port: own,
    studio,
    close: async (how) => {
      streams.forEach((stream) => stream.end());
      server.close();
      server.closeAllConnections();
      await studio.close(how);
    },
  };
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly studio: Studio;
  readonly respond: Respond;
  readonly token: string;
  readonly port: number;
  readonly streams: Set<ServerResponse>;
}

async function answer(exchange: Exchange): Promise<void> {
  const { request, response, respond, token, port } = exchange;
  const t = translator(languageOf(request));
  if (!isOwnHost(request.headers.host, port)) return refuse(response, t('http.wrongHost'));
  if (!isOwnOrigin(request, port)) return refuse(response, t('http.foreignPage'));
  const url = new URL(request.url ?? '/', `http://127.0.0.1:${port}`);
  const cookie = `destila-${port}`;
  const given = url.searchParams.get('token');
  if (request.method === 'GET' && url.pathname === '/' && given !== null && sameToken(given, token)) {
    response.writeHead(303, {
      ...securityHeaders,
      'set-cookie': `${cookie}=${token}; HttpOnly; SameSite=Strict; Path=/`,
      location: '/',
      'cache-control': 'no-store',
    });
    response.end();
    return;
  }
  if (!sameToken(cookieOf(request, cookie), token)) return refuse(response, t('http.tokenMissing'), 401);
  if (request.method === 'GET' && url.pathname === '/api/events')
    return openEvents(exchange, url.searchParams.get('quiet') === '1');
  if (request.method === 'POST' && url.pathname.startsWith('/api/'))
    return callMethod(exchange, url.pathname.slice('/api/'.length));
  if (request.method !== 'GET') return refuse(response, t('http.nothingHere'), 405);
  const reply = await respond(url, {
    ifNoneMatch: request.headers['if-none-match'] ?? null,
    language: languageOf(request),
  });
  response.writeHead(reply.status, Object.fromEntries(reply.headers));
  if (reply.body === null) response.end();
  else await pipeline(Readable.fromWeb(reply.body), response).catch(() => undefined); // the browser may disconnect
}

/** Rejects DNS rebinding: a page of another site whose name resolves to this machine sends its own name. */
const isOwnHost = (host: string | undefined, port: number): boolean =>
  host === `127.0.0.1:${port}` || host === `localhost:${port}`;

/** Browsers send where a request comes from. Everything except plain navigation must come from our own pages. */
function isOwnOrigin(request: IncomingMessage, port: number): boolean {
  const { origin } = request.headers;
  const site = request.headers['sec-fetch-site'];
  if (origin !== undefined) return origin.startsWith('http://') && isOwnHost(origin.slice('http://'.length), port);
  if (request.method !== 'GET') return site === undefined ? false : site === 'same-origin';
  return (
    site === undefined || site === 'same-origin' || site === 'none' || request.headers['sec-fetch-mode'] === 'navigate'
  );
}

const languageOf = (request: IncomingMessage): Language => acceptedLanguage(request.headers['accept-language']);

const cookieOf = (request: IncomingMessage, name: string): string =>
  (request.headers.cookie ?? '')
    .split(';')
    .map((part) => part.trim().split('='))
    .find(([key]) => key === name)?.[1] ?? '';

function sameToken(given: string, token: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(token)];
  return a.length === b.length && timingSafeEqual(a, b);
}

const jsonHeaders = { ...securityHeaders, 'content-type': 'application/json', 'cache-control': 'no-store' };

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, jsonHeaders);
  response.end(JSON.stringify(body));
}

function refuse(response: ServerResponse, why: string, status = 403): void {
  response.writeHead(status, {
    ...securityHeaders,
    'content-type': 'text/plain; charset=utf-8',
    'cache-control': 'no-store',
  });
  response.end(`${why}\n`);
}

async function callMethod({ request, response, studio }: Exchange, method: string): Promise<void> {
  if (!isMethod(method))
    return send(response, 404, { problem: toProblemData(new Problem('internal.requestNotUnderstood', { method })) });
  if (!(request.headers['content-type'] ?? '').startsWith('application/json'))
    return refuse(response, translator(languageOf(request))('http.jsonOnly'), 415);
  let body: Buffer;
  try {
    body = await bodyOf(request);
  } catch (error) {
    return send(response, 400, unreadable(error));
  }
  if (!isJson(body)) return send(response, 400, unreadable(new Error('not JSON')));
  try {
    const value = await studio.answer(method, body);
    response.writeHead(200, jsonHeaders);
    response.write('{"value":');
    response.write(value);
    response.end('}');
  } catch (error) {
    send(response, 200, { problem: toProblemData(error) });
  }
}

const unreadable = (error: unknown): object => ({
  problem: toProblemData(new Problem('internal.requestUnreadable', {}, (error as Error).message)),
});

/** Larger bodies are only parsed in the studio's second thread, which reports what is wrong with them. */
const LARGEST_READ_HERE = 256 * 1024;

function isJson(body: Buffer): boolean {
  if (body.length > LARGEST_READ_HERE) return true;
  try {
    JSON.parse(body.toString('utf8'));
    return true;
  } catch {
    return false;
  }
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > LARGEST_BODY) throw new Error('too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** A window with this much unread data is disconnected to free the memory. It then opens its events again. */
const MOST_UNREAD_BYTES = 4 * 1024 * 1024;

/** Opens a stream of server-sent events; `quiet` is for hidden windows. */
function openEvents({ request, response, studio, streams }: Exchange, quiet: boolean): void {
  response.writeHead(200, {
    ...securityHeaders,
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    connection: 'keep-alive',
  });
  const write = (text: string): void => {
    // A write after the end would emit an error event, which ends the process if nothing handles it.
    if (response.writableEnded || response.destroyed) return;
    if (response.writableLength > MOST_UNREAD_BYTES) response.destroy();
    else response.write(text);
  };
  write(': connected\n\n');
  streams.add(response);
  const unsubscribe = studio.subscribe((event) => {
    if (!quiet || isForHiddenWindow(event)) write(`data: ${JSON.stringify(event)}\n\n`);
  });
  const heartbeat = setInterval(() => write(': still here\n\n'), HEARTBEAT_MS);
  const close = (): void => {
    clearInterval(heartbeat);
    unsubscribe();
    streams.delete(response);
  };
  response.on('close', close);
  response.on('error', close);
  request.on('error', close);
}
