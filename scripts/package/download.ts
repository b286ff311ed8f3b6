import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** A file from the network, with the SHA-256 of its bytes. */
export interface Pinned {
  readonly url: string;
  readonly sha256: string;
}

const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/**
 * Path of the file in `folder`. It is fetched only if it is not there yet, and refused if its bytes are not the pinned
 * ones.
 */
export async function download({ url, sha256 }: Pinned, folder: string, get: typeof fetch = fetch): Promise<string> {
  const file = path.join(folder, path.basename(new URL(url).pathname));
  if (existsSync(file) && digest(readFileSync(file)) === sha256) return file;
  console.log(`Downloading ${url}`);
  const response = await get(url);
  if (!response.ok) throw new Error(`${url} answered ${response.status} ${response.statusText}`);
  const bytes = new Uint8Array(await response.arrayBuffer());
  if (digest(bytes) !== sha256) throw new Error(`${url} has the SHA-256 ${digest(bytes)}, expected ${sha256}`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, bytes);
  return file;
}
