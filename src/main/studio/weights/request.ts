import http from 'node:http';
import https from 'node:https';
import { Problem } from '../../../shared/problem.ts';

export interface GetRequest {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** 'http://user:password@host:port'; null uses HTTPS_PROXY, HTTP_PROXY and NO_PROXY from the environment. */
  readonly proxy: string | null;
  readonly signal: AbortSignal;
  /** See download.ts. */
  readonly canGetByHand: boolean;
}

export interface Answer {
  readonly response: http.IncomingMessage;
  /** Hex sha256 that the server sent for the file, or null if it sent none. */
  readonly statedSha256: string | null;
}

const MOST_REDIRECTS = 5;
/** A connection without data for this long counts as lost. */
const SILENCE_MS = 60_000;

/** GET that follows redirects. Throws a Problem if the address does not respond. */
export async function get(request: GetRequest): Promise<Answer> {
  let url = request.url;
  let statedSha256: string | null = null;
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
    const response = await send(url, request);
    statedSha256 ??= statedBy(response);
    const { location } = response.headers;
    if (location === undefined || ![301, 302, 303, 307, 308].includes(response.statusCode ?? 0))
      return { response, statedSha256 };
    response.destroy();
    const next = new URL(location, url);
    if (url.protocol === 'https:' && next.protocol !== 'https:')
      throw new Problem('file.redirectUnencrypted', { host: url.host, next: next.host });
    url = next;
  }
  throw new Problem('file.redirectLoop', { host: request.url.host, limit: MOST_REDIRECTS });
}

/**
 * Hugging Face sends the sha256 of a large file in X-Linked-ETag, with the redirect to its storage (huggingface_hub,
 * file_download.py).
 */
function statedBy({ headers }: http.IncomingMessage): string | null {
  const tag = headers['x-linked-etag'];
  return typeof tag === 'string' ? (/^"?([0-9a-f]{64})"?$/.exec(tag)?.[1] ?? null) : null;
}

function send(url: URL, { headers, proxy, signal, canGetByHand }: GetRequest): Promise<http.IncomingMessage> {
  const { get: start, Agent } = url.protocol === 'https:' ? https : http;
  const proxyEnv = proxy === null ? process.env : { HTTPS_PROXY: proxy, HTTP_PROXY: proxy };
  return new Promise((resolve, reject) => {
    const sent = start(
      url,
      {
        agent: new Agent({ proxyEnv }),
        signal,
        timeout: SILENCE_MS,
        headers: { 'user-agent': 'destila-studio', ...headers },
      },
      resolve,
    )
      .on('timeout', () =>
        sent.destroy(Object.assign(new Error(`nothing came for ${SILENCE_MS / 1000} s`), { code: 'ETIMEDOUT' })),
      )
      .on('error', (error: NodeJS.ErrnoException) => {
        reject(
          signal.aborted
            ? error
            : new Problem(
                canGetByHand ? 'file.hostUnreachableByHand' : 'file.hostUnreachable',
                { host: url.host },
                error.message,
              ),
        );
      });
  });
}
