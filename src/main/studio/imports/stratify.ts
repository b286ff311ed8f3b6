import { permutation, randomStream } from '../../../shared/random.ts';

export interface Group {
  /** Images that stay together: duplicates of one another. */
  readonly size: number;
  readonly labels: readonly string[];
}

/**
 * Gives each group a split so that every label is spread as the shares say: iterative stratification (Sechidis,
 * Tsoumakas & Vlahavas 2011, 'On the Stratification of Multi-Label Data', algorithm 1). The rarest remaining label goes
 * first; each of its groups goes to the split that wants that label most, then to the one that wants images most, then
 * by the seeded order. Two things are added: a split that has all its images gets no more of a label unless it wants a
 * whole image of it, and no split with a share stays empty while there are groups. Without them one image per label
 * would put every image into the largest split.
 * Returns the number of the share of each group.
 */
export function stratify(groups: readonly Group[], shares: readonly number[], seed: number): number[] {
  const total = groups.reduce((sum, { size }) => sum + size, 0);
  const whole = shares.reduce((a, b) => a + b, 0) || 1;
  const wantedImages = shares.map((share) => (share / whole) * total);
  const order = Array.from(permutation(groups.length, randomStream(seed, 'split')));
  const left = countLabels(groups, order);
  const wanted = new Map([...left].map(([label, count]) => [label, shares.map((share) => (share / whole) * count)]));
  const members = membersByLabel(groups, order);
  const assigned = new Array<number>(groups.length).fill(-1);

  const give = (group: number, split: number): void => {
    assigned[group] = split;
    const { size, labels } = groups[group]!;
    wantedImages[split]! -= size;
    for (const label of labels) {
      wanted.get(label)![split]! -= size;
      left.set(label, left.get(label)! - size);
    }
  };
  for (;;) {
    const label = rarest(left);
    if (label === null) break;
    for (const group of members.get(label)!) {
      if (assigned[group] === -1) give(group, neediest(wanted.get(label)!, wantedImages, shares));
    }
    left.delete(label);
  }
  // Images without a label.
  for (const group of order) {
    if (assigned[group] === -1) give(group, neediest(wantedImages, wantedImages, shares));
  }
  fillEmptySplits(groups, shares, order, assigned);
  return assigned;
}

/** In the seeded order of first occurrence, which decides between labels that are equally rare. */
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

function rarest(left: ReadonlyMap<string, number>): string | null {
  let found: string | null = null;
  let fewest = Infinity;
  for (const [label, count] of left) {
    if (count >= fewest) continue;
    found = label;
    fewest = count;
  }
  return found;
}

/** Shares such as 0.15 are no binary fractions: sums of them miss whole numbers by less than this. */
const ROUNDING = 1e-9;

function neediest(label: readonly number[], images: readonly number[], shares: readonly number[]): number {
  const open = shares.map((share, split) => share > 0 && (images[split]! > ROUNDING || label[split]! >= 1 - ROUNDING));
  let best = -1;
  for (let split = 0; split < shares.length; split++) {
    if (shares[split] === 0 || (open.includes(true) && !open[split])) continue;
    const more = best < 0 ? Infinity : label[split]! - label[best]!;
    if (more > ROUNDING || (more >= -ROUNDING && images[split]! > images[best]!)) best = split;
  }
  return Math.max(0, best);
}

/** Moves one group of the largest split into each empty split that has a share: one whose labels stay best covered. */
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
