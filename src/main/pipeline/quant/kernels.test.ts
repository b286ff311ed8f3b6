import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { smallIntegerModel, smallReluModel } from '../../../../tests/parity/tfliteModel.ts';
import { randomStream } from '../../../shared/random.ts';
import { readTflite } from '../tflite/read.ts';
import { readIntegerModel } from '../tflite/readIntegerModel.ts';
import { writeTflite } from '../tflite/write.ts';
import { fixedPointFactor, multiplyHalvesAway, multiplyHalvesUp } from './fixedPoint.ts';
import type { IntegerModel } from './integerModel.ts';
import { kernelFamilies, runIntegerReference } from './integerReference.ts';

const golden = JSON.parse(
  readFileSync(new URL('../../../../tests/golden/kernels/codes.json', import.meta.url), 'utf8'),
) as { codes: Record<string, Record<string, number[][]>> };

const modelOf = (name: string): IntegerModel => {
  const [kind, text] = name.split('-');
  const seed = Number(text);
  return (kind === 'relu' ? smallReluModel : smallIntegerModel)(seed, seed % 2 === 1 ? 32 : 33, 7, seed > 2);
};
const codesOf = (model: IntegerModel, seed: number, family: (typeof kernelFamilies)[number]): number[][] =>
  [0, 1, 2].map((i) => {
    const draw = randomStream(seed, 'kernels', i);
    const pixels = Uint8Array.from({ length: model.inputSize ** 2 * 3 }, () => 256 * draw());
    return Array.from(runIntegerReference(model, pixels, family).get(model.output)!, (code) => code + 128);
  });

describe.each(Object.entries(golden.codes))('%s', (name, families) => {
  const seed = Number(name.split('-')[1]);

  test.each(kernelFamilies)('gives the codes of LiteRT with %s kernels', (family) => {
    expect(codesOf(modelOf(name), seed, family)).toEqual(families[family]);
  });

  test('computes the same after writing and reading the file', () => {
    const bytes = writeTflite(modelOf(name), {
      ...{ inputType: 'uint8', outputType: 'float32', labels: [...'abcdefg'], name: 'x', version: '1' },
    });
    expect(codesOf(readIntegerModel(readTflite(bytes)), seed, 'builtin')).toEqual(families.builtin);
  });
});

test.each([
  [1, 2 ** 30, 1],
  [0.5, 2 ** 30, 0],
  [0.75, 3 * 2 ** 29, 0],
  [3, 3 * 2 ** 29, 2],
  [0.1, 1717986918, -3], // 0.8 * 2^31 = 1717986918.4
  [0, 0, 0],
])('the factor %f is %i / 2^31 * 2^%i', (factor, multiplier, shift) => {
  expect(fixedPointFactor(factor)).toEqual({ multiplier, shift });
});

// 0.25 is 0.5 * 2^-1: the product is rounded before the shift, so -7 becomes -3.5, -3 and then -1.5.
test.each([
  [10, 3, 3],
  [6, 2, 2],
  [-6, -2, -1],
  [-10, -3, -2],
  [-7, -2, -1],
])('%i / 4 is %i with halves away from zero and %i with halves up', (x, away, up) => {
  const quarter = fixedPointFactor(0.25);
  expect([multiplyHalvesAway(x, quarter), multiplyHalvesUp(x, quarter)]).toEqual([away, up]);
});
