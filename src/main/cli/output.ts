import { Problem, toProblemData } from '../../shared/problem.ts';

/**
 * Standard output and standard error may be closed by whoever reads them (`| head`, a closed terminal). Without a
 * listener Node ends the process with a stack trace, and a training with it; with one, what is written after that is
 * dropped.
 */
export interface Output {
  /** Aborted when nothing more can be written: work that only produces output need not go on. */
  readonly closed: AbortSignal;
  /**
   * Null while all was written, and where the reader simply went away; a Problem when writing failed, as on a full
   * disk.
   */
  fault(): Problem | null;
}

export function surviveClosedOutput(stdout: NodeJS.WriteStream, stderr: NodeJS.WriteStream): Output {
  const controller = new AbortController();
  let fault: Problem | null = null;
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    const gone = error.code === 'EPIPE' || error.code === 'ERR_STREAM_DESTROYED';
    if (!gone && fault === null) {
      const { kind, message } = toProblemData(error);
      fault = new Problem(kind, `The output could not be written: ${message}`, error.stack);
    }
    controller.abort();
  });
  stderr.on('error', () => undefined); // progress for people: nothing depends on it
  return { closed: controller.signal, fault: () => fault };
}

/** This process's own output; made once, before anything is written. */
export const output: Output = surviveClosedOutput(process.stdout, process.stderr);
