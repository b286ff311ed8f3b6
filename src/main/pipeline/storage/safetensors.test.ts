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

  test('follow the format: little-endian length, JSON header, data right behind it', () => {
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
  ])('a file that is %s is refused in words', (_, damage) => {
    expect(() => readSafetensors(damage(writeSafetensors(tensors, {})))).toThrow(Problem);
  });
});
