import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { Problem } from '../../../shared/problem.ts';
import type { GetRequest } from './request.ts';
import { get } from './request.ts';

/** Python's package index (packaging.python.org/specifications/simple-repository-api). */
const PYPI = 'https://pypi.org/simple/';

/** PIP_INDEX_URL names a mirror, as it does for pip. */
export const packageIndex = (env: Readonly<Record<string, string | undefined>> = process.env): string =>
  env.PIP_INDEX_URL || PYPI;

export interface PythonPackage {
  readonly name: string;
  readonly version: string;
}

/** A file that an index offers. `sha256` and `bytes` are null if the index does not state them. */
interface PackageFile {
  readonly file: string;
  readonly url: string;
  readonly sha256: string | null;
  readonly bytes: number | null;
}

const indexSchema = z.object({
  files: z.array(
    z.object({
      filename: z.string(),
      url: z.string(),
      hashes: z.object({ sha256: z.string() }).partial(),
      size: z.int().optional(),
    }),
  ),
});

const JSON_TYPE = 'application/vnd.pypi.simple.v1+json';

/** The files of a package. Throws a Problem if the index does not respond or does not know the package. */
export async function filesOfPackage(
  index: string,
  name: string,
  request: Pick<GetRequest, 'proxy' | 'signal'>,
): Promise<readonly PackageFile[]> {
  const address = new URL(`${index.replace(/\/*$/, '')}/${name}/`);
  const { response } = await get({
    ...request,
    url: address,
    // Some mirrors only have the older format.
    headers: { accept: `${JSON_TYPE}, text/html;q=0.1` },
    canGetByHand: false,
  });
  const body = await text(response);
  if (response.statusCode !== 200)
    throw new Problem('file.packageNotOffered', { host: address.host, name, status: String(response.statusCode) });
  return response.headers['content-type']?.startsWith(JSON_TYPE) === true
    ? fromJson(body, address, name)
    : fromPage(body, address);
}

function fromJson(body: string, address: URL, name: string): PackageFile[] {
  let files;
  try {
    files = indexSchema.parse(JSON.parse(body)).files;
  } catch (error) {
    throw new Problem('file.indexUnreadable', { host: address.host, name }, (error as Error).message);
  }
  return files.map(({ filename, url, hashes, size }) => ({
    file: filename,
    url: new URL(url, address).href,
    sha256: hashes.sha256 ?? null,
    bytes: size ?? null,
  }));
}

/** One link per file, with the checksum behind a #. */
function fromPage(body: string, address: URL): PackageFile[] {
  return [...body.matchAll(/<a\s[^>]*?href\s*=\s*["']([^"']+)["'][^>]*>\s*([^<\s]+)\s*<\/a>/gi)].map(
    ([, href, file]) => {
      const link = new URL(href!.replaceAll('&amp;', '&'), address);
      const sha256 = /^#sha256=([0-9a-f]{64})$/.exec(link.hash)?.[1] ?? null;
      link.hash = '';
      return { file: file!, url: link.href, sha256, bytes: null };
    },
  );
}
