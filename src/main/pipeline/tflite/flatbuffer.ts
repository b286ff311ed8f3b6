/**
 * FlatBuffers without generated code: one description of a table, field by field, both writes and reads it. (flatc's
 * TypeScript needs enums and namespaces, which Node's type stripping refuses, and drops `force_align`.) The format:
 * https://flatbuffers.dev/internals/
 *
 * Files are not trusted: every offset is checked against the file, and a problem's detail names the wrong field.
 */
import { Builder } from 'flatbuffers';
import { Problem } from '../../../shared/problem.ts';
import { FileBytes, TableView } from './flatbufferView.ts';

type Put = (slot: number) => void;

/** How one kind of field is written (W) and read (R). A field that a file omits reads as `missing`. */
export interface Codec<R, W = R> {
  readonly missing: R;
  /** Writes what the field points to and returns a function that puts the field itself into its table. */
  write(builder: Builder, value: W): Put;
  read(view: TableView, slot: number, path: string): R;
}

/** `slot` is the field's index in the schema; a union takes two (its type, then its value). */
export interface Field<R, W = R> {
  readonly slot: number;
  readonly codec: Codec<R, W>;
}
type Fields = Readonly<Record<string, Field<unknown>>>;
export interface Table<F extends Fields> {
  readonly name: string;
  readonly fields: F;
}

/** The result of reading a table. */
export type Values<T> =
  T extends Table<infer F> ? { readonly [K in keyof F]: F[K] extends Field<infer R, never> ? R : never } : never;
/** The input for writing a table; fields that are not given get the schema's default. */
export type Given<T> =
  T extends Table<infer F> ? { readonly [K in keyof F]?: F[K] extends Field<unknown, infer W> ? W : never } : never;

export const at = <R, W>(slot: number, codec: Codec<R, W>): Field<R, W> => ({ slot, codec });
export const table = <F extends Fields>(name: string, fields: F): Table<F> => ({ name, fields });

function writeTable<F extends Fields>(builder: Builder, description: Table<F>, given: Given<Table<F>>): number {
  const values = given as Readonly<Record<string, unknown>>;
  const puts: { slot: number; put: Put }[] = [];
  let slots = 0;
  // The data that fields point to must be complete before the table itself is started.
  for (const [name, { slot, codec }] of Object.entries(description.fields)) {
    slots = Math.max(slots, slot + 2);
    const value = values[name];
    if (value !== undefined && value !== codec.missing) puts.push({ slot, put: codec.write(builder, value) });
  }
  builder.startObject(slots);
  for (const { slot, put } of puts) put(slot);
  return builder.endObject();
}

function readTable<F extends Fields>(view: TableView, description: Table<F>): Values<Table<F>> {
  const values: Record<string, unknown> = {};
  for (const [name, { slot, codec }] of Object.entries(description.fields))
    values[name] = codec.read(view, slot, `${view.path}.${name}`);
  return values as Values<Table<F>>;
}

/** Writes a whole file, with its 4-letter identifier. */
export function writeRoot<F extends Fields>(
  description: Table<F>,
  identifier: string,
  given: Given<Table<F>>,
): Uint8Array {
  const builder = new Builder(1 << 16);
  builder.finish(writeTable(builder, description, given), identifier);
  return builder.asUint8Array();
}

/** Reads a whole file. Throws Problem('file') when it is damaged or of another kind. */
export function readRoot<F extends Fields>(
  bytes: Uint8Array,
  description: Table<F>,
  identifier: string,
): Values<Table<F>> {
  const part = description.name;
  if (bytes.length < 8) throw new Problem('file.modelTooShort', { part, found: bytes.length });
  if (String.fromCharCode(...bytes.subarray(4, 8)) !== identifier)
    throw new Problem('file.modelIdentifier', { part, identifier });
  const file = new FileBytes(bytes);
  return readTable(new TableView(file, file.follow(0, description.name), description.name), description);
}

function codec<R, W = R>(
  size: number,
  missing: R,
  write: Codec<R, W>['write'],
  get: (file: FileBytes, position: number, path: string) => R,
): Codec<R, W> {
  return {
    missing,
    write,
    read(view, slot, path) {
      const position = view.field(slot, size, path);
      return position === null ? missing : get(view.file, position, path);
    },
  };
}

export const int8 = (missing = 0): Codec<number> =>
  codec(
    1,
    missing,
    (b, v) => (slot) => b.addFieldInt8(slot, v, missing),
    (f, p, path) => f.int8(p, path),
  );
export const int32 = (missing = 0): Codec<number> =>
  codec(
    4,
    missing,
    (b, v) => (slot) => b.addFieldInt32(slot, v, missing),
    (f, p, path) => f.int32(p, path),
  );
export const uint32 = (missing = 0): Codec<number> =>
  codec(
    4,
    missing,
    (b, v) => (slot) => b.addFieldInt32(slot, v, missing),
    (f, p, path) => f.uint32(p, path),
  );
export const uint64 = (missing = 0): Codec<number> =>
  codec(
    8,
    missing,
    (b, v) => (slot) => b.addFieldInt64(slot, BigInt(v), BigInt(missing)),
    (f, p, path) => f.int64(p, path),
  );
export const float32 = (missing = 0): Codec<number> =>
  codec(
    4,
    missing,
    (b, v) => (slot) => b.addFieldFloat32(slot, v, missing),
    (f, p, path) => f.float32(p, path),
  );
