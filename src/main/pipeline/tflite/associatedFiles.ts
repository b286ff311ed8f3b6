/**
 * Files carried inside a .tflite: a zip archive appended to the FlatBuffer, its offsets counted from the start of the
 * whole file (so the model is both a FlatBuffer and a zip). Runtimes hand out views into the file, so entries must be
 * stored, never compressed. Format: PKWARE APPNOTE 4.3.
 */
import { crc32 } from 'node:zlib';
import { Problem } from '../../../shared/problem.ts';

export interface AssociatedFile {
  readonly name: string;
  readonly data: Uint8Array;
}

const LOCAL_HEADER = 0x04034b50;
const CENTRAL_HEADER = 0x02014b50;
const END_RECORD = 0x06054b50;
const LOCAL_SIZE = 30;
const CENTRAL_SIZE = 46;
const END_SIZE = 22;
const STORED = 0;
/** 1 January 1980, the zip epoch. A fixed date makes the same model give the same bytes. */
const NO_DATE = 0x0021;
const VERSION_NEEDED = 10;

/** Writes the fields that the local and the central header share, from "version needed" to the name's length. */
function writeSharedFields(view: DataView, at: number, name: Uint8Array, data: Uint8Array): void {
  view.setUint16(at, VERSION_NEEDED, true);
  view.setUint16(at + 4, STORED, true);
  view.setUint16(at + 8, NO_DATE, true);
  view.setUint32(at + 10, crc32(data), true);
  view.setUint32(at + 14, data.length, true);
  view.setUint32(at + 18, data.length, true);
  view.setUint16(at + 22, name.length, true);
}

/** Returns the model followed by the files as stored zip entries. Names must be ASCII. */
export function appendFiles(model: Uint8Array, files: readonly AssociatedFile[]): Uint8Array {
  const parts: Uint8Array[] = [model];
  const central: Uint8Array[] = [];
  let offset = model.length;
  for (const { name, data } of files) {
    const nameBytes = new TextEncoder().encode(name);
    const local = new DataView(new ArrayBuffer(LOCAL_SIZE));
    local.setUint32(0, LOCAL_HEADER, true);
    writeSharedFields(local, 4, nameBytes, data);
    const entry = new DataView(new ArrayBuffer(CENTRAL_SIZE));
    entry.setUint32(0, CENTRAL_HEADER, true);
    entry.setUint16(4, VERSION_NEEDED, true);
    writeSharedFields(entry, 6, nameBytes, data);
    entry.setUint32(42, offset, true);
    parts.push(new Uint8Array(local.buffer), nameBytes, data);
    central.push(new Uint8Array(entry.buffer), nameBytes);
    offset += LOCAL_SIZE + nameBytes.length + data.length;
  }
  const end = new DataView(new ArrayBuffer(END_SIZE));
  end.setUint32(0, END_RECORD, true);
  end.setUint16(8, files.length, true);
  end.setUint16(10, files.length, true);
  end.setUint32(
    12,
    central.reduce((size, part) => size + part.length, 0),
    true,
  );
  end.setUint32(16, offset, true);
  return new Uint8Array(Buffer.concat([...parts, ...central, new Uint8Array(end.buffer)]));
}

const damaged = (detail: string): Problem => new Problem('file.modelLabelsDamaged', {}, detail);

/** Position of the end record, which closes the file; null when the file is not a zip. */
function findEndRecord(view: DataView): number | null {
  const earliest = Math.max(0, view.byteLength - END_SIZE - 0xffff);
  for (let at = view.byteLength - END_SIZE; at >= earliest; at--) {
    if (view.getUint32(at, true) === END_RECORD && at + END_SIZE + view.getUint16(at + 20, true) === view.byteLength)
      return at;
  }
  return null;
}

/**
 * The files inside a model, as views into it; null when there are none. Throws Problem('file') when they are damaged or
 * compressed.
 */
export function readFiles(model: Uint8Array): readonly AssociatedFile[] | null {
  const view = new DataView(model.buffer, model.byteOffset, model.byteLength);
  const end = findEndRecord(view);
  if (end === null) return null;
  const files: AssociatedFile[] = [];
  let at = view.getUint32(end + 16, true);
  for (let remaining = view.getUint16(end + 10, true); remaining > 0; remaining--) {
    if (at + CENTRAL_SIZE > end || view.getUint32(at, true) !== CENTRAL_HEADER)
      throw damaged(`there is no directory entry at byte ${at}`);
    const nameLength = view.getUint16(at + 28, true);
    const next = at + CENTRAL_SIZE + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
    if (next > end) throw damaged('the directory extends beyond its end');
    const name = new TextDecoder().decode(model.subarray(at + CENTRAL_SIZE, at + CENTRAL_SIZE + nameLength));
    if (view.getUint16(at + 10, true) !== STORED) throw damaged(`'${name}' is compressed, which phone runtimes refuse`);
    const data = entryData(model, view, view.getUint32(at + 42, true), view.getUint32(at + 24, true), name);
    if (crc32(data) !== view.getUint32(at + 16, true)) throw damaged(`the checksum of '${name}' does not match`);
    files.push({ name, data });
    at = next;
  }
  return files;
}

function entryData(model: Uint8Array, view: DataView, local: number, size: number, name: string): Uint8Array {
  if (local + LOCAL_SIZE > model.length || view.getUint32(local, true) !== LOCAL_HEADER)
    throw damaged(`'${name}' does not start at byte ${local}`);
  const start = local + LOCAL_SIZE + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
  if (start + size > model.length) throw damaged(`'${name}' extends beyond the end of the file`);
  return model.subarray(start, start + size);
}
