import { read } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import yauzl from 'yauzl';
import { Problem } from '../../../shared/problem.ts';

export interface ZipEntry {
  /** With forward slashes; never absolute, never with `..`. */
  readonly name: string;
  /** Unpacked size in bytes. The stream of `open` fails if the entry unpacks to more or less than this. */
  readonly bytes: number;
  /** Unix permission bits; 0 when the zip was created on another system. */
  readonly mode: number;
  open(): Promise<Readable>;
}

export interface ZipRules {
  /** Limit for all entries together, unpacked, as declared in the central directory. */
  readonly maxBytes: number;
  readonly maxEntries: number;
  /**
   * True for archives that people unpack with any tool on any system: names must differ in more than case or Unicode
   * form, and local headers must agree with the central directory, because streaming tools read only the former.
   */
  readonly portable: boolean;
}

/** Opens a zip, checks its directory before anything is unpacked, and passes its files (without folders) to `work`. */
export async function withZip<T>(
  file: string,
  rules: ZipRules,
  work: (entries: readonly ZipEntry[]) => Promise<T>,
): Promise<T> {
  const name = path.basename(file);
  const handle = await open(file).catch((error: unknown) => {
    throw unreadable(name, error);
  });
  try {
    const { size } = await handle.stat();
    const zip = await yauzl.fromRandomAccessReaderPromise(new BoundedReader(handle), size, { autoClose: false });
    const entries = await directory(zip, name, rules);
    if (rules.portable) await requireSameLocalHeaders(zip, entries, name);
    const files = entries.filter(({ fileName }) => !fileName.endsWith('/'));
    return await work(files.map((entry) => described(zip, entry)));
  } catch (error) {
    throw error instanceof Problem || isSystemError(error) ? error : unreadable(name, error);
  } finally {
    await handle.close();
  }
}

const CHUNK_BYTES = 65_536;

async function* chunks(handle: FileHandle, start: number, end: number): AsyncGenerator<Buffer> {
  for (let at = start; at < end;) {
    const length = Math.min(CHUNK_BYTES, end - at);
    const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafe(length), 0, length, at);
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
    at += bytesRead;
  }
}

/**
 * yauzl's own reader passes any 64-bit offset of the archive to fs.read, which throws for those beyond 2^53 where
 * nobody can catch it.
 */
class BoundedReader extends yauzl.RandomAccessReader {
  readonly #handle: FileHandle;

  constructor(handle: FileHandle) {
    super();
    this.#handle = handle;
  }

