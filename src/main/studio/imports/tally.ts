import type { Dropped } from '../../../shared/contract/dataset.ts';

/** Counts the records of a source that end up in no list. */
export interface Tally {
  /** `where` is file and line, and what was there; `labels` are those that the record would have given an image. */
  drop(severity: Dropped['severity'], reason: string, where: string, labels?: readonly string[]): void;
  readonly dropped: () => Dropped[];
  /** Labels of dropped records: a class that no other record has is lost. */
  readonly labels: ReadonlySet<string>;
}

const EXAMPLES = 5;
const LONGEST_EXAMPLE = 200;

export function createTally(): Tally {
  const byReason = new Map<string, Dropped>();
  const lost = new Set<string>();
  return {
    drop: (severity, reason, where, labels = []) => {
      const key = `${severity} ${reason}`;
      const before = byReason.get(key) ?? { reason, severity, count: 0, examples: [] };
      before.count++;
      if (before.examples.length < EXAMPLES) before.examples.push(shortened(where));
      byReason.set(key, before);
      for (const label of labels) lost.add(label);
    },
    dropped: () => {
      const order: readonly Dropped['severity'][] = ['error', 'warning', 'note'];
      return [...byReason.values()].sort((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity));
    },
    labels: lost,
  };
}

const shortened = (text: string): string =>
  text.length <= LONGEST_EXAMPLE ? text : `${text.slice(0, LONGEST_EXAMPLE)}…`;
