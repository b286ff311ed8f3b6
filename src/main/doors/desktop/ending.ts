export type How = 'stop' | 'kill';

/** How the program ends. Whatever asks for it, a window, a signal or the end of the session, asks here. */
export interface Ending {
  /** Null until it has begun. */
  readonly begun: How | null;
  /** The first call begins it. A later 'kill' ends a job that is still on its way to a checkpoint. */
  end(how: How): void;
}

export function createEnding(close: (how: How) => Promise<void>, exit: (code: number) => void): Ending {
  let begun: How | null = null;
  return {
    get begun() {
      return begun;
    },
    end: (how) => {
      if (begun === 'kill' || begun === how) return;
      begun = how;
      close(how).then(
        () => exit(0),
        () => exit(1), // For example, the queue could not be written. What the job saved is on disk.
      );
    },
  };
}
