import { copyFile, mkdir, readdir, rm } from 'node:fs/promises';
import path from 'node:path';

/** Backups kept per project (docs/studio.md). For 100,000 lines each takes a few megabytes. */
export const BACKUPS_KEPT = 50;

/** In '000012-2026-11-28T10-00-00.000Z' the number gives the order, because the clock may be set back. */
const NUMBERED = /^(\d{6,})-/;

/** Copies files before they change, removes the oldest backups beyond BACKUPS_KEPT, and returns the new folder. */
export async function backUp(files: readonly string[], folder: string, now = new Date()): Promise<string> {
  await mkdir(folder, { recursive: true });
  const earlier = (await readdir(folder)).sort((a, b) => numberOf(a) - numberOf(b) || (a < b ? -1 : 1));
  const number = numberOf(earlier.at(-1) ?? '') + 1;
  const place = path.join(folder, `${String(number).padStart(6, '0')}-${now.toISOString().replaceAll(':', '-')}`);
  await mkdir(place);
  for (const file of files) await copyFile(file, path.join(place, path.basename(file)));
  const surplus = earlier.slice(0, Math.max(0, earlier.length + 1 - BACKUPS_KEPT));
  // An old backup that cannot be removed must not prevent the labels from being saved.
  for (const old of surplus) await rm(path.join(folder, old), { recursive: true, force: true }).catch(() => undefined);
  return place;
}

/** Returns 0 for backups of earlier versions, whose names had only the time. */
const numberOf = (name: string): number => Number(NUMBERED.exec(name)?.[1] ?? 0);
