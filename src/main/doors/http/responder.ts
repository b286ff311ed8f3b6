import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pictureQuerySchema } from '../../../shared/contract/contract.ts';
import type { Language } from '../../../shared/locales/translate.ts';
import { translator } from '../../../shared/locales/translate.ts';
import { say } from '../../../shared/message.ts';
import { toProblemData } from '../../../shared/problem.ts';
import type { Studio } from '../../studio/studio.ts';

/** Answers GET requests of both doors: files of the screens, images of open projects, and downloads of runs. */

/**
 * Reports belong to the runs of a project, which may come from anybody. `sandbox` gives them an opaque origin and no
 * scripts, so that they can neither call the studio nor read from it. Allowing only data: sources keeps them from
 * reporting to anybody that they were opened.
 */
export const REPORT_POLICY =
  "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'";

/** Allows only our own scripts and connections. Styles may be inline, because the component library uses them. */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

export const securityHeaders: Readonly<Record<string, string>> = {
  'content-security-policy': CONTENT_SECURITY_POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=(), usb=()',
};

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.woff': 'font/woff',
  '.json': 'application/json',
  '.ico': 'image/x-icon',
};

const downloadTypes: Readonly<Record<string, string>> = {
  '.zip': 'application/zip',
  '.csv': 'text/csv; charset=utf-8',
};

/** The request headers that change an answer. */
interface Asked {
  readonly ifNoneMatch: string | null;
  /** For texts that are shown as they are, without a screen. */
  readonly language: Language;
}

/** `url` is a path and query under the door's own origin. */
export type Respond = (url: URL, asked: Asked) => Promise<Response>;

/** Screens are served while the studio still opens; what belongs to a project waits for it. */
export function createResponder(opening: Studio | Promise<Studio>, rendererFolder: string): Respond {
  return async (url, { ifNoneMatch, language }) => {
    const t = translator(language);
    try {
      const [, kind, project, run] = url.pathname.split('/').map(decodeURIComponent);
      if (kind === 'image' && project !== undefined)
        return (
          (await picture(await opening, project, url.searchParams, ifNoneMatch)) ??
          textReply(400, t('http.noSuchImage'))
        );
      if (kind === 'download' && project !== undefined && run !== undefined)
        return await download(await opening, project, run, url.searchParams.get('name') ?? '');
      return (await screenFile(rendererFolder, url.pathname)) ?? textReply(404, t('http.nothingHere'));
    } catch (error) {
      const problem = toProblemData(error);
      const isInternal = problem.kind === 'internal';
      return isInternal ? textReply(500, t('http.failed')) : textReply(404, say(t, problem));
    }
  };
}

const reply = (
  status: number,
  body: string | Uint8Array<ArrayBuffer> | ReadableStream | null,
  headers: Record<string, string>,
): Response => new Response(body, { status, headers: { ...securityHeaders, ...headers } });

const textReply = (status: number, text: string): Response =>
  reply(status, text, { 'content-type': 'text/plain; charset=utf-8' });

/** Null for an address that asks for no possible image. */
async function picture(
  studio: Studio,
  project: string,
  query: URLSearchParams,
  ifNoneMatch: string | null,
): Promise<Response | null> {
  const { v: asked, ...parts } = Object.fromEntries(query);
  const parsed = pictureQuerySchema.safeParse(parts);
  if (!parsed.success) return null;
  const path = query.get('path') ?? '';
  const version = await studio.pictureVersion(project, path);
  const etag = `"${version}"`;
  // An address with the current version always means these bytes. Browsers revalidate all others, which costs one stat
  // of the file, so that a replaced image is never stale.
  const headers = {
    etag,
    'cache-control': asked === version ? 'private, max-age=86400, immutable' : 'no-cache',
  };
  if (ifNoneMatch === etag) return reply(304, null, headers);
  const { bytes, type } = await studio.picture(project, path, parsed.data);
  return reply(200, new Uint8Array(bytes), { 'content-type': type, ...headers });
}

async function download(studio: Studio, project: string, run: string, name: string): Promise<Response> {
  const file = await studio.download(project, run, name);
  const { size } = await stat(file);
  const stream = Readable.toWeb(createReadStream(file)) as ReadableStream;
  if (file.endsWith('.html'))
    return reply(200, stream, {
      'content-type': types['.html']!,
      'content-security-policy': REPORT_POLICY,
      // The HTML standard does not allow a sandboxed page to request its own browsing context group. It gets one
      // anyway, because its opener requests one.
      'cross-origin-opener-policy': 'unsafe-none',
      'content-length': String(size),
      'cache-control': 'no-store',
    });
  const plain = path.basename(file).replaceAll(/[^\w.-]/g, '_');
  return reply(200, stream, {
    'content-type': downloadTypes[path.extname(file)] ?? 'application/octet-stream',
    'content-length': String(size),
    'content-disposition': `attachment; filename="${plain}"`,
    'cache-control': 'no-store',
  });
}

/** Null when there is no such file. */
async function screenFile(folder: string, pathname: string): Promise<Response | null> {
  const name = pathname === '/' ? '/index.html' : decodeURIComponent(pathname);
  const file = path.join(folder, name);
  const type = types[path.extname(file)];
  if (type === undefined || path.relative(folder, file).startsWith('..') || name.includes('\0')) return null;
  const bytes = await readFile(file).catch(() => null);
  if (bytes === null) return null;
  const fixed = name.startsWith('/assets/');
  return reply(200, new Uint8Array(bytes), {
    'content-type': type,
    'cache-control': fixed ? 'private, max-age=31536000, immutable' : 'no-cache',
  });
}
