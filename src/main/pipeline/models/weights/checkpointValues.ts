import type { StoredTensor } from '../../storage/safetensors.ts';

/** The element types of PyTorch's storages, by the name of the storage's class. */
interface ElementType {
  readonly kind: 'elementType';
  readonly bytes: number;
  read(view: DataView, at: number): number;
}

const element = (bytes: number, read: ElementType['read']): ElementType => ({
  kind: 'elementType',
  bytes,
  read,
});

/** IEEE 754 half precision: 1 sign bit, 5 exponent bits, 10 fraction bits. */
function half(bits: number): number {
  const sign = bits >> 15 === 0 ? 1 : -1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = (bits & 0x3ff) / 0x400;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return exponent === 0 ? sign * fraction * 2 ** -14 : sign * (1 + fraction) * 2 ** (exponent - 15);
}

const widened = new DataView(new ArrayBuffer(4));
/** bfloat16 is the upper half of a float32. */
function brain(bits: number): number {
  widened.setUint32(0, bits << 16);
  return widened.getFloat32(0);
}

export const elementTypes: Readonly<Record<string, ElementType>> = {
  DoubleStorage: element(8, (view, at) => view.getFloat64(at, true)),
  FloatStorage: element(4, (view, at) => view.getFloat32(at, true)),
  HalfStorage: element(2, (view, at) => half(view.getUint16(at, true))),
  BFloat16Storage: element(2, (view, at) => brain(view.getUint16(at, true))),
  LongStorage: element(8, (view, at) => Number(view.getBigInt64(at, true))),
  IntStorage: element(4, (view, at) => view.getInt32(at, true)),
  ShortStorage: element(2, (view, at) => view.getInt16(at, true)),
  CharStorage: element(1, (view, at) => view.getInt8(at)),
  ByteStorage: element(1, (view, at) => view.getUint8(at)),
  BoolStorage: element(1, (view, at) => view.getUint8(at)),
};

/** A storage that a checkpoint refers to; its bytes are in another part of the file. */
export interface Storage {
  readonly kind: 'storage';
  readonly key: string;
  readonly type: ElementType;
  /** Elements. */
  readonly count: number;
}

export const byteLength = ({ type, count }: Storage): number => type.bytes * count;

/** A tensor as PyTorch stores it: element [i, j, …] is at offset + i * strides[0] + j * strides[1] + … */
export interface TensorView {
  readonly kind: 'tensor';
  readonly storage: Storage;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
}

type Kinds = { elementType: ElementType; storage: Storage; tensor: TensorView };
/** A pickle can make lists and maps, but no object with a kind. */
export const isKind = <K extends keyof Kinds>(value: unknown, kind: K): value is Kinds[K] =>
  typeof value === 'object' && value !== null && 'kind' in value && value.kind === kind;

/** The number of elements; Infinity when that is not an exact number. */
export function elementCount({ shape }: TensorView): number {
  const count = shape.reduce((product, side) => product * side, 1);
  return Number.isSafeInteger(count) ? count : Infinity;
}

/** Whether all elements are inside the storage. */
export function isInside({ storage, offset, shape, strides }: TensorView): boolean {
  if (shape.includes(0)) return true;
  return shape.reduce((last, side, axis) => last + (side - 1) * strides[axis]!, offset) < storage.count;
}

/** Copies a tensor's elements in row-major order. The caller has checked its size and that it is inside its storage. */
export function readView(tensor: TensorView, bytes: Uint8Array): StoredTensor {
  const { storage, offset, shape, strides } = tensor;
  const { type } = storage;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const data = new Float32Array(elementCount(tensor));
  const index = shape.map(() => 0);
  let place = offset;
  for (let i = 0; i < data.length; i++) {
    data[i] = type.read(view, place * type.bytes);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis]!++;
      place += strides[axis]!;
      if (index[axis]! < shape[axis]!) break;
      place -= index[axis]! * strides[axis]!;
      index[axis] = 0;
    }
  }
  return { shape, data };
}
