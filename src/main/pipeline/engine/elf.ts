import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';

/** Constants of the ELF specification (gabi, chapters "Program Header" and "Dynamic Linking"). */
const HEADER_BYTES = 64;
const PT_LOAD = 1;
const PT_DYNAMIC = 2;
const DT_NEEDED = 1;
const DT_STRTAB = 5;
const DT_STRSZ = 10;

interface Segment {
  readonly type: number;
  readonly offset: number;
  readonly address: number;
  readonly bytes: number;
}

/**
 * The libraries that a 64-bit little-endian shared library is linked with. Only its headers are read: onnxruntime's
 * CUDA provider is hundreds of megabytes. Throws if the file is not one.
 */
export async function neededLibraries(file: string): Promise<string[]> {
  const handle = await open(file);
  try {
    const segments = await segmentsOf(handle);
    const dynamic = segments.find(({ type }) => type === PT_DYNAMIC);
    if (dynamic === undefined) return [];
    const entries = entriesOf(await read(handle, dynamic.offset, dynamic.bytes));
    const value = (tag: number): number => entries.find((entry) => entry.tag === tag)?.value ?? 0;
    const strings = await read(handle, fileOffset(segments, value(DT_STRTAB)), value(DT_STRSZ));
    return entries
      .filter(({ tag }) => tag === DT_NEEDED)
      .map((entry) => strings.toString('utf8', entry.value, strings.indexOf(0, entry.value)));
  } finally {
    await handle.close();
  }
}

async function segmentsOf(handle: FileHandle): Promise<Segment[]> {
  const header = await read(handle, 0, HEADER_BYTES);
  if (header.toString('latin1', 0, 6) !== '\x7fELF\x02\x01') throw new Error('Not a 64-bit little-endian ELF file');
  const size = header.readUInt16LE(54);
  const count = header.readUInt16LE(56);
  const table = await read(handle, Number(header.readBigUInt64LE(32)), size * count);
  return Array.from({ length: count }, (_, index) => {
    const at = index * size;
    return {
      type: table.readUInt32LE(at),
      offset: Number(table.readBigUInt64LE(at + 8)),
      address: Number(table.readBigUInt64LE(at + 16)),
      bytes: Number(table.readBigUInt64LE(at + 32)),
    };
  });
}

const entriesOf = (dynamic: Buffer): { tag: number; value: number }[] =>
  Array.from({ length: Math.floor(dynamic.length / 16) }, (_, index) => ({
    tag: Number(dynamic.readBigInt64LE(index * 16)),
    value: Number(dynamic.readBigUInt64LE(index * 16 + 8)),
  }));

function fileOffset(segments: readonly Segment[], address: number): number {
  const segment = segments.find(
    (one) => one.type === PT_LOAD && address >= one.address && address < one.address + one.bytes,
  );
  if (segment === undefined) throw new Error('The string table is not in the file');
  return address - segment.address + segment.offset;
}

async function read(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await handle.read(buffer, 0, length, position);
  if (bytesRead < length) throw new Error('The file ends early');
  return buffer;
}
