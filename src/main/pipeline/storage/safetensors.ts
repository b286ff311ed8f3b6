import { z } from 'zod';
import type { Message } from '../../../shared/message.ts';
import { message } from '../../../shared/message.ts';
import { Problem } from '../../../shared/problem.ts';

/**
 * The safetensors format (github.com/huggingface/safetensors): a little-endian u64 with the length of the header, the
 * header as JSON, raw data. Only float32 tensors are supported, row-major.
 */
export interface StoredTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

const size = z.int().min(0);
const entrySchema = z.object({ dtype: z.string(), shape: z.array(size), data_offsets: z.tuple([size, size]) });
type HeaderEntry = z.infer<typeof entrySchema>;
const metadataSchema = z.record(z.string(), z.string());

const ALIGNMENT = 8;

export function writeSafetensors(
  tensors: ReadonlyMap<string, StoredTensor>,
  metadata: Readonly<Record<string, string>>,
): Uint8Array<ArrayBuffer> {
  const header: Record<string, unknown> = { __metadata__: metadata };
  let offset = 0;
  for (const [name, { shape, data }] of tensors) {
    header[name] = { dtype: 'F32', shape, data_offsets: [offset, offset + data.byteLength] };
    offset += data.byteLength;
  }
  const json = Buffer.from(JSON.stringify(header));
  const padded = Math.ceil(json.length / ALIGNMENT) * ALIGNMENT;
  const bytes = new Uint8Array(8 + padded + offset);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(padded), true);
  bytes.set(json, 8);
  bytes.fill(0x20, 8 + json.length, 8 + padded);
  let at = 8 + padded;
  for (const { data } of tensors.values()) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return bytes;
}

const damaged = (reason: Message): Problem => new Problem('file.safetensorsDamaged', { reason });

export function readSafetensors(bytes: Uint8Array): {
  tensors: Map<string, StoredTensor>;
  metadata: Record<string, string>;
} {
  if (bytes.length < 8) throw damaged(message('safetensors.tooShort', { bytes: bytes.length }));
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  if (length > bytes.length - 8) throw damaged(message('safetensors.headerPastEnd'));
  if (length > LONGEST_HEADER)
    throw damaged(message('safetensors.headerTooLong', { bytes: length, limit: LONGEST_HEADER }));
  const header = parseHeader(Buffer.from(bytes.buffer, bytes.byteOffset + 8, length).toString('utf8'));
  const data = bytes.subarray(8 + length);
  const tensors = new Map<string, StoredTensor>();
  let taken = 0;
  for (const [name, value] of Object.entries(header)) {
    if (name === '__metadata__') continue;
    const entry = entrySchema.safeParse(value);
    if (!entry.success) throw damaged(message('safetensors.tensorEntry', { name }));
    // Tensors that share bytes of the file would use a multiple of them in memory.
    taken += entry.data.data_offsets[1] - entry.data.data_offsets[0];
    if (taken > data.length) throw damaged(message('safetensors.overlap'));
    if (!isCounter(entry.data)) tensors.set(name, readTensor(name, entry.data, data));
  }
  const metadata = metadataSchema.safeParse(header.__metadata__ ?? {});
  if (!metadata.success) throw damaged(message('safetensors.metadata'));
  return { tensors, metadata: metadata.data };
}

/** Bytes. Published networks have about 100,000, and parsing needs several times as much memory. */
const LONGEST_HEADER = 10_000_000;

/** PyTorch's BatchNorm counts its batches in an int64 scalar (num_batches_tracked), which a network does not need. */
const isCounter = ({ dtype, shape }: HeaderEntry): boolean => dtype === 'I64' && shape.length === 0;

function parseHeader(text: string): Record<string, unknown> {
  try {
    const header: unknown = JSON.parse(text);
    if (typeof header === 'object' && header !== null && !Array.isArray(header))
      return header as Record<string, unknown>;
  } catch {
    /* reported below */
  }
  throw damaged(message('safetensors.headerNotJson'));
}

function readTensor(
  name: string,
  { dtype, shape, data_offsets: offsets }: HeaderEntry,
  data: Uint8Array,
): StoredTensor {
  const [from, to] = offsets;
  const count = shape.reduce((product, side) => product * side, 1);
  if (dtype !== 'F32') throw new Problem('mismatch.tensorType', { name, type: dtype });
  if (to > data.length || to - from !== 4 * count) throw damaged(message('safetensors.tensorSize', { name }));
  // Copies, because the offset in the file may not be aligned. (Buffer.slice would not copy.)
  const values = new Float32Array(count);
  new Uint8Array(values.buffer).set(data.subarray(from, to));
  return { shape, data: values };
}
