import { TextDecoder } from 'node:util';
import type { Message } from '../../../shared/message.ts';
import { message } from '../../../shared/message.ts';

export interface TextLine {
  /** From 1. */
  readonly number: number;
  readonly text: string;
}

export interface TextFile {
  readonly lines: readonly TextLine[];
  /** The lines that are left out, and why. */
  readonly faults: readonly LineFault[];
}

export interface LineFault {
  readonly number: number;
  readonly kind: 'encoding' | 'lineEnding' | 'lineTooLong';
  readonly message: Message;
}

/** Bytes: enough for a path and thousands of labels. A longer line is a file without line breaks, not an image. */
const LONGEST_LINE = 64 * 1024;

const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const byteOrderMark = '\uFEFF';

/**
 * Splits the bytes of a text file into numbered lines. Accepts UTF-8 with or without byte order mark, and lines that
 * end in LF, CR LF or (in files without any LF) CR. Lines that are not UTF-8 are reported; their encoding is never
 * guessed.
 */
export function readLines(bytes: Uint8Array): TextFile {
  if (isUtf16(bytes))
    return { lines: [], faults: [{ number: 1, kind: 'encoding', message: message('findings.encoding.utf16') }] };
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
  if (bytes.length > LONGEST_LINE) {
    const sizes = { bytes: bytes.length, limit: LONGEST_LINE };
    return { kind: 'lineTooLong', message: message('findings.lineTooLong.line', sizes) };
  }
  const text = decode(decoder, bytes);
  if (text === null) return { kind: 'encoding', message: message('findings.encoding.line') };
  if (text.includes('\0')) return { kind: 'encoding', message: message('findings.encoding.nul') };
  // A carriage return at the end is half of a Windows line ending.
  if (text.lastIndexOf('\r', text.length - 2) >= 0 && text.length > 1)
    return { kind: 'lineEnding', message: message('findings.lineEnding.line') };
  // Where files were joined, a later line can start with a byte order mark as well.
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
