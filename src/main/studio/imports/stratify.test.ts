import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { permutation, randomStream } from '../../../shared/random.ts';
import type { Group } from './stratify.ts';
import { stratify } from './stratify.ts';

const shares = [0.7, 0.15, 0.15];
const stream = randomStream(5, 'stratify test');
/** Labels with a long tail: some images have several, some none, and some are groups of duplicates. */
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

describe('a stratified split', () => {
  test('assigns every group, and gives each split its share', () => {
    expect(assigned.every((split) => split >= 0 && split < 3)).toBe(true);
    const total = images(0) + images(1) + images(2);
    shares.forEach((share, split) => expect(Math.abs(images(split) / total - share)).toBeLessThan(0.01));
  });

  test('distributes every label by the shares, within two images', () => {
    for (const label of new Set(groups.flatMap(({ labels }) => labels))) {
      const total = images(0, label) + images(1, label) + images(2, label);
      shares.forEach((share, split) =>
        expect(Math.abs(images(split, label) - share * total), `${label} in ${split}`).toBeLessThanOrEqual(
          Math.max(2, 0.04 * total),
        ),
      );
    }
  });

  test('depends only on the seed', () => {
    expect(stratify(groups, shares, 1)).toEqual(assigned);
    expect(stratify(groups, shares, 2)).not.toEqual(assigned);
  });

  /**
   * Worked out by hand: 4 images without labels and shares of 30, 55 and 15 % need (1.2, 2.2, 0.6) images. The second
   * split takes one, which leaves (1.2, 1.2, 0.6): a tie, which the first split takes. Then (0.2, 1.2, 0.6) gives one
   * to the second, and (0.2, 0.2, 0.6) one to the third. In floating point, 2.2 - 1 is more than 1.2.
   */
  test('decides ties by the order of the splits and not by rounding', () => {
    const bare = Array.from({ length: 4 }, (): Group => ({ size: 1, labels: [] }));
    for (let seed = 0; seed < 5; seed++) {
      const split = stratify(bare, [0.3, 0.55, 0.15], seed);
      const order = Array.from(permutation(bare.length, randomStream(seed, 'split')));
      expect(order.map((group) => split[group])).toEqual([1, 0, 1, 2]);
    }
  });

  /**
   * Worked out by hand: 4 images have 'common', 2 of them also 'rare'; each split gets half of the images. Rarest
   * first gives each split one rare image. Commonest first would leave the rare ones to chance: with 20 seeds, some
   * would end up in the same split.
   */
  test('starts at the rarest label', () => {
    const four: Group[] = [
      { size: 1, labels: ['common'] },
      { size: 1, labels: ['common', 'rare'] },
      { size: 1, labels: ['common'] },
      { size: 1, labels: ['common', 'rare'] },
    ];
    for (let seed = 0; seed < 20; seed++) {
      const split = stratify(four, [0.5, 0.5], seed);
      expect(split[1]).not.toBe(split[3]);
      expect(split[0]).not.toBe(split[2]);
    }
  });

  test('distributes labels with one image each by the shares', () => {
    const ones: Group[] = Array.from({ length: 30 }, (_, i) => ({ size: 1, labels: [`class ${i}`] }));
    const split = stratify(ones, [0.6, 0.2, 0.2], 1);
    expect([0, 1, 2].map((s) => split.filter((own) => own === s).length)).toEqual([18, 6, 6]);
    expect(stratify(ones, [0.6, 0.2, 0.2], 2)).not.toEqual(split);
  });

  test('leaves no split with a share empty, and gives no images to a split without one', () => {
    const many = ['a', 'b', 'c', 'd', 'e', 'f'];
    for (const images of [3, 4, 5]) {
      const groups_: Group[] = Array.from({ length: images }, () => ({ size: 1, labels: many }));
      expect(new Set(stratify(groups_, [0.9, 0.05, 0.05], 1))).toEqual(new Set([0, 1, 2]));
      expect(new Set(stratify(groups_, [0.9, 0.1, 0], 1))).toEqual(new Set([0, 1]));
    }
  });
});

/**
 * The same rules once more, with everything counted from the beginning at each step, and in whole parts: a share is
 * `parts` of their sum, so that nothing is ever rounded.
 */
function byTheBook(all: readonly Group[], parts: readonly number[], seed: number): number[] {
  const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
  const whole = sum(parts);
  const order = [...permutation(all.length, randomStream(seed, 'split'))];
  const split = all.map(() => -1);
  const size = (members: readonly number[]): number => sum(members.map((group) => all[group]!.size));
  const of = (own: number): number[] => order.filter((group) => split[group] === own);
  const holders = (label: string): number[] => order.filter((group) => all[group]!.labels.includes(label));
  const wants = (members: readonly number[]): number[] =>
    parts.map((part, own) => part * size(members) - whole * size(members.filter((group) => split[group] === own)));
  const neediest = (members: readonly number[]): number => {
    const [images, own] = [wants(order), wants(members)];
    const withShare = [...parts.keys()].filter((each) => parts[each]! > 0);
    const open = withShare.filter((each) => images[each]! > 0 || own[each]! >= whole);
    return (open.length > 0 ? open : withShare).reduce((best, each) =>
      own[each]! > own[best]! || (own[each] === own[best] && images[each]! > images[best]!) ? each : best,
    );
  };
  const waiting = [...new Set(order.flatMap((group) => all[group]!.labels))];
  while (waiting.length > 0) {
    const left = (label: string): number => size(holders(label).filter((group) => split[group] === -1));
    const rarest = waiting.reduce((a, b) => (left(b) < left(a) ? b : a));
    for (const group of holders(rarest)) if (split[group] === -1) split[group] = neediest(holders(rarest));
    waiting.splice(waiting.indexOf(rarest), 1);
  }
  for (const group of order) if (split[group] === -1) split[group] = neediest(order);
  for (const empty of parts.keys()) {
    const donors = [...parts.keys()].filter((each) => of(each).length > 1);
    if (parts[empty] === 0 || of(empty).length > 0 || donors.length === 0) continue;
    const donor = of(donors.reduce((a, b) => (of(b).length > of(a).length ? b : a)));
    // What would be left of the label that has least left.
    const leaves = (group: number): number =>
      Math.min(
        ...all[group]!.labels.map((label) =>
          size(donor.filter((own) => all[own]!.labels.includes(label) && own !== group)),
        ),
      );
    split[donor.reduce((a, b) => (leaves(b) > leaves(a) ? b : a))] = empty;
  }
  return split;
}

test('any images are split by the rules, counted from the beginning at each step', () => {
  const group = fc.record({
    size: fc.constantFrom(1, 1, 1, 2, 3),
    labels: fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 3 }),
  });
  // Sums that are powers of two: such shares are binary fractions, and a tie is a tie.
  const parts = fc.constantFrom<readonly number[]>(
    [2, 1, 1],
    [1, 1, 2],
    [3, 0, 1],
    [0, 1, 0],
    [1, 1, 0],
    [14, 1, 1],
    [1, 6, 1],
    [5, 0, 3],
  );
  fc.assert(
    fc.property(fc.array(group, { maxLength: 12 }), parts, fc.nat(50), (all, each, seed) => {
      const expected = byTheBook(all, each, seed);
      // Shares need not add up to 1.
      for (const one of [each.reduce((a, b) => a + b, 0), 32])
        expect(
          stratify(
            all,
            each.map((part) => part / one),
            seed,
          ),
        ).toEqual(expected);
    }),
    { numRuns: 1500, seed: 1 },
  );
});
