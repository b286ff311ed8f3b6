import { Problem } from '../../../shared/problem.ts';

/** A FlatBuffer being read: bounds-checked little-endian numbers. `path` names the field in details of problems. */
export class FileBytes {
  readonly bytes: Uint8Array;
  private readonly view: DataView;
  /** Elements copied out so far. Vectors may share their bytes, so a small hostile file could expand into gigabytes. */
  private expanded = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  fail(detail: string): never {
    throw new Problem('file.modelDamaged', {}, detail);
  }

  require(position: number, size: number, path: string): void {
    if (position >= 0 && position + size <= this.bytes.length) return;
    this.fail(`${path} should be ${size} bytes from byte ${position}, but the file ends at byte ${this.bytes.length}`);
  }

  int8(position: number, path: string): number {
    this.require(position, 1, path);
    return this.view.getInt8(position);
  }
  uint8(position: number, path: string): number {
    this.require(position, 1, path);
    return this.view.getUint8(position);
  }
  uint16(position: number, path: string): number {
    this.require(position, 2, path);
    return this.view.getUint16(position, true);
  }
  int32(position: number, path: string): number {
    this.require(position, 4, path);
    return this.view.getInt32(position, true);
  }
  uint32(position: number, path: string): number {
    this.require(position, 4, path);
    return this.view.getUint32(position, true);
  }
  float32(position: number, path: string): number {
    this.require(position, 4, path);
    return this.view.getFloat32(position, true);
  }
  int64(position: number, path: string): number {
    this.require(position, 8, path);
    const value = Number(this.view.getBigInt64(position, true));
    if (!Number.isSafeInteger(value)) this.fail(`${path} holds ${value}, which is out of range`);
    return value;
  }

  /** The position that the offset stored at `position` points to. */
  follow(position: number, path: string): number {
    const target = position + this.uint32(position, path);
    this.require(target, 4, path);
    return target;
  }

  /** The vector that the offset stored at `position` points to, checked to lie inside the file. */
  vector(position: number, elementSize: number, path: string): { start: number; length: number } {
    const target = this.follow(position, path);
    const length = this.uint32(target, path);
    this.require(target + 4, length * elementSize, path);
    return { start: target + 4, length };
  }

  /** Counts elements that are about to be copied out. */
  expand(elements: number, path: string): void {
    this.expanded += elements;
    if (this.expanded > 4 * this.bytes.length)
      this.fail(`${path} expands into more data than a file of this size can hold`);
  }

  text(position: number, path: string): string {
    const { start, length } = this.vector(position, 1, path);
    this.expand(length, path);
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(
        this.bytes.subarray(start, start + length),
      );
    } catch {
      return this.fail(`${path} is not UTF-8`);
    }
  }
}

/** A table of a FlatBuffer being read. */
export class TableView {
  readonly file: FileBytes;
  readonly path: string;
  private readonly position: number;
  private readonly vtable: number;
  private readonly vtableSize: number;
  private readonly size: number;

  constructor(file: FileBytes, position: number, path: string) {
    this.file = file;
    this.path = path;
    this.position = position;
    this.vtable = position - file.int32(position, path);
    this.vtableSize = file.uint16(this.vtable, path);
    this.size = file.uint16(this.vtable + 2, path);
    file.require(this.vtable, this.vtableSize, path);
    file.require(position, this.size, path);
    file.expand(1, path);
  }

  /** Position of the field's own bytes; null when the file omits the field. */
  field(slot: number, size: number, path: string): number | null {
    const entry = 4 + 2 * slot;
    if (entry + 2 > this.vtableSize) return null;
    const offset = this.file.uint16(this.vtable + entry, path);
    if (offset === 0) return null;
    if (offset + size > this.size) this.file.fail(`${path} is outside its table of ${this.size} bytes`);
    return this.position + offset;
  }
}
