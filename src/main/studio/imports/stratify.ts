import { permutation, randomStream } from '../../../shared/random.ts';

export interface Group {
  /** Number of images that stay together, because they are duplicates of each other. */
  readonly size: number;
  readonly labels: readonly string[];
}

/**
 * Assigns each group to a split so that every label follows the shares. This is iterative stratification (Sechidis,
 * Tsoumakas & Vlahavas 2011, 'On the Stratification of Multi-Label Data', algorithm 1): starting with the rarest
 * remaining label, each of its groups goes to the split that needs that label most, then to the one that needs images
 * most, then by the seeded order.
 *
 * We add two rules, because with one image per label every image would end up in the largest split: a full split gets
 * more of a label only if it still needs a whole image of it, and no split with a share stays empty.
 *
 * Returns the index of the share for each group.
 */
export function stratify(groups: readonly Group[], shares: readonly number[], seed: number): number[] {
  const total = groups.reduce((sum, { size }) => sum + size, 0);
  const whole = shares.reduce((a, b) => a + b, 0) || 1;
  const wantedImages = shares.map((share) => (share / whole) * total);
  const order = Array.from(permutation(groups.length, randomStream(seed, 'split')));
  const remaining = countLabels(groups, order);
  const wanted = new Map(
    [...remaining].map(([label, count]) => [label, shares.map((share) => (share / whole) * count)]),
  );
  const members = membersByLabel(groups, order);
  const assigned = new Array<number>(groups.length).fill(-1);

  const assign = (group: number, split: number): void => {
    assigned[group] = split;
    const { size, labels } = groups[group]!;
    wantedImages[split]! -= size;
    for (const label of labels) {
      wanted.get(label)![split]! -= size;
      remaining.set(label, remaining.get(label)! - size);
    }
  };
  for (;;) {
    const label = rarest(remaining);
    if (label === null) break;
    for (const group of members.get(label)!) {
      if (assigned[group] === -1) assign(group, neediest(wanted.get(label)!, wantedImages, shares));
    }
    remaining.delete(label);
  }
  // What remains has no labels.
  for (const group of order) {
    if (assigned[group] === -1) assign(group, neediest(wantedImages, wantedImages, shares));
  }
  fillEmptySplits(groups, shares, order, assigned);
  return assigned;
}

/** Counts in the seeded order, because the first occurrence decides between labels that are equally rare. */
function countLabels(groups: readonly Group[], order: readonly number[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const group of order) {
    const { labels, size } = groups[group]!;
    for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + size);
  }
  return counts;
}

function membersByLabel(groups: readonly Group[], order: readonly number[]): Map<string, number[]> {
  const members = new Map<string, number[]>();
  for (const group of order) {
    for (const label of groups[group]!.labels) {
      const list = members.get(label);
      if (list === undefined) members.set(label, [group]);
      else list.push(group);
    }
  }
  return members;
}

function rarest(remaining: ReadonlyMap<string, number>): string | null {
  let found: string | null = null;
  let fewest = Infinity;
  for (const [label, count] of remaining) {
    if (count >= fewest) continue;
    found = label;
    fewest = count;
  }
  return found;
}

/**
 * Shares such as 0.15 are not binary fractions, so equal needs may differ by up to this much. On such a tie, the first
 * split takes the group.
 */
const ROUNDING = 1e-9;

function neediest(label: readonly number[], images: readonly number[], shares: readonly number[]): number {
  const open = shares.map((share, split) => share > 0 && (images[split]! > ROUNDING || label[split]! >= 1 - ROUNDING));
  let best = -1;
  for (let split = 0; split < shares.length; split++) {
    if (shares[split] === 0 || (open.includes(true) && !open[split])) continue;
    const more = best < 0 ? Infinity : label[split]! - label[best]!;
    if (more > ROUNDING || (more >= -ROUNDING && images[split]! - images[best]! > ROUNDING)) best = split;
  }
  return Math.max(0, best);
}

/** Moves one group from the largest split into each empty split that has a share: the one whose labels lose least. */
function fillEmptySplits(
  groups: readonly Group[],
  shares: readonly number[],
  order: readonly number[],
  assigned: number[],
): void {
  for (const [split, share] of shares.entries()) {
    if (share === 0 || assigned.includes(split)) continue;
    const members = shares.map((_, other) => order.filter((group) => assigned[group] === other));
    const donors = members.filter((own) => own.length > 1);
    if (donors.length === 0) return;
    const donor = donors.reduce((a, b) => (b.length > a.length ? b : a));
    const counts = countLabels(groups, donor);
    const covered = (group: number): number =>
      Math.min(Infinity, ...groups[group]!.labels.map((label) => counts.get(label)! - groups[group]!.size));
    assigned[donor.reduce((a, b) => (covered(b) > covered(a) ? b : a))] = split;
  }
}
