import { finishLists, labelLockFile } from '../../pipeline/data/replaceLists.ts';
import { findLeftovers, removeLeftovers } from '../../pipeline/storage/leftovers.ts';
import type { Lock, LockOptions, LockPurpose } from '../../pipeline/storage/lock.ts';
import { takeLock } from '../../pipeline/storage/lock.ts';

/** Takes the lock under which label files are changed, and finishes a save that a crash interrupted. */
export async function lockLabels(project: string, what: LockPurpose, options: LockOptions = {}): Promise<Lock> {
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
 * Takes over the lock of a program on another machine or in another container, once a person confirms that the program
 * is gone, and removes its leftover files. If it is still running after all, its next save is refused.
 */
export async function takeOverLabels(project: string): Promise<void> {
  const lock = await lockLabels(project, 'saving labels', { takeOver: true });
  try {
    await removeLeftovers(project, { recursive: false });
  } finally {
    await lock.release();
  }
}

/** Removes the leftovers of a save that was killed, unless somebody is saving or the folder is read-only. */
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
