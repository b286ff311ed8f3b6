import { readFileSync, readlinkSync } from 'node:fs';
import os from 'node:os';
import { z } from 'zod';

/** The process that holds a lock, as the lock file names it. */
export const holderSchema = z.object({
  formatVersion: z.literal(1),
  /** Counts up while the holder lives: fixed width, because it is overwritten in place. */
  beat: z.string().default(''),
  /** Random: tells this lock from any other that ever lay at the same path. '' in locks of earlier versions. */
  token: z.string().default(''),
  pid: z.int(),
  /** For messages only: a container has a new name each time, and a laptop's name changes with its network. */
  host: z.string(),
  /** The processes among which `pid` is unique; '' where the system does not tell. */
  machine: z.string().default(''),
  /** `startOf` the process: a process id is reused, the pair is not. */
  started: z.string(),
  what: z.string(),
});
export type Holder = z.infer<typeof holderSchema>;

/** 'unknown' when the process cannot be looked up from here: another machine, another container, an earlier boot. */
export type Fate = 'alive' | 'gone' | 'unknown';

/** Whether the process that wrote a lock still runs, as far as the system can tell. */
export function fateOf({ pid, host, machine, started }: Holder): Fate {
  const lookedUpHere =
    machine !== '' ? machine === machineId() : host === os.hostname() && (started === '' || isThisBoot(started));
  if (!lookedUpHere) return 'unknown';
  const now = exists(pid) ? startOf(pid) : 'none';
  if (now === 'none') return 'gone';
  // Without start times a living process may be a later one with the same number: only the heartbeat tells.
  if (now === null || started === '') return 'unknown';
  return now === started ? 'alive' : 'gone';
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Whether a process of this machine runs that started at that time; null when the time is not known. */
export const isRunning = (pid: number, ticks: string | null): boolean =>
  exists(pid) && (ticks === null || (ticksOf(pid) ?? ticks) === ticks);

/** The boot and the process namespace: within both, a process id and its start time name one process. */
export function machineId(): string {
  try {
    return `${bootId()} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return '';
  }
}

/** When a process started, with the boot that it counts from; null where there is no /proc. */
export function startOf(pid: number): string | null {
  const ticks = ticksOf(pid);
  return ticks === null ? null : `${bootId()}:${ticks}`;
}

/** Clock ticks from boot to the start of a process: field 22 of /proc/<pid>/stat, see proc_pid_stat(5). */
export function ticksOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the program's name in parentheses and may hold spaces and parentheses itself.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null;
  }
}

const bootId = (): string => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();

function isThisBoot(started: string): boolean {
  try {
    return started.startsWith(`${bootId()}:`);
  } catch {
    return false;
  }
}
