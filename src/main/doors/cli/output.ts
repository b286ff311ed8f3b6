import { visible, visibleLines } from '../../../shared/hiddenCharacters.ts';
import { Problem, toProblemData } from '../../../shared/problem.ts';

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

/**
 * All that the command line prints goes through here. Labels, file names and messages may come from anybody, and a
 * terminal obeys the
 * control characters in them: it would move the cursor, hide lines, or fill the clipboard. So they are shown as
 * escapes.
 */
export const print = (text: string): void => {
  process.stdout.write(visibleLines(text));
};

export const printError = (text: string): void => {
  process.stderr.write(visibleLines(text));
};

/** Data for another program, byte for byte; a terminal gets the escapes all the same. */
export const printData = (text: string): void => {
  process.stdout.write(process.stdout.isTTY ? visibleLines(text) : text);
};

const CLEAR_LINE = '\r\x1b[K';

/** Shows a line on a terminal in place of the one before. */
export const showStatus = (text: string, out: NodeJS.WriteStream = process.stderr): void => {
  out.write(CLEAR_LINE + visible(text));
};

export const clearStatus = (out: NodeJS.WriteStream = process.stderr): void => {
  if (out.isTTY) out.write(CLEAR_LINE);
};
