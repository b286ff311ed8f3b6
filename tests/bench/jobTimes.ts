import type { Times } from './meteredEngine.ts';

/** Where the time of one epoch went; what is in none of the engine's kinds is JavaScript and files. */
export interface EpochTimes {
  readonly stage: string;
  readonly phase: string;
  readonly seconds: number;
  /** Of all threads. */
  readonly cpuSeconds: number;
  readonly spent: Times;
  readonly macroAp: number | null;
}

/** What a turn, ours or a peer's, writes to times.json. */
export interface JobTimes {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakBytes: number;
  readonly epochs: readonly EpochTimes[];
}
