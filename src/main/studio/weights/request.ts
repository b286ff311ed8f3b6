import http from 'node:http';
import https from 'node:https';
import { Problem } from '../../../shared/problem.ts';

export interface Asked {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** 'http://user:password@host:port'; null takes HTTPS_PROXY, HTTP_PROXY and NO_PROXY of the environment. */
  readonly proxy: string | null;
  readonly signal: AbortSignal;
  /** What helps a machine without a network; null where nothing does. */
  readonly byHand: string | null;
}

export interface Answered {
  readonly response: http.IncomingMessage;
  /** sha256 that the server states for the file, hex; null where it states none. */
  readonly statedSha256: string | null;
}

const MOST_REDIRECTS = 5;
/** A connection on which nothing comes for so long is as good as cut. */
const SILENCE_MS = 60_000;

/** GET with redirects followed. Throws a Problem for an address that does not answer. */
export async function get(asked: Asked): Promise<Answered> {
  let url = asked.url;
  let statedSha256: string | null = null;
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
    const response = await send(url, asked);
    statedSha256 ??= statedBy(response);
    const { location } = response.headers;
    if (location === undefined || ![301, 302, 303, 307, 308].includes(response.statusCode ?? 0))
      return { response, statedSha256 };
    response.destroy();
    const next = new URL(location, url);
    if (url.protocol === 'https:' && next.protocol !== 'https:')
      throw new Problem('file', `${url.host} points to an address that is not encrypted (${next.host}): not followed.`);
    url = next;
  }
  throw new Problem('file', `${asked.url.host} points in circles: more than ${MOST_REDIRECTS} redirects.`);
}

/** Hugging Face states the sha256 of a large file in X-Linked-ETag, on the answer that points to its storage (huggingface_hub, file_download.py). */
function statedBy({ headers }: http.IncomingMessage): string | null {
  const tag = headers['x-linked-etag'];
  return typeof tag === 'string' ? (/^"?([0-9a-f]{64})"?$/.exec(tag)?.[1] ?? null) : null;
}

function send(url: URL, { headers, proxy, signal, byHand }: Asked): Promise<http.IncomingMessage> {
  const { get: request, Agent } = url.protocol === 'https:' ? https : http;
  const proxyEnv = proxy === null ? process.env : { HTTPS_PROXY: proxy, HTTP_PROXY: proxy };
  return new Promise((resolve, reject) => {
    const sent = request(
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
                'file',
                `${url.host} does not answer. Is this machine online, or does it need a proxy (Settings)?${byHand === null ? '' : ` ${byHand}`}`,
                error.message,
              ),
        );
      });
  });
}
