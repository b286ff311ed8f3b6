import { permutation, randomStream } from '../../../shared/random.ts';

export interface Group {
  /** Images that stay together: duplicates of one another. */
  readonly size: number;
  readonly labels: readonly string[];
}

/**
 * Gives each group a split so that every label is spread as the shares say: iterative stratification (Sechidis, Tsoumakas & Vlahavas
 * 2011, 'On the Stratification of Multi-Label Data', algorithm 1). The rarest label that is left goes first; each of its groups goes
 * to the split that wants that label most, then to the one that wants images most, then by the seeded order.
 * Returns the number of the share of each group.
 */
export function stratify(groups: readonly Group[], shares: readonly number[], seed: number): number[] {
  const total = groups.reduce((sum, { size }) => sum + size, 0);
  const whole = shares.reduce((a, b) => a + b, 0) || 1;
  const wantedImages = shares.map((share) => (share / whole) * total);
  const counts = countLabels(groups);
  const wanted = new Map([...counts].map(([label, count]) => [label, shares.map((share) => (share / whole) * count)]));
  const left = new Map(counts);
  const members = membersByLabel(groups, seed);
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
  for (const group of permutation(groups.length, randomStream(seed, 'split'))) {
    if (assigned[group] === -1) give(group, neediest(wantedImages, wantedImages, shares));
  }
  return assigned;
}

function countLabels(groups: readonly Group[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { labels, size } of groups) for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + size);
  return counts;
}

function membersByLabel(groups: readonly Group[], seed: number): Map<string, number[]> {
  const members = new Map<string, number[]>();
  for (const group of permutation(groups.length, randomStream(seed, 'split'))) {
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
  for (const [label, count] of left)
    if (found === null || count < left.get(found)! || (count === left.get(found)! && label < found)) found = label;
  return found;
}

function neediest(label: readonly number[], images: readonly number[], shares: readonly number[]): number {
  let best = -1;
  for (let split = 0; split < shares.length; split++) {
    if (shares[split] === 0) continue;
    if (best < 0 || label[split]! > label[best]! || (label[split] === label[best] && images[split]! > images[best]!))
      best = split;
  }
  return Math.max(0, best);
}
