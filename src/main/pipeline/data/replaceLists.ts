import { hash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { isAsideName } from '../storage/asideName.ts';
import { syncFolder, writeAside, writeFileAtomic } from '../storage/atomicFile.ts';
import { insideFolder } from '../storage/insideFolder.ts';
import { takeLock } from '../storage/lock.ts';
import { readRegularFile, readRegularText } from '../storage/regularFile.ts';
import { labelFileName } from './dataset.ts';
import type { Split } from './dataset.ts';

/**
 * Replaces several label files together or not at all, because half of a new split beside half of the old one would put
 * test images into training. No file system renames several files at once, so the new contents are written aside first,
 * then a journal that names them; then they are renamed, and the journal is removed. After a crash, the next read or
 * write of the lists finishes the renames.
 */
const journalFile = (project: string): string => path.join(project, '.destila.lists.json');

/** The lock for changes to a project's label files. It is a hidden file, because the folder belongs to the user. */
export const labelLockFile = (project: string): string => path.join(project, '.destila.lock');

const journalSchema = z.array(
  z.object({
    split: z.enum(['train', 'val', 'test']),
    /** Name of the new content, beside the list. */
    aside: z.string().refine(isAsideName),
    /** sha256 of the old content, hex; '' when there was no list. */
    before: z.string(),
  }),
);
type Journal = z.infer<typeof journalSchema>;

/** Writes the new contents. The caller holds the lock. Links are followed; permissions are kept. */
export async function replaceLists(project: string, lists: ReadonlyMap<Split, Uint8Array | string>): Promise<void> {
  if (lists.size === 0) return;
  const journal: Journal[number][] = [];
  const old = new Map<Split, Buffer | null>();
  try {
    for (const [split, data] of lists) {
      const place = placeOf(project, split);
      const before = await contentOf(place);
      const mode = before === null ? null : (await stat(place)).mode;
      old.set(split, before);
      journal.push({ split, aside: path.basename(await writeAside(place, data, mode)), before: hashOf(before) });
    }
    await writeFileAtomic(journalFile(project), JSON.stringify(journal));
  } catch (error) {
    await removeAsides(project, journal);
    throw error;
  }
  try {
    for (const entry of journal) await putInPlace(project, entry);
  } catch (error) {
    // If this fails too, the journal stays, and the replacement is finished later.
    for (const [split, content] of old) await putBack(placeOf(project, split), content);
    await removeAsides(project, journal);
    await removeJournal(project);
    throw error;
  }
  await removeJournal(project);
}

/** Finishes an interrupted replacement, unless another process holds the lock and will finish it. */
export async function finishInterruptedLists(project: string): Promise<void> {
  if (!existsSync(journalFile(project))) return;
  // If the lock cannot be taken, for example on a read-only disk, the lists stay as they are.
  const lock = await takeLock(labelLockFile(project), 'saving labels').catch(() => null);
  if (lock === null) return;
  try {
    await finishLists(project);
  } catch {
    /* the next write of the lists reports the error */
  } finally {
    await lock.release();
  }
}

/**
 * Finishes an interrupted replacement. The caller holds the lock. If a list was changed since the crash, nothing is
 * replaced.
 */
export async function finishLists(project: string): Promise<void> {
  const journal = await readJournal(project);
  if (journal === null) return;
  const left = journal.filter((entry) => existsSync(asideOf(project, entry)));
  const hashes = await Promise.all(left.map(async ({ split }) => hashOf(await contentOf(placeOf(project, split)))));
  if (left.every(({ before }, i) => hashes[i] === before)) for (const entry of left) await putInPlace(project, entry);
  else await removeAsides(project, left);
  await removeJournal(project);
}

/** Null without a valid journal. A foreign folder may contain one that names other files, which replaces nothing. */
async function readJournal(project: string): Promise<Journal | null> {
  try {
    const text = await readRegularText(insideFolder(project, path.basename(journalFile(project))));
    return journalSchema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

const placeOf = (project: string, split: Split): string => insideFolder(project, labelFileName(split));

const asideOf = (project: string, { split, aside }: Journal[number]): string =>
  path.join(path.dirname(placeOf(project, split)), aside);

async function putInPlace(project: string, entry: Journal[number]): Promise<void> {
  const place = placeOf(project, entry.split);
  await rename(asideOf(project, entry), place);
  await syncFolder(path.dirname(place));
}

async function putBack(place: string, content: Buffer | null): Promise<void> {
  if ((await contentOf(place))?.equals(content ?? Buffer.alloc(0)) === true) return;
  if (content === null) await rm(place, { force: true });
  else await writeFileAtomic(place, content, (await stat(place)).mode);
}

async function removeAsides(project: string, entries: Journal): Promise<void> {
  for (const entry of entries) await rm(asideOf(project, entry), { force: true });
}

async function removeJournal(project: string): Promise<void> {
  await rm(journalFile(project), { force: true });
  await syncFolder(project);
}

/** Null when there is no file. */
const contentOf = (file: string): Promise<Buffer | null> =>
  readRegularFile(file).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  });

const hashOf = (content: Buffer | null): string => (content === null ? '' : hash('sha256', content));
