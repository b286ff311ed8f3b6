import { readFileSync, readlinkSync } from 'node:fs';
import os from 'node:os';
import { z } from 'zod';

/** The process that holds a lock, as the lock file names it. */
export const holderSchema = z.object({
  formatVersion: z.literal(1),
  /** A counter that increases while the holder runs. It has a fixed width because it is overwritten in place. */
  beat: z.string().default(''),
  /** Random, to distinguish this lock from any other at the same path. '' in locks of earlier versions. */
  token: z.string().default(''),
  pid: z.int(),
  /** Only for messages, because containers get a new name each time and a laptop's name changes with its network. */
  host: z.string(),
  /** Identifies the boot and process namespace in which `pid` is unique; '' when the system does not provide it. */
  machine: z.string().default(''),
  /** `startOf` the process: process ids are reused, but not together with the start time. */
  started: z.string(),
  what: z.string(),
});
export type Holder = z.infer<typeof holderSchema>;

/**
 * 'unknown' when the process cannot be looked up: it is on another machine, in another container, or of an earlier
 * boot.
 */
export type HolderState = 'alive' | 'gone' | 'unknown';

/** Looks up whether the process that wrote a lock still runs. */
export function holderState({ pid, host, machine, started }: Holder): HolderState {
  const lookedUpHere =
    machine !== '' ? machine === machineId() : host === os.hostname() && (started === '' || isThisBoot(started));
  if (!lookedUpHere) return 'unknown';
  const now = exists(pid) ? startOf(pid) : 'none';
  if (now === 'none') return 'gone';
  // Without start times, this may be a later process with the same id: only the heartbeat can tell.
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

/** True when the process runs and started at that time; null accepts any start time. */
export const isRunning = (pid: number, ticks: string | null): boolean =>
  exists(pid) && (ticks === null || (ticksOf(pid) ?? ticks) === ticks);

/** Returns the boot and the process namespace; within both, process id and start time identify one process. */
export function machineId(): string {
  try {
    return `${bootId()} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return '';
  }
}

/** Returns when a process started, with the boot that it counts from; null without /proc. */
export function startOf(pid: number): string | null {
  const ticks = ticksOf(pid);
  return ticks === null ? null : `${bootId()}:${ticks}`;
}

/** Returns the clock ticks from boot to the start of a process: field 22 of /proc/<pid>/stat, see proc_pid_stat(5). */
export function ticksOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the program's name in parentheses, which may itself contain spaces and parentheses.
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
