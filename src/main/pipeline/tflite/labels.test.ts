import { describe, expect, it } from 'vitest';
import { decodeLabels, encodeLabels, labelsProblem } from './labels.ts';

describe('labels', () => {
  it('come back as they were, Unicode and all', () => {
    const labels = ['apple', 'crème brûlée', '桃子', '👩‍🌾 farmer', ' spaced ', '\ufeffbom', '-'];
    expect(decodeLabels(encodeLabels(labels))).toEqual(labels);
  });

  it('are one a line, each line closed', () => {
    expect(new TextDecoder().decode(encodeLabels(['a', 'b']))).toBe('a\nb\n');
  });

  it('may end without a line break, as other tools write them', () => {
    expect(decodeLabels(new TextEncoder().encode('a\nb'))).toEqual(['a', 'b']);
  });

  it.each([
    [['a', ''], 'Label 2 is empty'],
    [['a\nb'], 'holds a line break'],
    [['a\r'], 'holds a line break'],
    [['a\u2028b'], 'holds a line break'],
    [['x', 'x'], 'is there twice'],
    [['\ud83d'], 'not valid Unicode'],
  ])('%j are refused', (labels, message) => {
    expect(labelsProblem(labels)).toContain(message);
    expect(() => encodeLabels(labels)).toThrow(message);
  });
});
