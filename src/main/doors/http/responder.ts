import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pictureQuerySchema } from '../../../shared/contract/contract.ts';
import { toProblemData } from '../../../shared/problem.ts';
import type { Studio } from '../../studio/studio.ts';

/**
 * What both doors answer to a GET: the screens' own files, pictures of open projects, downloads of runs. Nothing else
 * exists.
 */

/**
 * Reports come with the runs of a project, which may be somebody else's. `sandbox` gives them an origin of their own
 * and no script, so that
 * they can neither call the studio nor read from it; no source but data: keeps them from telling anybody that they
 * were opened.
 */
export const REPORT_POLICY =
  "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'";

/** No script but our own, no connection but to ourselves. Styles may be inline: the component library sets them so. */
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

/** `url` is a path and query below the door's own origin. */
export type Respond = (url: URL, /** The request's own header. */ ifNoneMatch: string | null) => Promise<Response>;

export function createResponder(studio: Studio, rendererFolder: string): Respond {
  return async (url, ifNoneMatch) => {
    try {
      const [, room, project, run] = url.pathname.split('/').map(decodeURIComponent);
      if (room === 'image' && project !== undefined)
        return await picture(studio, project, url.searchParams, ifNoneMatch);
      if (room === 'download' && project !== undefined && run !== undefined)
        return await download(studio, project, run, url.searchParams.get('name') ?? '');
      return await screenFile(rendererFolder, url.pathname);
    } catch (error) {
      const { message, kind } = toProblemData(error);
      return reply(kind === 'internal' ? 500 : 404, kind === 'internal' ? 'Something went wrong.' : message, {
        'content-type': 'text/plain; charset=utf-8',
      });
    }
  };
}

const reply = (
  status: number,
  body: string | Uint8Array<ArrayBuffer> | ReadableStream | null,
  headers: Record<string, string>,
): Response => new Response(body, { status, headers: { ...securityHeaders, ...headers } });

async function picture(
  studio: Studio,
  project: string,
  query: URLSearchParams,
  ifNoneMatch: string | null,
): Promise<Response> {
  const { v: asked, ...parts } = Object.fromEntries(query);
  const parsed = pictureQuerySchema.safeParse(parts);
  if (!parsed.success) return reply(400, 'No such picture.', { 'content-type': 'text/plain' });
  const path = query.get('path') ?? '';
  const version = await studio.pictureVersion(project, path);
  const etag = `"${version}"`;
  // An address with this version always means these bytes. Browsers revalidate any other, which costs one look at the
  // file: an image that is replaced is never stale.
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
      // The HTML standard lets no sandboxed page ask for a group of its own; it gets one anyway, as its opener asks
      // for that.
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

async function screenFile(folder: string, pathname: string): Promise<Response> {
  const name = pathname === '/' ? '/index.html' : decodeURIComponent(pathname);
  const file = path.join(folder, name);
  const type = types[path.extname(file)];
  if (type === undefined || path.relative(folder, file).startsWith('..') || name.includes('\0'))
    return reply(404, 'Nothing here.', { 'content-type': 'text/plain' });
  const bytes = await readFile(file).catch(() => null);
  if (bytes === null) return reply(404, 'Nothing here.', { 'content-type': 'text/plain' });
  const fixed = name.startsWith('/assets/');
  return reply(200, new Uint8Array(bytes), {
    'content-type': type,
    'cache-control': fixed ? 'private, max-age=31536000, immutable' : 'no-cache',
  });
}
