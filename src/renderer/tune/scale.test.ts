import { expect, test } from 'vitest';
import { linearScale, squareRootScale } from './scale.ts';

test('maps the domain onto the range and back', () => {
  // The freezing and the boiling point of water; body temperature; the point where both thermometers agree.
  const fahrenheit = linearScale([0, 100], [32, 212]);
  expect(fahrenheit(37)).toBeCloseTo(98.6, 10);
  expect(fahrenheit(-40)).toBeCloseTo(-40, 10);
  expect(fahrenheit.invert(98.6)).toBeCloseTo(37, 10);
  expect(fahrenheit.invert(212)).toBe(100);
});

test('maps onto a range that decreases, as the y axis of a screen does', () => {
  const y = linearScale([0, 1], [222, 28]);
  expect([y(0), y(0.5), y(1)]).toEqual([222, 125, 28]);
  expect(y.invert(125)).toBe(0.5);
});

test('a quarter of the largest count is half as high on the square root scale', () => {
  const y = squareRootScale([0, 100], [200, 100]);
  expect([y(0), y(25), y(100)]).toEqual([200, 150, 100]);
});
