import { describe, expect, test } from 'vitest';
import { randomStream } from '../../../shared/random.ts';
import type { Group } from './stratify.ts';
import { stratify } from './stratify.ts';

const shares = [0.7, 0.15, 0.15];
const stream = randomStream(5, 'stratify test');
/** A long tail of labels, some images with several, some with none, some groups of duplicates. */
const groups: Group[] = Array.from({ length: 2000 }, () => ({
  size: stream() < 0.1 ? 2 : 1,
  labels: Array.from({ length: 20 }, (_, c) => `label ${c}`).filter((_, c) => stream() < 0.3 / (1 + c)),
}));
const assigned = stratify(groups, shares, 1);
const images = (split: number, label?: string): number =>
  groups.reduce(
    (sum, { size, labels }, i) =>
      sum + (assigned[i] === split && (label === undefined || labels.includes(label)) ? size : 0),
    0,
  );

describe('a split for several labels', () => {
  test('gives every group a split, and the splits their shares', () => {
    expect(assigned.every((split) => split >= 0 && split < 3)).toBe(true);
    const total = images(0) + images(1) + images(2);
    shares.forEach((share, split) => expect(Math.abs(images(split) / total - share)).toBeLessThan(0.01));
  });

  test('spreads every label as the shares say, to within two images', () => {
    for (const label of new Set(groups.flatMap(({ labels }) => labels))) {
      const total = images(0, label) + images(1, label) + images(2, label);
      shares.forEach((share, split) =>
        expect(Math.abs(images(split, label) - share * total), `${label} in ${split}`).toBeLessThanOrEqual(
          Math.max(2, 0.04 * total),
        ),
      );
    }
  });

  test('is the same for the same seed and another for another', () => {
    expect(stratify(groups, shares, 1)).toEqual(assigned);
    expect(stratify(groups, shares, 2)).not.toEqual(assigned);
  });
});
