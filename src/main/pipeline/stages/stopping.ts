import type { JobCommand } from '../../../shared/events.ts';
import { Problem } from '../../../shared/problem.ts';
import type { JobContext } from './jobContext.ts';

/** How often a stop is looked for while work runs that takes no commands itself. */
const POLL_MS = 200;

export interface Stopping {
  /** Commands for the training phases that arrived since the last call, in order. */
  takeCommands(): readonly JobCommand[];
  /** Throws Problem('cancelled') if a stop was requested. */
  check(): void;
  /**
   * The work's result, or Problem('cancelled') as soon as a stop is requested. For work that starts over when the run
   * resumes: it is abandoned in the middle, because the job's process ends right after.
   */
  unlessStopped<T>(work: Promise<T>): Promise<T>;
}

/** Training phases take the stop command and write a checkpoint first; this stops the work between them. */
export function watchForStop(context: Pick<JobContext, 'takeCommands'>): Stopping {
  let waiting: readonly JobCommand[] = [];
  const stopRequested = (): boolean => {
    waiting = [...waiting, ...context.takeCommands()];
    return waiting.some(({ type }) => type === 'stop');
  };
  const stopped = (): Problem => new Problem('cancelled.stoppedInStage');
  return {
    takeCommands: () => {
      const taken = [...waiting, ...context.takeCommands()];
      waiting = [];
      return taken;
    },
    check: () => {
      if (stopRequested()) throw stopped();
    },
    unlessStopped: async (work) => {
      let timer: NodeJS.Timeout | undefined;
      const stop = new Promise<never>((_, reject) => {
        timer = setInterval(() => {
          if (stopRequested()) reject(stopped());
        }, POLL_MS);
      });
      try {
        return await Promise.race([work, stop]);
      } finally {
        clearInterval(timer);
      }
    },
  };
}
