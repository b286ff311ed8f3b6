import { readFile, statfs } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Config } from '../../../shared/config.ts';
import type { Load, Machine, Settings } from '../../../shared/contract/studio.ts';
import { machineSchema } from '../../../shared/contract/studio.ts';
import { surveyMachine } from '../engines/survey.ts';
import { createGpuMeter } from './gpuLoad.ts';
import { readStored, writeStored } from '../state/storedJson.ts';

/** What this machine can do. Engines are started and timed once, and again on request. */
export interface MachineStore {
  known(): Machine | null;
  measure(signal?: AbortSignal): Promise<Machine>;
}

export async function openMachine(stateFolder: string): Promise<MachineStore> {
  const file = path.join(stateFolder, 'machine.json');
  let machine = await readStored(file, machineSchema.nullable(), null);
  return {
    known: () => machine,
    measure: async (signal) => {
      machine = { measuredAt: new Date().toISOString(), ...(await surveyMachine(os.homedir(), signal)) };
      await writeStored(file, machine);
      return machine;
    },
  };
}

/**
 * Threads of a new run; 0 means all cores. Polite mode leaves a quarter of the cores, at least one, to other programs.
 */
export function threadsOf(
  { threads, polite }: Pick<Settings, 'threads' | 'polite'>,
  cores = os.availableParallelism(),
): number {
  if (threads > 0 || !polite) return threads;
  return Math.max(1, cores - Math.max(1, Math.round(cores / 4)));
}

/** A run that names its own threads or GPU keeps them. */
export function onThisMachine(config: Config, settings: Pick<Settings, 'threads' | 'polite' | 'adapter'>): Config {
  const { threads, adapter } = config.engine;
  const engine = {
    ...config.engine,
    threads: threads > 0 ? threads : threadsOf(settings),
    adapter: adapter ?? settings.adapter,
  };
  return { ...config, engine };
}

interface CpuTimes {
  readonly busy: number;
  readonly total: number;
}

function cpuTimes(): CpuTimes {
  const times = os.cpus().map(({ times: { user, nice, sys, idle, irq } }) => ({ busy: user + nice + sys + irq, idle }));
  const busy = times.reduce((sum, time) => sum + time.busy, 0);
  return { busy, total: busy + times.reduce((sum, time) => sum + time.idle, 0) };
}

export type LoadMeter = () => Promise<Load>;

/** Each call reports how busy the CPU was since the previous call. */
export function createLoadMeter(folder: string, jobPid: () => number | null): LoadMeter {
  let last = cpuTimes();
  const gpus = createGpuMeter();
  return async () => {
    const now = cpuTimes();
    const share = now.total === last.total ? 0 : (now.busy - last.busy) / (now.total - last.total);
    last = now;
    const pid = jobPid();
    return {
      cpuShare: share,
      memoryTotalBytes: os.totalmem(),
      memoryUsedBytes: os.totalmem() - os.freemem(),
      diskFreeBytes: await statfs(folder).then(
        ({ bavail, bsize }) => bavail * bsize,
        () => null,
      ),
      jobBytes: pid === null ? null : await residentBytes(pid),
      gpus: await gpus(),
    };
  };
}

/** Reads /proc, so it is null on systems without it. */
async function residentBytes(pid: number): Promise<number | null> {
  const text = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const match = /^VmRSS:\s*(\d+) kB$/m.exec(text);
  return match === null ? null : Number(match[1]) * 1024;
}
