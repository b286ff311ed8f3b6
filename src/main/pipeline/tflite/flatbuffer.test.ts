import { describe, expect, it } from 'vitest';
import { Problem } from '../../../shared/problem.ts';
import {
  alignedBytes,
  at,
  bool,
  float32,
  float32s,
  int32,
  int32s,
  int64s,
  int8,
  list,
  nested,
  readRoot,
  string,
  table,
  union,
  writeRoot,
} from './flatbuffer.ts';

const LEAF = table('Leaf', { text: at(0, string), flag: at(1, bool(true)) });
const OTHER = table('Other', { number: at(0, float32(0.5)) });
const ROOT = table('Root', {
  small: at(0, int8(3)),
  number: at(1, int32(-1)),
  numbers: at(2, int32s),
  longs: at(3, int64s),
  floats: at(4, float32s),
  leaf: at(5, nested(LEAF)),
  leaves: at(6, list(LEAF)),
  either: at(7, union({ Leaf: { code: 1, table: LEAF }, Other: { code: 7, table: OTHER } })),
  data: at(9, alignedBytes(16)),
});
const NEWER = table('Root', { either: at(7, union({ Other: { code: 1, table: OTHER } })) });

const full = {
  small: -5,
  number: 1 << 30,
  numbers: [3, -1, 2147483647],
  longs: [-(2 ** 40), 7],
  floats: [Math.fround(0.1), -2],
  leaf: { text: 'Grüße 🥝', flag: false },
  leaves: [
    { text: 'a', flag: true },
    { text: '', flag: false },
  ],
  either: { type: 'Other', values: { number: 2 } },
  data: Uint8Array.of(1, 2, 3),
} as const;
const write = (): Uint8Array => writeRoot(ROOT, 'TEST', full);
const read = (bytes: Uint8Array): unknown => readRoot(bytes, ROOT, 'TEST');

describe('flatbuffer', () => {
  it('reads what it wrote', () => {
    expect(read(write())).toEqual(full);
  });

  it("gives the schema's defaults for omitted fields", () => {
    expect(read(writeRoot(ROOT, 'TEST', {}))).toEqual({
      small: 3,
      number: -1,
      numbers: [],
      longs: [],
      floats: [],
      leaf: null,
      leaves: [],
      either: null,
      data: null,
    });
  });

  it('aligns bytes to the start of the file, whatever comes before and after', () => {
    for (let length = 1; length < 40; length++) {
      const bytes = writeRoot(ROOT, 'TEST', {
        data: new Uint8Array(length),
        numbers: Array.from({ length }, (_, i) => i),
        leaf: { text: 'x'.repeat(length) },
      });
      const { data } = readRoot(bytes, ROOT, 'TEST');
      expect((data!.byteOffset - bytes.byteOffset) % 16).toBe(0);
    }
  });

  it('reads an unknown union member as unknown', () => {
    const bytes = writeRoot(ROOT, 'TEST', { either: { type: 'Other', values: {} } });
    expect(readRoot(bytes, NEWER, 'TEST').either).toEqual({ type: 'unknown', code: 7 });
  });

  it('refuses files that are too short or of another kind', () => {
    expect(() => read(new Uint8Array(4))).toThrow(/its Root has only 4 bytes/);
    expect(() => readRoot(write(), ROOT, 'ELSE')).toThrow(/its Root should read 'ELSE'/);
  });

  it('answers every cut and every changed byte with a Problem, never with another error', () => {
    const bytes = write();
    const attempt = (broken: Uint8Array): boolean => {
      try {
        read(broken);
        return true;
      } catch (error) {
        expect(error).toBeInstanceOf(Problem);
        expect((error as Problem).kind).toBe('file');
        return false;
      }
    };
    let refused = 0;
    for (let length = 0; length < bytes.length; length++) refused += Number(!attempt(bytes.slice(0, length)));
    expect(refused).toBeGreaterThan(bytes.length * 0.9);
    for (let i = 0; i < bytes.length; i++) {
      for (const value of [0, 1, 0x7f, 0x80, 0xff]) {
        const broken = bytes.slice();
        broken[i] = value;
        attempt(broken);
      }
    }
  });

  it('names the damaged field in the detail', () => {
    const bytes = write();
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const text = Buffer.from(bytes).indexOf('Grüße');
    view.setUint32(text - 4, 1_000_000, true);
    expect(() => read(bytes)).toThrow(
      expect.objectContaining({
        code: 'file.modelDamaged',
        detail: expect.stringMatching(
          /^Root\.leaf\.text should be 1000000 bytes from byte \d+, but the file ends at byte \d+$/,
        ) as string,
      }),
    );
  });

  it('refuses a file that expands: many tables that share one long vector', () => {
    const inner = table('Inner', { numbers: at(0, int32s) });
    const outer = table('Outer', { all: at(0, list(inner)) });
    const bytes = writeRoot(outer, 'TEST', {
      all: [{ numbers: Array.from({ length: 2000 }, (_, i) => i) }, ...Array.from({ length: 500 }, () => ({}))],
    });
    // Point every element at the first one, whose vector is long.
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const root = view.getUint32(0, true);
    const vtable = root - view.getInt32(root, true);
    const field = root + view.getUint16(vtable + 4, true);
    const vector = field + view.getUint32(field, true) + 4;
    const first = vector + view.getUint32(vector, true);
    for (let i = 1; i <= 500; i++) view.setUint32(vector + 4 * i, first - (vector + 4 * i), true);
    expect(() => readRoot(bytes, outer, 'TEST')).toThrow(
      expect.objectContaining({ detail: expect.stringContaining('expands into more data') as string }),
    );
  });
});