  override _readStreamForRange(start: number, end: number): Readable {
    return Readable.from(chunks(this.#handle, start, end), { objectMode: false });
  }

  override read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
    callback: (error: Error | null, bytesRead?: number) => void,
  ): void {
    if (Number.isSafeInteger(position)) read(this.#handle.fd, buffer, offset, length, position, callback);
    else setImmediate(callback, new Error('an offset is beyond the end of the file'));
  }
}

/** Reads a whole entry. yauzl reports an error if its size is not the declared one. */
export async function readEntry(entry: ZipEntry): Promise<Uint8Array> {
  const data = new Uint8Array(entry.bytes);
  let at = 0;
  for await (const chunk of (await entry.open()) as AsyncIterable<Uint8Array>) {
    data.set(chunk, at);
    at += chunk.length;
  }
  return data;
}

/** True for errors of the disk during unpacking, which do not mean that the archive is damaged. */
const isSystemError = (error: unknown): boolean => 'syscall' in (error as object);

function unreadable(name: string, error: unknown): Problem {
  const { message } = error as Error;
  if (/^(absolute path|invalid relative path): /.test(message))
    return new Problem('file.zipEntryOutside', {
      zip: name,
      entry: JSON.stringify(message.slice(message.indexOf(': ') + 2)),
    });
  return new Problem('file.zipUnreadable', { zip: name }, message);
}

const kindOf = ({ externalFileAttributes }: yauzl.Entry): number => (externalFileAttributes >>> 16) & 0o170000;
const REGULAR = 0o100000,
  LINK = 0o120000,
  FOLDER = 0o040000;

/** Gives the same key to names that some system treats as the same file. */
const portableKey = (name: string): string => name.normalize('NFKC').toUpperCase().toLowerCase();

async function directory(zip: yauzl.ZipFile, name: string, rules: ZipRules): Promise<yauzl.Entry[]> {
  const { maxBytes, maxEntries, portable } = rules;
  if (zip.entryCount > maxEntries)
    throw new Problem('file.zipEntries', { zip: name, count: zip.entryCount, limit: maxEntries });
  const entries: yauzl.Entry[] = [];
  const seen = new Map<string, string>();
  let bytes = 0;
  for await (const entry of zip.eachEntry()) {
    const { fileName } = entry;
    const kind = kindOf(entry);
    const about = { zip: name, entry: JSON.stringify(fileName) };
    if (kind === LINK) throw new Problem('file.zipLink', about);
    if (kind !== 0 && kind !== REGULAR && kind !== FOLDER) throw new Problem('file.zipEntrySpecial', about);
    const key = portable ? portableKey(fileName) : fileName;
    const other = seen.get(key);
    if (other === fileName) throw new Problem('file.zipEntryRepeated', about);
    if (other !== undefined) throw new Problem('file.zipSameFile', { ...about, other: JSON.stringify(other) });
    seen.set(key, fileName);
    bytes += entry.uncompressedSize;
    if (bytes > maxBytes) throw new Problem('file.zipTooLarge', { zip: name, limit: Math.round(maxBytes / 2 ** 20) });
    entries.push(entry);
  }
  return entries;
}

/** Largest sizes in bytes. A data descriptor may follow an entry, and zip64 records may precede the end record. */
const DESCRIPTOR = 24,
  CENTRAL_HEADER = 46,
  END_RECORD = 22,
  ZIP64_RECORDS = 76;
/** The flag of an entry whose sizes follow its data, and the size that refers to a zip64 field. */
const SIZES_FOLLOW = 0x08,
  IN_ZIP64 = 0xffffffff;

/** Requires that tools that read a zip from front to back find the same files as tools that read its directory. */
async function requireSameLocalHeaders(
  zip: yauzl.ZipFile,
  entries: readonly yauzl.Entry[],
  name: string,
): Promise<void> {
  const hidden = (): Problem => new Problem('file.zipHiddenData', { zip: name });
  let at = 0;
  const inOrder = [...entries].sort((a, b) => a.relativeOffsetOfLocalHeader - b.relativeOffsetOfLocalHeader);
  for (const entry of inOrder) {
    const gap = entry.relativeOffsetOfLocalHeader - at;
    if (gap < 0 || gap > (at === 0 ? 0 : DESCRIPTOR)) throw hidden();
    const local = await zip.readLocalFileHeaderPromise(entry);
    const sameSizes =
      (local.generalPurposeBitFlag & SIZES_FOLLOW) !== 0 ||
      local.compressedSize === IN_ZIP64 ||
      (local.compressedSize === entry.compressedSize && local.uncompressedSize === entry.uncompressedSize);
    if (!sameSizes || !local.fileName.equals(entry.fileNameRaw))
      throw new Problem('file.zipEntryDescribedTwice', { zip: name, entry: JSON.stringify(entry.fileName) });
    at = local.fileDataStart + entry.compressedSize;
  }
  const directoryBytes = entries.reduce(
    (sum, entry) => sum + CENTRAL_HEADER + entry.fileNameLength + entry.extraFieldLength + entry.fileCommentLength,
    0,
  );
  const rest = zip.fileSize - at - directoryBytes - END_RECORD - zip.comment.length;
  if (rest < 0 || rest > DESCRIPTOR + ZIP64_RECORDS) throw hidden();
}

const described = (zip: yauzl.ZipFile, entry: yauzl.Entry): ZipEntry => ({
  name: entry.fileName,
  bytes: entry.uncompressedSize,
  mode: (entry.externalFileAttributes >>> 16) & 0o777,
  open: () => zip.openReadStreamPromise(entry),
});
