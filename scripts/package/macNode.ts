import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { Pinned } from './download.ts';
import { download } from './download.ts';

/**
 * Node for Apple's processors: npm has no package of this version for macOS, and onnxruntime-node has no binaries for
 * Intel Macs. The checksum is that of https://nodejs.org/dist/v24.21.0/SHASUMS256.txt; a new version needs a new one.
 */
const NODE: Pinned = {
  url: 'https://nodejs.org/dist/v24.21.0/node-v24.21.0-darwin-arm64.tar.gz',
  sha256: 'bed7eea5325e1108f32ce5228ddd6a5f0f08a499ee42aa7442aea583702f6057',
};

/** electron-builder signs it with the app, and gives it the app's entitlements. */
export async function writeMacNode(folder: string, downloads: string): Promise<void> {
  const archive = await download(NODE, downloads);
  const top = path.basename(archive, '.tar.gz');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  execFileSync('tar', ['-xzf', archive, '-C', folder, '--strip-components=1', `${top}/bin/node`, `${top}/LICENSE`]);
}
