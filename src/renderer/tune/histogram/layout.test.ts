import { expect, test } from 'vitest';
import { binsOf, countScales, layoutIn } from './layout.ts';

test('bins sum eight neighboring scores, for positives and negatives apart', () => {
  const positives = new Uint32Array(256);
  const negatives = new Uint32Array(256);
  positives[7] = 2;
  positives[8] = 3;
  positives[15] = 4;
  negatives[255] = 5;
  const bins = binsOf({ positives, negatives });
  expect(bins.positives).toEqual([2, 7, ...new Array<number>(30).fill(0)]);
  expect(bins.negatives).toEqual([...new Array<number>(31).fill(0), 5]);
});

test('the lowest and the highest score are at the edges of the plot', () => {
  const { x, left, right } = layoutIn({ width: 576, height: 448 });
  expect([x(0), x(128), x(256)]).toEqual([48, 304, 560]);
  expect([left, right]).toEqual([48, 560]);
  expect(x.invert(304)).toBe(128);
});

test('the plot keeps its least size in a smaller place', () => {
  expect(layoutIn({ width: 0, height: 0 })).toMatchObject({ width: 320, height: 240 });
});

test('positives grow up from the axis, negatives down, each by its own largest bin', () => {
  const layout = layoutIn({ width: 576, height: 448 });
  const { positive, negative } = countScales({ positives: [0, 4], negatives: [100, 0] }, layout);
  // 48 px above the plot and 400 px of plot: the axis at 36 %, the foot at 66 %, and 26 px of clearance on each side.
  expect([positive(0), positive(1), positive(4)]).toEqual([192, 133, 74]);
  expect([negative(0), negative(25), negative(100)]).toEqual([192, 239, 286]);
});
