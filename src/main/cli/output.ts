import { visible, visibleLines } from '../../shared/hiddenCharacters.ts';

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
