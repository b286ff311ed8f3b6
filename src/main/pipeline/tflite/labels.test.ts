import { describe, expect, it } from 'vitest';
import { decodeLabels, encodeLabels, labelsProblem } from './labels.ts';

describe('labels', () => {
  it('are read back unchanged, including Unicode', () => {
    const labels = ['apple', 'crème brûlée', '桃子', '👩‍🌾 farmer', ' spaced ', '\ufeffbom', '-'];
    expect(decodeLabels(encodeLabels(labels))).toEqual(labels);
  });

  it('are written one per line, each followed by a line break', () => {
    expect(new TextDecoder().decode(encodeLabels(['a', 'b']))).toBe('a\nb\n');
  });

  it('are read without a final line break, as other tools write them', () => {
    expect(decodeLabels(new TextEncoder().encode('a\nb'))).toEqual(['a', 'b']);
  });

  it.each([
    [['a', ''], 'modelFile.labelEmpty', { number: 2 }],
    [['a\nb'], 'modelFile.labelLineBreak', { number: 1, label: '"a\\nb"' }],
    [['a\r'], 'modelFile.labelLineBreak', { number: 1, label: '"a\\r"' }],
    [['a\u2028b'], 'modelFile.labelLineBreak', { number: 1, label: '"a\u2028b"' }],
    [['x', 'x'], 'modelFile.labelTwice', { number: 2, label: '"x"' }],
    [['\ud83d'], 'modelFile.labelUnicode', { number: 1, label: '"\\ud83d"' }],
  ])('%j are refused', (labels, code, params) => {
    expect(labelsProblem(labels)).toMatchObject({ code, params });
    expect(() => encodeLabels(labels)).toThrow(/Rename it in the label files\.$/);
  });
});