export const bool = (missing = false): Codec<boolean> =>
  codec(
    1,
    missing,
    (b, v) => (slot) => b.addFieldInt8(slot, Number(v), Number(missing)),
    (f, p, path) => f.int8(p, path) !== 0,
  );

const putOffset =
  (builder: Builder, offset: number): Put =>
  (slot) =>
    builder.addFieldOffset(slot, offset, 0);

/** A UTF-8 string. */
export const string = codec<string>(
  4,
  '',
  (b, v) => putOffset(b, b.createString(v)),
  (file, position, path) => file.text(position, path),
);

/** Bytes at a multiple of `alignment`; reading returns a view into the file, or null. */
export const alignedBytes = (alignment: number): Codec<Uint8Array | null> =>
  codec<Uint8Array | null>(
    4,
    null,
    (builder, value) => {
      const bytes = value ?? new Uint8Array(0);
      builder.prep(alignment, bytes.length);
      return putOffset(builder, builder.createByteVector(bytes));
    },
    (file, position, path) => {
      const { start, length } = file.vector(position, 1, path);
      return file.bytes.subarray(start, start + length);
    },
  );

const NONE: readonly never[] = [];

function numbers(
  size: number,
  add: (builder: Builder, value: number) => void,
  get: (file: FileBytes, position: number, path: string) => number,
): Codec<readonly number[]> {
  return codec<readonly number[]>(
    4,
    NONE,
    (builder, values) => {
      builder.startVector(size, values.length, size);
      for (let i = values.length - 1; i >= 0; i--) add(builder, values[i]!);
      return putOffset(builder, builder.endVector());
    },
    (file, position, path) => {
      const { start, length } = file.vector(position, size, path);
      file.expand(length, path);
      return Array.from({ length }, (_, i) => get(file, start + i * size, path));
    },
  );
}
export const int32s = numbers(
  4,
  (b, v) => b.addInt32(v),
  (f, p, path) => f.int32(p, path),
);
export const int64s = numbers(
  8,
  (b, v) => b.addInt64(BigInt(v)),
  (f, p, path) => f.int64(p, path),
);
export const float32s = numbers(
  4,
  (b, v) => b.addFloat32(v),
  (f, p, path) => f.float32(p, path),
);

/** One table, or null. */
export const nested = <F extends Fields>(
  description: Table<F>,
): Codec<Values<Table<F>> | null, Given<Table<F>> | null> =>
  codec<Values<Table<F>> | null, Given<Table<F>> | null>(
    4,
    null,
    (builder, value) => putOffset(builder, writeTable(builder, description, value ?? {})),
    (file, position, path) => readTable(new TableView(file, file.follow(position, path), path), description),
  );

/** A vector of tables. */
export const list = <F extends Fields>(
  description: Table<F>,
): Codec<readonly Values<Table<F>>[], readonly Given<Table<F>>[]> =>
  codec<readonly Values<Table<F>>[], readonly Given<Table<F>>[]>(
    4,
    NONE,
    (builder, values) => {
      const offsets = values.map((value) => writeTable(builder, description, value));
      builder.startVector(4, offsets.length, 4);
      for (const offset of offsets.reverse()) builder.addOffset(offset);
      return putOffset(builder, builder.endVector());
    },
    (file, position, path) => {
      const { start, length } = file.vector(position, 4, path);
      file.expand(length, path);
      return Array.from({ length }, (_, i) => {
        const element = `${path}[${i}]`;
        return readTable(new TableView(file, file.follow(start + 4 * i, element), element), description);
      });
    },
  );

/** The members of a union by name, with their code in the schema. */
type Members = Readonly<Record<string, { readonly code: number; readonly table: Table<Fields> }>>;
type ReadMember<M extends Members> = {
  [K in keyof M]: { readonly type: K; readonly values: Values<M[K]['table']> };
}[keyof M];
type GivenMember<M extends Members> = {
  [K in keyof M]: { readonly type: K; readonly values: Given<M[K]['table']> };
}[keyof M];
/** A member that the description does not include. */
export interface UnknownMember {
  readonly type: 'unknown';
  readonly code: number;
}

/** One of several tables, or null. Takes two slots: the member's code, then the member. */
export function union<const M extends Members>(
  members: M,
): Codec<ReadMember<M> | UnknownMember | null, GivenMember<M> | null> {
  return {
    missing: null,
    write(builder, given) {
      if (given === null) return () => undefined;
      const member = members[given.type]!;
      const offset = writeTable(builder, member.table, given.values as Given<Table<Fields>>);
      return (slot) => {
        builder.addFieldInt8(slot, member.code, 0);
        builder.addFieldOffset(slot + 1, offset, 0);
      };
    },
    read(view, slot, path) {
      const { file } = view;
      const codeAt = view.field(slot, 1, path);
      const valueAt = view.field(slot + 1, 4, path);
      if (codeAt === null || valueAt === null) return null;
      const code = file.uint8(codeAt, path);
      const found = Object.entries(members).find(([, member]) => member.code === code);
      if (found === undefined) return { type: 'unknown', code };
      const [type, member] = found;
      return {
        type,
        values: readTable(new TableView(file, file.follow(valueAt, path), path), member.table),
      } as ReadMember<M>;
    },
  };
}
