import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { BundleCheck } from '../../src/main/pipeline/export/bundle/verifyBundle.ts';
import { verifyBundle } from '../../src/main/pipeline/export/bundle/verifyBundle.ts';
import type { Message } from '../../src/shared/message.ts';

/** Writes the files of a bundle to a new folder and returns its path. */
export function writeFolder(files: ReadonlyMap<string, Buffer>): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'bundle-'));
  for (const [name, data] of files) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), data);
  }
  return folder;
}

/** Verifies a bundle with these files as a folder. */
export async function verifyFolder(files: ReadonlyMap<string, Buffer>): Promise<BundleCheck[]> {
  const folder = writeFolder(files);
  try {
    return await verifyBundle(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export const faultsIn = (checks: readonly BundleCheck[]): Message[] =>
  checks.flatMap(({ fault }) => (fault === null ? [] : [fault]));

export const faultTexts = (checks: readonly BundleCheck[]): string[] => faultsIn(checks).map(({ text }) => text);
