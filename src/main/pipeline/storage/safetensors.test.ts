import { describe, expect, test } from 'vitest';
import { Problem } from '../../../shared/problem.ts';
import { readSafetensors, writeSafetensors } from './safetensors.ts';

const tensors = new Map([
  ['a', { shape: [2, 3], data: Float32Array.of(1, -2, 3.5, Infinity, 0, -0) }],
  ['b.kernel', { shape: [1], data: Float32Array.of(7) }],
  ['empty', { shape: [0], data: new Float32Array(0) }],
]);

describe('safetensors', () => {
  test.each([
    ['a plain array', (bytes: Uint8Array) => bytes],
    ['a Buffer, as files are read', (bytes: Uint8Array) => Buffer.from(bytes)],
    ['a view at an odd offset', (bytes: Uint8Array) => Buffer.concat([Buffer.of(1, 2, 3), bytes]).subarray(3)],
  ])('come back as they were written, from %s', (_, as) => {
    const read = readSafetensors(as(writeSafetensors(tensors, { kind: 'test' })));
    expect(read.metadata).toEqual({ kind: 'test' });
    expect([...read.tensors]).toEqual([...tensors]);
  });

  test('follow the format: little-endian length, JSON header, then the data', () => {
    const bytes = writeSafetensors(tensors, {});
    const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
    const header = JSON.parse(Buffer.from(bytes.subarray(8, 8 + length)).toString('utf8')) as Record<string, unknown>;
    expect(header['b.kernel']).toEqual({ dtype: 'F32', shape: [1], data_offsets: [24, 28] });
    expect(new DataView(bytes.buffer).getFloat32(8 + length + 24, true)).toBe(7);
    expect((8 + length) % 8).toBe(0);
  });

  test.each([
    ['cut off', (bytes: Uint8Array) => bytes.subarray(0, bytes.length - 1)],
    ['empty', () => new Uint8Array(0)],
    ['not one at all', () => new Uint8Array(100).fill(123)],
  ])('a file that is %s is refused with a Problem', (_, damage) => {
    expect(() => readSafetensors(damage(writeSafetensors(tensors, {})))).toThrow(Problem);
  });

  const problemOf = (bytes: Uint8Array): Problem => {
    try {
      readSafetensors(bytes);
    } catch (error) {
      if (error instanceof Problem) return error;
      throw error;
    }
    throw new Error('The file was accepted.');
  };

  /** A file with this header and 16 bytes of data. */
  const withHeader = (header: string): Uint8Array => {
    const json = Buffer.from(header);
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(json.length));
    return Buffer.concat([length, json, Buffer.alloc(16)]);
  };
  const entry = (change: object): string =>
    JSON.stringify({ a: { dtype: 'F32', shape: [2, 2], data_offsets: [0, 16], ...change } });

  test.each([
    ['null for an entry', '{"a":null}'],
    ['an entry without offsets', entry({ data_offsets: undefined })],
    ['only one offset', entry({ data_offsets: [0] })],
    ['a shape of text', entry({ shape: ['2', '2'] })],
    ['a shape that is text', entry({ shape: '22' })],
    ['a negative shape', entry({ shape: [-2, -2] })],
    ['a fractional shape', entry({ shape: [0.5, 8] })],
    ['a negative offset', entry({ data_offsets: [-16, 0] })],
    ['an end before the start', entry({ shape: [0], data_offsets: [8, 0] })],
    ['offsets beyond the end', entry({ data_offsets: [8, 24] })],
    ['a number for a type', entry({ dtype: 32 })],
    ['a list for a header', '[]'],
    ['metadata that is not text', '{"__metadata__":{"kind":1}}'],
    ['metadata of null', '{"__metadata__":[null]}'],
    ['deep nesting', '['.repeat(200_000)],
    [
      'several tensors with the same offsets',
      `{${Array.from({ length: 3 }, (_, i) => `"t${i}":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}`).join()}}`,
    ],
  ])('a damaged header is refused: %s', (_, header) => {
    expect(problemOf(withHeader(header)).code).toBe('file.safetensorsDamaged');
  });

  test('a header that is too long is refused before it is read', () => {
    const bytes = new Uint8Array(10_000_100);
    new DataView(bytes.buffer).setBigUint64(0, 10_000_050n, true);
    expect(problemOf(bytes).params).toMatchObject({ reason: { code: 'safetensors.headerTooLong' } });
  });

  test('a tensor may have any name', () => {
    const { tensors: read } = readSafetensors(withHeader(entry({}).replace('"a"', '"__proto__"')));
    expect([...read.keys()]).toEqual(['__proto__']);
  });
});
