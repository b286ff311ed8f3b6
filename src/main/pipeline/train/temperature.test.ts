import { describe, expect, test } from 'vitest';
import { temperatureOf } from './temperature.ts';

describe('the temperature', () => {
  test('makes an overconfident network as confident as it is right', () => {
    // Three of four are right at logits of 4 and -4, where log 3 would be calibrated, so T = 4 / log 3.
    const logits = Float32Array.of(4, 4, 4, 4, -4, -4, -4, -4);
    const labels = Int8Array.of(1, 1, 1, 0, 0, 0, 0, 1);
    expect(temperatureOf(logits, labels)).toBeCloseTo(4 / Math.log(3), 4);
  });

  test('is 1 for an underconfident network', () => {
    expect(temperatureOf(Float32Array.of(0.1, -0.1), Int8Array.of(1, 0))).toBeCloseTo(1, 4);
  });

  test('ignores unknown labels', () => {
    const logits = Float32Array.of(4, 4, 4, 4, 9, -9);
    expect(temperatureOf(logits, Int8Array.of(1, 1, 1, 0, -1, -1))).toBeCloseTo(4 / Math.log(3), 4);
  });
});
