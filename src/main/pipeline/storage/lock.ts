import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { Problem } from '../../../shared/problem.ts';

/** Who holds a lock: a process id alone would be taken for another's after a restart, so its start time stands beside it. */
const holderSchema = z.object({
  formatVersion: z.literal(1),
  pid: z.int(),
  host: z.string(),
  started: z.string(),
  what: z.string(),
});
type Holder = z.infer<typeof holderSchema>;

export interface Lock {
  release(): Promise<void>;
}

/**
 * Takes a lock file for this process, across all doors and machines that share the folder. A lock whose process is gone is taken over.
 * Throws Problem('busy') that says who holds it.
 */
export async function takeLock(file: string, what: string): Promise<Lock> {
  await mkdir(path.dirname(file), { recursive: true });
  const holder: Holder = {
    formatVersion: 1,
    pid: process.pid,
    host: os.hostname(),
    started: startOf(process.pid) ?? '',
    what,
  };
  while (!(await create(file, holder))) {
    const other = await readHolder(file);
    if (other === 'gone') continue;
    if (other !== null && isAlive(other)) throw new Problem('busy', busyMessage(file, other));
    await removeStale(file);
  }
  return { release: () => rm(file, { force: true }) };
}

/** Whether a living process holds the lock; a holder on another machine counts as alive, for it cannot be asked. */
export async function isLocked(file: string): Promise<boolean> {
  const holder = await readHolder(file);
  return holder !== 'gone' && holder !== null && isAlive(holder);
}

async function create(file: string, holder: Holder): Promise<boolean> {
  try {
    const handle = await open(file, 'wx');
    try {
      await handle.writeFile(JSON.stringify(holder));
      await handle.sync();
    } finally {
      await handle.close();
    }
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Null: the file is there but says nothing (its writer died over it). */
async function readHolder(file: string): Promise<Holder | null | 'gone'> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch {
    return 'gone';
  }
  try {
    return holderSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

/** Renamed first: of two processes that find the same stale lock only one can. */
async function removeStale(file: string): Promise<void> {
  const aside = `${file}.stale-${process.pid}`;
  await rename(file, aside).catch(() => undefined);
  await rm(aside, { force: true });
}

function isAlive({ pid, host, started }: Holder): boolean {
  if (host !== os.hostname()) return true;
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  const now = startOf(pid);
  return now === null || started === '' || now === started;
}

/** When a process started, in clock ticks since boot (field 22 of /proc/<pid>/stat) beside the boot's id; null where there is no /proc. */
function startOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const ticks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}:${ticks ?? ''}`;
  } catch {
    return null;
  }
}

function busyMessage(file: string, { pid, host, what }: Holder): string {
  const place = host === os.hostname() ? `process ${pid}` : `process ${pid} on ${host}`;
  const way =
    host === os.hostname() ? 'Wait for it or stop it first.' : `Stop it there; if it is gone for good, delete ${file}.`;
  return `${path.dirname(file)} is in use by ${place} (${what}). ${way}`;
}
