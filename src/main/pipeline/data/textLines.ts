import { TextDecoder } from 'node:util';

/** Bytes of a text file as numbered lines. */
export interface TextLine {
  /** From 1. */
  readonly number: number;
  readonly text: string;
}

export interface TextFile {
  readonly lines: readonly TextLine[];
  /** Lines left out because they are no text. */
  readonly faults: readonly { readonly number: number; readonly message: string }[];
}

const lineFeed = 0x0a;
const byteOrderMark = '\uFEFF';

/** UTF-8 with or without byte order mark; lines end in LF, CR LF or (in files without any LF) CR. Lines that are no UTF-8 are reported, never guessed. */
export function readLines(bytes: Uint8Array): TextFile {
  if (isUtf16(bytes)) return { lines: [], faults: [{ number: 1, message: 'the file is saved as UTF-16.' }] };
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const lineEnd = bytes.includes(lineFeed) ? lineFeed : 0x0d;
  const lines: TextLine[] = [];
  const faults: { number: number; message: string }[] = [];
  let number = 0;
  for (let start = 0; start < bytes.length;) {
    number++;
    const found = bytes.indexOf(lineEnd, start);
    const end = found < 0 ? bytes.length : found;
    const text = decode(decoder, bytes.subarray(start, end));
    if (text === null) faults.push({ number, message: 'this line is not UTF-8.' });
    else if (text.includes('\0'))
      faults.push({ number, message: 'this line holds a NUL character: the file is no text.' });
    // A mark also stands at the start of a later line where files were joined.
    else lines.push({ number, text: text.startsWith(byteOrderMark) ? text.slice(1) : text });
    start = end + 1;
  }
  return { lines, faults };
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
