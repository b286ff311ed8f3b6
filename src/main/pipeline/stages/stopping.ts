import type { JobCommand } from '../../../shared/events.ts';
import { Problem } from '../../../shared/problem.ts';
import type { JobContext } from './jobContext.ts';

/** How often work that takes no commands itself looks whether it should stop. */
const LOOK_MS = 200;

export interface Stopping {
  /** For the training phases: what was asked for since the last call, in order. */
  takeCommands(): readonly JobCommand[];
  /** Throws Problem('cancelled') if a stop was asked for. */
  check(): void;
  /**
   * The work's result, or Problem('cancelled') as soon as a stop is asked for. For work that starts over when the run resumes;
   * what it is doing is abandoned: the job's process ends next.
   */
  unlessStopped<T>(work: Promise<T>): Promise<T>;
}

/** Training stops at a checkpoint of its own accord; this stops what lies between. */
export function watchForStop(context: Pick<JobContext, 'takeCommands'>): Stopping {
  let waiting: readonly JobCommand[] = [];
  const stopAsked = (): boolean => {
    waiting = [...waiting, ...context.takeCommands()];
    return waiting.some(({ type }) => type === 'stop');
  };
  const stopped = (): Problem =>
    new Problem('cancelled', 'Stopped, as asked. Resume repeats the stage that was running.');
  return {
    takeCommands: () => {
      const taken = [...waiting, ...context.takeCommands()];
      waiting = [];
      return taken;
    },
    check: () => {
      if (stopAsked()) throw stopped();
    },
    unlessStopped: async (work) => {
      let timer: NodeJS.Timeout | undefined;
      const stop = new Promise<never>((_, reject) => {
        timer = setInterval(() => {
          if (stopAsked()) reject(stopped());
        }, LOOK_MS);
      });
      try {
        return await Promise.race([work, stop]);
      } finally {
        clearInterval(timer);
      }
    },
  };
}
