import { visible, visibleLines } from '../../../shared/hiddenCharacters.ts';
import { Problem, toProblemData } from '../../../shared/problem.ts';

/**
 * The reader of standard output or standard error may close it (`| head`, a closed terminal). Without a listener, Node
 * would end the process, and a training with it. With one, later output is discarded.
 */
export interface Output {
  /** Aborted when nothing more can be written, so that work which only produces output can stop. */
  readonly closed: AbortSignal;
  /** A Problem if writing failed, for example on a full disk. Null if all was written or the reader closed the pipe. */
  fault(): Problem | null;
}

export function surviveClosedOutput(stdout: NodeJS.WriteStream, stderr: NodeJS.WriteStream): Output {
  const controller = new AbortController();
  let fault: Problem | null = null;
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    const closed = error.code === 'EPIPE' || error.code === 'ERR_STREAM_DESTROYED';
    if (!closed && fault === null) {
      const full = toProblemData(error).kind === 'diskFull';
      fault = new Problem(full ? 'diskFull.output' : 'file.outputNotWritten', {}, error.stack);
    }
    controller.abort();
  });
  stderr.on('error', () => undefined); // only has progress for people, on which nothing depends
  return { closed: controller.signal, fault: () => fault };
}

/** This process's own output, created before anything is written. */
export const output: Output = surviveClosedOutput(process.stdout, process.stderr);

/**
 * Everything that the command line prints goes through these functions. Labels, file names and messages may come from
 * anybody, and control characters in them could move the cursor, hide lines or fill the clipboard of a terminal.
 * Therefore they are printed as escapes.
 */
export const print = (text: string): void => {
  process.stdout.write(visibleLines(text));
};

export const printError = (text: string): void => {
  process.stderr.write(visibleLines(text));
};

/** Data for another program is written unchanged; on a terminal, control characters still become escapes. */
export const printData = (text: string): void => {
  process.stdout.write(process.stdout.isTTY ? visibleLines(text) : text);
};

const CLEAR_LINE = '\r\x1b[K';

/** Replaces the status line on a terminal. */
export const showStatus = (text: string, out: NodeJS.WriteStream = process.stderr): void => {
  out.write(CLEAR_LINE + visible(text));
};

export const clearStatus = (out: NodeJS.WriteStream = process.stderr): void => {
  if (out.isTTY) out.write(CLEAR_LINE);
};
