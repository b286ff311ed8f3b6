import type { Dropped } from '../../../shared/contract/dataset.ts';
import type { Message, MessageCode } from '../../../shared/message.ts';
import { message, quoted } from '../../../shared/message.ts';

export type DropReason = Extract<MessageCode, `dropped.${string}`>;

/** Counts the records of a source that are not imported, so that no label is lost without the user's knowledge. */
export interface Tally {
  /**
   * `example` is file and line, and what was there. `labels` are those that the record would have given an image:
   * they show which classes disappear.
   */
  drop(severity: Dropped['severity'], reason: DropReason, example: string | Message, labels?: readonly string[]): void;
  readonly dropped: () => Dropped[];
  /** Labels of dropped records. A class that no other record has would disappear. */
  readonly labels: ReadonlySet<string>;
}

const MOST_EXAMPLES = 5;
const LONGEST_EXAMPLE = 200;

export function createTally(): Tally {
  const byReason = new Map<string, Dropped>();
  const lost = new Set<string>();
  return {
    drop: (severity, reason, example, labels = []) => {
      const key = `${severity} ${reason}`;
      const before = byReason.get(key) ?? { reason: message(reason), severity, count: 0, examples: [] };
      before.count++;
      if (before.examples.length < MOST_EXAMPLES)
        before.examples.push(typeof example === 'string' ? quoted(shortened(example)) : example);
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
