import { TextDecoder } from 'node:util';

/** Bytes of a text file as numbered lines. */
export interface TextLine {
  /** From 1. */
  readonly number: number;
  readonly text: string;
}

export interface TextFile {
  readonly lines: readonly TextLine[];
  /** Lines left out. */
  readonly faults: readonly LineFault[];
}

export interface LineFault {
  readonly number: number;
  readonly kind: 'encoding' | 'lineEnding' | 'lineTooLong';
  readonly message: string;
}

/** Bytes of a line: a path and thousands of labels. A longer one is a file without line breaks, not an image. */
const LONGEST_LINE = 64 * 1024;

const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const byteOrderMark = '\uFEFF';

/**
 * UTF-8 with or without byte order mark; lines end in LF, CR LF or (in files without any LF) CR. Lines that are no
 * UTF-8 are reported, never guessed.
 */
export function readLines(bytes: Uint8Array): TextFile {
  if (isUtf16(bytes))
    return { lines: [], faults: [{ number: 1, kind: 'encoding', message: 'the file is saved as UTF-16.' }] };
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const lineEnd = bytes.includes(lineFeed) ? lineFeed : carriageReturn;
  const lines: TextLine[] = [];
  const faults: LineFault[] = [];
  let number = 0;
  for (let start = 0; start < bytes.length;) {
    number++;
    const found = bytes.indexOf(lineEnd, start);
    const end = found < 0 ? bytes.length : found;
    const read = readLine(decoder, bytes.subarray(start, end));
    if (typeof read === 'string') lines.push({ number, text: read });
    else faults.push({ number, ...read });
    start = end + 1;
  }
  return { lines, faults };
}

function readLine(decoder: TextDecoder, bytes: Uint8Array): string | Omit<LineFault, 'number'> {
  if (bytes.length > LONGEST_LINE)
    return { kind: 'lineTooLong', message: `this line has ${bytes.length} bytes, more than ${LONGEST_LINE}.` };
  const text = decode(decoder, bytes);
  if (text === null) return { kind: 'encoding', message: 'this line is not UTF-8.' };
  if (text.includes('\0'))
    return { kind: 'encoding', message: 'this line holds a NUL character: the file is not text.' };
  // The last character is half of a Windows line ending.
  if (text.lastIndexOf('\r', text.length - 2) >= 0 && text.length > 1)
    return { kind: 'lineEnding', message: 'a carriage return stands inside this line: it may be two lines.' };
  // A mark also stands at the start of a later line where files were joined.
  return text.startsWith(byteOrderMark) ? text.slice(1) : text;
}

function decode(decoder: TextDecoder, bytes: Uint8Array): string | null {
  try {
    return decoder.decode(bytes);
  } catch {
    return null;
  }
}

const isUtf16 = (bytes: Uint8Array): boolean =>
  (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
