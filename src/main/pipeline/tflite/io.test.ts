import { describe, expect, it } from 'vitest';
import { decodeScores, encodePixels } from './io.ts';

const all = Uint8Array.from({ length: 256 }, (_, i) => i);

describe('pixels and score codes', () => {
  it('have the same meaning in every type', () => {
    expect(encodePixels(all, 'uint8')).toBe(all);
    expect(Array.from(encodePixels(all, 'int8'))).toEqual(Array.from(all, (pixel) => pixel - 128));
    expect(Array.from(encodePixels(all, 'float32'))).toEqual(Array.from(all, (pixel) => (pixel - 127) / 128));
  });

  it('are decoded from every type', () => {
    expect(decodeScores(all)).toEqual(all);
    expect(decodeScores(Int8Array.from(all, (code) => code - 128))).toEqual(all);
    expect(decodeScores(Float32Array.from(all, (code) => code / 256))).toEqual(all);
  });

  it.each([0.1, -1 / 256, 1, Number.NaN])('refuse the score %d', (score) => {
    expect(() => decodeScores(Float32Array.of(score))).toThrow(/is not a multiple of 1\/256/);
  });
});
