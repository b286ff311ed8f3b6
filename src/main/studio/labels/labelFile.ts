import { createHash } from 'node:crypto';
import path from 'node:path';
import { Problem } from '../../../shared/problem.ts';
import type { Split } from '../../../shared/contract/dataset.ts';
import { labelFileName } from '../../pipeline/data/dataset.ts';
import { readRegularFile } from '../../pipeline/storage/regularFile.ts';
import { insideFolder } from '../../pipeline/storage/insideFolder.ts';

/** A label file as the bytes of its lines, so that lines that are not edited stay the same byte for byte. */
export interface RawFile {
  readonly split: Split;
  readonly file: string;
  readonly exists: boolean;
  /** sha256 of the whole file, hex; '' if it does not exist. */
  readonly hash: string;
  readonly lines: readonly RawLine[];
  /** The line ending for new lines: that of the first line. */
  readonly ending: string;
}

export interface RawLine {
  /** Includes the line ending. */
  readonly bytes: Buffer;
  readonly text: string;
  /** '\n', '\r\n', '\r' or '' on the last line. */
  readonly ending: string;
}

const LF = 0x0a;
const CR = 0x0d;
const byteOrderMark = '\uFEFF';

export const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

export async function readRawFile(project: string, split: Split): Promise<RawFile> {
  const file = path.join(project, labelFileName(split));
  const bytes = await readRegularFile(insideFolder(project, labelFileName(split))).catch((error: unknown) => {
    const { code, message: reason } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return null;
    throw new Problem('file.labelFileUnreadable', { file }, reason);
  });
  if (bytes === null) return { split, file, exists: false, hash: '', lines: [], ending: '\n' };
  const lines = rawLines(bytes);
  return {
    split,
    file,
    exists: true,
    hash: hashOf(bytes),
    lines,
    ending: lines.find(({ ending }) => ending !== '')?.ending ?? '\n',
  };
}

function rawLines(bytes: Buffer): RawLine[] {
  const end = bytes.includes(LF) ? LF : CR;
  const lines: RawLine[] = [];
  for (let start = 0; start < bytes.length;) {
    const found = bytes.indexOf(end, start);
    const stop = found < 0 ? bytes.length : found;
    const windows = end === LF && stop > start && bytes[stop - 1] === CR;
    const text = bytes.toString('utf8', start, windows ? stop - 1 : stop);
    const ending = (windows ? '\r' : '') + (found < 0 ? '' : String.fromCharCode(end));
    lines.push({
      bytes: bytes.subarray(start, found < 0 ? stop : stop + 1),
      text: text.startsWith(byteOrderMark) ? text.slice(1) : text,
      ending,
    });
    start = stop + 1;
  }
  return lines;
}

/** Replaces the text of a line, and keeps its byte order mark and line ending. */
export function rewritten(line: RawLine, text: string): RawLine {
  const mark = line.bytes.toString('utf8').startsWith(byteOrderMark) ? byteOrderMark : '';
  return { ...line, text, bytes: Buffer.from(mark + text + line.ending) };
}

/** Appends lines. If the last line has no ending, it gets one first. */
export function appended(lines: readonly RawLine[], texts: readonly string[], ending: string): RawLine[] {
  if (texts.length === 0) return [...lines];
  const last = lines.at(-1);
  const closed =
    last === undefined || last.ending !== ''
      ? lines
      : [...lines.slice(0, -1), { ...last, ending, bytes: Buffer.concat([last.bytes, Buffer.from(ending)]) }];
  return [...closed, ...texts.map((text) => ({ text, ending, bytes: Buffer.from(text + ending) }))];
}

export const joined = (lines: readonly RawLine[]): Buffer => Buffer.concat(lines.map(({ bytes }) => bytes));
