import { finishLists, labelLockFile } from '../../pipeline/data/replaceLists.ts';
import { findLeftovers, removeLeftovers } from '../../pipeline/storage/leftovers.ts';
import type { Lock, LockOptions } from '../../pipeline/storage/lock.ts';
import { takeLock } from '../../pipeline/storage/lock.ts';

/** The lock under which label files are changed. What a crash interrupted is finished first. */
export async function lockLabels(project: string, what: string, options: LockOptions = {}): Promise<Lock> {
  const lock = await takeLock(labelLockFile(project), what, options);
  try {
    await finishLists(project);
    return lock;
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/**
 * Takes the lock over from a program on another machine or in another container, for a person who says that it is gone, and
 * removes what it left. The program, should it live after all, finds its lock gone and its next save refused.
 */
export async function takeOverLabels(project: string): Promise<void> {
  const lock = await lockLabels(project, 'saving labels', { takeOver: true });
  try {
    await removeLeftovers(project, { recursive: false });
  } finally {
    await lock.release();
  }
}

/** Removes what a killed save left in a project's folder; while somebody saves, or where nothing can be written, it stays. */
export async function removeLabelLeftovers(project: string): Promise<void> {
  if ((await findLeftovers(project, { recursive: false })).length === 0) return;
  const lock = await lockLabels(project, 'cleaning up').catch(() => null);
  if (lock === null) return;
  try {
    await removeLeftovers(project, { recursive: false });
  } finally {
    await lock.release();
  }
}
