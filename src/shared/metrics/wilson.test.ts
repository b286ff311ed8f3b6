import { expect, test } from 'vitest';
import { wilson } from './wilson.ts';

/** From SciPy: binomtest(hits, trials).proportion_ci(level, 'wilson'). */
test.each([
  [0, 10, 0, 0.27753279986288926],
  [8, 10, 0.4901624715366418, 0.9433178485456248],
  [10, 10, 0.7224672001371109, 1],
  [1, 3, 0.06149194472039626, 0.7923403991979523],
  [137, 400, 0.29769101850421636, 0.3903053542110871],
])("the 95 %% interval of %i of %i equals SciPy's", (hits, trials, low, high) => {
  const found = wilson(hits, trials);
  expect(found.low).toBeCloseTo(low, 12);
  expect(found.high).toBeCloseTo(high, 12);
  expect(found.low).toBeGreaterThanOrEqual(0);
  expect(found.high).toBeLessThanOrEqual(1);
});

test('an interval of 90 % takes the normal quantile of 90 %', () => {
  expect(wilson(8, 10, 1.6448536269514722).low).toBeCloseTo(0.5407928056874879, 12);
  expect(wilson(8, 10, 1.6448536269514722).high).toBeCloseTo(0.9314420122624679, 12);
});

test('without trials there is no interval', () => expect(wilson(0, 0)).toEqual({ low: NaN, high: NaN }));
