import { Problem } from '../../../shared/problem.ts';

/** A FlatBuffer while it is read: bounds-checked little-endian numbers. `path` names the field, for messages. */
export class FileBytes {
  readonly bytes: Uint8Array;
  private readonly view: DataView;
  private readonly what: string;
  /** Vectors may share their bytes, so a small hostile file could unfold into gigabytes: elements are counted. */
  private unfolded = 0;

  constructor(bytes: Uint8Array, what: string) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.what = what;
  }

  fail(problem: string): never {
    throw new Problem('file', `The ${this.what} is damaged: ${problem}. Copy or export it again.`);
  }

  need(position: number, size: number, path: string): void {
    if (position >= 0 && position + size <= this.bytes.length) return;
    this.fail(
      `${path} should be ${size} bytes from byte ${position} on, but the file ends at byte ${this.bytes.length}`,
    );
  }

  int8(position: number, path: string): number {
    this.need(position, 1, path);
    return this.view.getInt8(position);
  }
  uint8(position: number, path: string): number {
    this.need(position, 1, path);
    return this.view.getUint8(position);
  }
  uint16(position: number, path: string): number {
    this.need(position, 2, path);
    return this.view.getUint16(position, true);
  }
  int32(position: number, path: string): number {
    this.need(position, 4, path);
    return this.view.getInt32(position, true);
  }
  uint32(position: number, path: string): number {
    this.need(position, 4, path);
    return this.view.getUint32(position, true);
  }
  float32(position: number, path: string): number {
    this.need(position, 4, path);
    return this.view.getFloat32(position, true);
  }
  int64(position: number, path: string): number {
    this.need(position, 8, path);
    const value = Number(this.view.getBigInt64(position, true));
    if (!Number.isSafeInteger(value)) this.fail(`${path} holds ${value}, which makes no sense there`);
    return value;
  }

  /** The place that the offset stored at `position` points at. */
  follow(position: number, path: string): number {
    const target = position + this.uint32(position, path);
    this.need(target, 4, path);
    return target;
  }

  /** The vector that the offset stored at `position` points at, all of it inside the file. */
  vector(position: number, elementSize: number, path: string): { start: number; length: number } {
    const target = this.follow(position, path);
    const length = this.uint32(target, path);
    this.need(target + 4, length * elementSize, path);
    return { start: target + 4, length };
  }

  /** Counts elements that are about to be copied out. */
  unfold(elements: number, path: string): void {
    this.unfolded += elements;
    if (this.unfolded > 4 * this.bytes.length)
      this.fail(`${path} unfolds into more data than a file of this size can hold`);
  }

  text(position: number, path: string): string {
    const { start, length } = this.vector(position, 1, path);
    this.unfold(length, path);
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(
        this.bytes.subarray(start, start + length),
      );
    } catch {
      return this.fail(`${path} is not UTF-8`);
    }
  }
}

/** One table of a FlatBuffer. */
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
    file.need(this.vtable, this.vtableSize, path);
    file.need(position, this.size, path);
    file.unfold(1, path);
  }

  /** Where the field's own bytes are, or null when the file leaves the field out. */
  field(slot: number, size: number, path: string): number | null {
    const entry = 4 + 2 * slot;
    if (entry + 2 > this.vtableSize) return null;
    const offset = this.file.uint16(this.vtable + entry, path);
    if (offset === 0) return null;
    if (offset + size > this.size) this.file.fail(`${path} lies outside of its table of ${this.size} bytes`);
    return this.position + offset;
  }
}
