import { describe, expect, test } from 'vitest';
import { buildModel } from './registry.ts';
import { initialParameters } from './initialParameters.ts';

const model = buildModel('efficientnet-lite0', { inputSize: 64, classes: 3, dropout: 0, dropPath: 0.2 });

describe('initial parameters', () => {
  test('depend only on the seed and the name', () => {
    const [a, b, other] = [initialParameters(model, 1), initialParameters(model, 1), initialParameters(model, 2)];
    const bytes = (name: string, from: typeof a): Buffer => Buffer.from(from.get(name)!.data.buffer);
    expect(model.parameters.every(({ name }) => bytes(name, a).equals(bytes(name, b)))).toBe(true);
    expect(a.get('stem.conv.kernel')!.data).not.toEqual(other.get('stem.conv.kernel')!.data);
  });

  test('have the spread of VarianceScaling(2, fan_out, truncated normal)', () => {
    const { data } = initialParameters(model, 1).get('block6b.expand.conv.kernel')!;
    const std = Math.sqrt(data.reduce((sum, w) => sum + w * w, 0) / data.length);
    expect(std / Math.sqrt(2 / (192 * 6))).toBeCloseTo(1, 2);
    expect(data.reduce((largest, w) => Math.max(largest, w), 0)).toBeLessThanOrEqual(
      (2 * Math.sqrt(2 / (192 * 6))) / 0.8796,
    );
  });

  test('start every residual branch, and nothing else, at zero', () => {
    const zero = [...initialParameters(model, 1)]
      .filter(([name, { data }]) => name.endsWith('gamma') && data[0] === 0)
      .map(([name]) => name);
    const residual = [
      'block2b',
      'block3b',
      'block4b',
      'block4c',
      'block5b',
      'block5c',
      'block6b',
      'block6c',
      'block6d',
    ];
    expect(zero).toEqual(residual.map((block) => `${block}.project.bn.gamma`));
  });
});
