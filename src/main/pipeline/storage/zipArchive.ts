import path from 'node:path';
import type { Readable } from 'node:stream';
import yauzl from 'yauzl';
import { Problem } from '../../../shared/problem.ts';

export interface ZipEntry {
  /** With forward slashes; never absolute, never with `..`. */
  readonly name: string;
  /** Unpacked size. `open` fails on an entry that unpacks to more or less than this. */
  readonly bytes: number;
  /** Permission bits on Unix; 0 when the zip was made elsewhere. */
  readonly mode: number;
  open(): Promise<Readable>;
}

export interface ZipRules {
  /** Of all entries together, unpacked, as the central directory declares them. */
  readonly maxBytes: number;
  readonly maxEntries: number;
  /**
   * For archives that people unpack with any tool on any system: names must differ in more than case or Unicode form,
   * and local
   * headers must say the same as the central directory, because streaming tools read only the former.
   */
  readonly portable: boolean;
}

/** Opens a zip, checks its directory before anything is unpacked, and hands its files (no folders) to `work`. */
export async function withZip<T>(
  file: string,
  rules: ZipRules,
  work: (entries: readonly ZipEntry[]) => Promise<T>,
): Promise<T> {
  const name = path.basename(file);
  let zip: yauzl.ZipFile;
  try {
    zip = await yauzl.openPromise(file, { autoClose: false });
  } catch (error) {
    throw unreadable(name, error);
  }
  try {
    const entries = await directory(zip, name, rules);
    if (rules.portable) await requireSameLocalHeaders(zip, entries, name);
    const files = entries.filter(({ fileName }) => !fileName.endsWith('/'));
    return await work(files.map((entry) => described(zip, entry)));
  } catch (error) {
    throw error instanceof Problem || isSystemError(error) ? error : unreadable(name, error);
  } finally {
    zip.close();
  }
}

/** All of an entry; a stream that claims one size and gives another is an error of yauzl's. */
export async function readEntry(entry: ZipEntry): Promise<Uint8Array> {
  const data = new Uint8Array(entry.bytes);
  let at = 0;
  for await (const chunk of (await entry.open()) as AsyncIterable<Uint8Array>) {
    data.set(chunk, at);
    at += chunk.length;
  }
  return data;
}

/** Of the disk while unpacking: it is not the archive's fault. */
const isSystemError = (error: unknown): boolean => 'syscall' in (error as object);

function unreadable(name: string, error: unknown): Problem {
  const { message } = error as Error;
  if (/^(absolute path|invalid relative path|invalid characters in fileName): /.test(message))
    return new Problem(
      'file',
      `${name} has the entry ${JSON.stringify(message.slice(message.indexOf(': ') + 2))}, which leads outside of its folder.`,
    );
  return new Problem('file', `${name} cannot be read as a zip. Copy or download it again.`, message);
}

const kindOf = ({ externalFileAttributes }: yauzl.Entry): number => (externalFileAttributes >>> 16) & 0o170000;
const REGULAR = 0o100000,
  LINK = 0o120000,
  FOLDER = 0o040000;

/** One key for names that some system takes for the same file. */
const portableKey = (name: string): string => name.normalize('NFKC').toUpperCase().toLowerCase();

async function directory(zip: yauzl.ZipFile, name: string, rules: ZipRules): Promise<yauzl.Entry[]> {
  const { maxBytes, maxEntries, portable } = rules;
  if (zip.entryCount > maxEntries)
    throw new Problem('file', `${name} has ${zip.entryCount} entries; at most ${maxEntries} are read.`);
  const entries: yauzl.Entry[] = [];
  const seen = new Map<string, string>();
  let bytes = 0;
  for await (const entry of zip.eachEntry()) {
    const { fileName } = entry;
    const kind = kindOf(entry);
    if (kind === LINK)
      throw new Problem('file', `${name} has the link ${JSON.stringify(fileName)}; links are not read.`);
    if (kind !== 0 && kind !== REGULAR && kind !== FOLDER)
      throw new Problem(
        'file',
        `${name} has the entry ${JSON.stringify(fileName)}, which is neither a file nor a folder.`,
      );
    const key = portable ? portableKey(fileName) : fileName;
    const other = seen.get(key);
    if (other === fileName) throw new Problem('file', `${name} has the entry ${JSON.stringify(fileName)} twice.`);
    if (other !== undefined)
      throw new Problem(
        'file',
        `${name} has the entries ${JSON.stringify(other)} and ${JSON.stringify(fileName)}, which are one file on some systems.`,
      );
    seen.set(key, fileName);
    bytes += entry.uncompressedSize;
    if (bytes > maxBytes)
      throw new Problem(
        'file',
        `${name} unpacks to more than ${Math.round(maxBytes / 2 ** 20)} MB, which is the limit.`,
      );
    entries.push(entry);
  }
  return entries;
}

/** Between two entries a data descriptor may stand, and before the end record those of a zip64. */
const DESCRIPTOR = 24,
  CENTRAL_HEADER = 46,
  END_RECORD = 22,
  ZIP64_RECORDS = 76;
/** Flag of an entry whose sizes follow its data; value of a size that a zip64 field holds. */
const SIZES_FOLLOW = 0x08,
  IN_ZIP64 = 0xffffffff;

/** Tools that read a zip from front to back must find the same files as those that read its directory. */
async function requireSameLocalHeaders(
  zip: yauzl.ZipFile,
  entries: readonly yauzl.Entry[],
  name: string,
): Promise<void> {
  const hidden = (): Problem =>
    new Problem(
      'file',
      `${name} has data outside of its entries: some programs would unpack other files from it. Zip the folder again.`,
    );
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
      throw new Problem(
        'file',
        `${name} describes ${JSON.stringify(entry.fileName)} in two ways: some programs would unpack other files from it. Zip the folder again.`,
      );
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
