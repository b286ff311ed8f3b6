import { copyFile, mkdir, readdir, rm } from 'node:fs/promises';
import path from 'node:path';

/** Backups kept per project (docs/studio.md): a save of 100,000 lines copies a few megabytes. */
export const BACKUPS_KEPT = 50;

/** '000012-2026-11-28T10-00-00.000Z': the number gives the order, because the clock may be set back. */
const NUMBERED = /^(\d{6,})-/;

/** Copies files before they change, and removes the oldest copies beyond BACKUPS_KEPT. Returns the new folder. */
export async function backUp(files: readonly string[], folder: string, now = new Date()): Promise<string> {
  await mkdir(folder, { recursive: true });
  const earlier = (await readdir(folder)).sort((a, b) => numberOf(a) - numberOf(b) || (a < b ? -1 : 1));
  const number = numberOf(earlier.at(-1) ?? '') + 1;
  const place = path.join(folder, `${String(number).padStart(6, '0')}-${now.toISOString().replaceAll(':', '-')}`);
  await mkdir(place);
  for (const file of files) await copyFile(file, path.join(place, path.basename(file)));
  const surplus = earlier.slice(0, Math.max(0, earlier.length + 1 - BACKUPS_KEPT));
  // An old backup that cannot be removed must not keep the labels from being saved.
  for (const old of surplus) await rm(path.join(folder, old), { recursive: true, force: true }).catch(() => undefined);
  return place;
}

/** 0 for those of earlier versions, which were named after the time alone. */
const numberOf = (name: string): number => Number(NUMBERED.exec(name)?.[1] ?? 0);
