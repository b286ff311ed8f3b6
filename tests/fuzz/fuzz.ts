import fc from 'fast-check';
import { Problem } from '../../src/shared/problem.ts';
import { mutated } from './mutation.ts';
import type { Target } from './target.ts';

export interface FuzzLimits {
  readonly seed: number;
  readonly runs: number;
  /** Stops earlier after this many milliseconds; null never does. */
  readonly milliseconds: number | null;
  /** Hears each input before it is read: a crash of the process leaves it behind. */
  readonly onInput?: (bytes: Buffer) => void;
}

export interface FuzzResult {
  readonly inputs: number;
  readonly accepted: number;
  readonly refused: number;
  /** The slowest input, in milliseconds of this process's processor time. */
  readonly slowest: number;
}

/**
 * Reads every seed, then changed ones. Throws with the shrunk input when a reader ends in anything but a value or a
 * Problem.
 */
export async function fuzz(target: Target, { seed, runs, milliseconds, onInput }: FuzzLimits): Promise<FuzzResult> {
  let [inputs, accepted, refused, slowest] = [0, 0, 0, 0];
  const read = async (bytes: Buffer): Promise<void> => {
    inputs++;
    onInput?.(bytes);
    const start = process.cpuUsage();
    try {
      await target.read(bytes);
      accepted++;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      refused++;
    } finally {
      const { user, system } = process.cpuUsage(start);
      slowest = Math.max(slowest, (user + system) / 1000);
    }
  };
  for (const bytes of target.seeds) await read(Buffer.from(bytes));
  await fc.assert(fc.asyncProperty(mutated(target.seeds, target.pieces), read), {
    seed,
    numRuns: runs,
    ...(milliseconds !== null && { interruptAfterTimeLimit: milliseconds }),
  });
  return { inputs, accepted, refused, slowest };
}
