import { readFileSync } from 'node:fs';
import path from 'node:path';

/** Outputs of the reference libraries: a manifest in JSON and raw little-endian arrays beside it. */
export interface Golden<Manifest> {
  readonly manifest: Manifest;
  /** Throws if there is no such array. */
  array(key: string): GoldenArray;
  floats(key: string): Float32Array;
  bytes(key: string): Uint8Array;
}

export interface GoldenArray {
  readonly data: Float32Array | Int32Array | Uint8Array;
  readonly shape: readonly number[];
}

interface Entry {
  readonly file: string;
  readonly dtype: 'float32' | 'int32' | 'uint8';
  readonly shape: readonly number[];
  readonly offset: number;
}

function typed(dtype: Entry['dtype'], bytes: Uint8Array<ArrayBuffer>): GoldenArray['data'] {
  if (dtype === 'uint8') return bytes;
  return dtype === 'int32' ? new Int32Array(bytes.buffer) : new Float32Array(bytes.buffer);
}

export function goldenJson<T>(name: string): T {
  return JSON.parse(readFileSync(path.join(import.meta.dirname, `${name}.json`), 'utf8')) as T;
}

export function loadGolden<Manifest>(name: string): Golden<Manifest> {
  const manifest = goldenJson<Manifest & { arrays: Record<string, Entry> }>(name);
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  const bytesOf = (file: string): Uint8Array<ArrayBuffer> => {
    const known =
      files.get(file) ?? Uint8Array.from(readFileSync(path.join(import.meta.dirname, path.dirname(name), file)));
    files.set(file, known);
    return known;
  };
  const array = (key: string): GoldenArray => {
    const entry = manifest.arrays[key];
    if (entry === undefined) throw new Error(`the golden ${name} has no array '${key}'`);
    const count = entry.shape.reduce((product, side) => product * side, 1);
    const bytes = bytesOf(entry.file).slice(entry.offset, entry.offset + count * (entry.dtype === 'uint8' ? 1 : 4));
    return { data: typed(entry.dtype, bytes), shape: entry.shape };
  };
  return {
    manifest,
    array,
    floats: (key) => array(key).data as Float32Array,
    bytes: (key) => array(key).data as Uint8Array,
  };
}
