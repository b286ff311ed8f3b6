import { z } from 'zod';
import { Problem } from '../../../shared/problem.ts';

/**
 * The safetensors format (github.com/huggingface/safetensors): u64 little-endian length, a JSON header, raw data.
 * Tensors are float32; shapes as given, row-major.
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
): Uint8Array {
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

const damaged = (detail: string): Problem =>
  new Problem('file', `Not a whole safetensors file: ${detail}. Copy or download it again.`);

export function readSafetensors(bytes: Uint8Array): {
  tensors: Map<string, StoredTensor>;
  metadata: Record<string, string>;
} {
  if (bytes.length < 8) throw damaged(`it has only ${bytes.length} bytes`);
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  if (length > bytes.length - 8) throw damaged('its header is longer than the file');
  if (length > LONGEST_HEADER) throw damaged(`its header has ${length} bytes, more than ${LONGEST_HEADER}`);
  const header = parseHeader(Buffer.from(bytes.buffer, bytes.byteOffset + 8, length).toString('utf8'));
  const data = bytes.subarray(8 + length);
  const tensors = new Map<string, StoredTensor>();
  let taken = 0;
  for (const [name, value] of Object.entries(header)) {
    if (name === '__metadata__') continue;
    const entry = entrySchema.safeParse(value);
    if (!entry.success) throw damaged(`the header's entry '${name}' has no type, shape or place`);
    // Tensors that share their bytes would multiply them in memory.
    taken += entry.data.data_offsets[1] - entry.data.data_offsets[0];
    if (taken > data.length) throw damaged('its tensors overlap');
    if (!isCounter(entry.data)) tensors.set(name, readTensor(name, entry.data, data));
  }
  const metadata = metadataSchema.safeParse(header.__metadata__ ?? {});
  if (!metadata.success) throw damaged('its metadata is not text');
  return { tensors, metadata: metadata.data };
}

/** Bytes; those of published networks have some 100,000, and parsing takes several times as much memory. */
const LONGEST_HEADER = 10_000_000;

/** PyTorch's BatchNorm counts its batches in an int64 scalar (num_batches_tracked): nothing that a network needs. */
const isCounter = ({ dtype, shape }: HeaderEntry): boolean => dtype === 'I64' && shape.length === 0;

function parseHeader(text: string): Record<string, unknown> {
  try {
    const header: unknown = JSON.parse(text);
    if (typeof header === 'object' && header !== null && !Array.isArray(header))
      return header as Record<string, unknown>;
  } catch {
    /* said below */
  }
  throw damaged('its header is not JSON');
}

function readTensor(
  name: string,
  { dtype, shape, data_offsets: offsets }: HeaderEntry,
  data: Uint8Array,
): StoredTensor {
  const [from, to] = offsets;
  const count = shape.reduce((product, side) => product * side, 1);
  if (dtype !== 'F32')
    throw new Problem('mismatch', `Tensor '${name}' is of type ${dtype}; float32 (F32) is expected.`);
  if (to > data.length || to - from !== 4 * count) throw damaged(`tensor '${name}' does not fit its place`);
  // A copy: the place in the file need not be aligned. (Buffer.slice would not copy.)
  const values = new Float32Array(count);
  new Uint8Array(values.buffer).set(data.subarray(from, to));
  return { shape, data: values };
}
