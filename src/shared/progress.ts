import type { RunEvent } from './events.ts';

const REPORT_EVERY_MS = 500;

type Progress = Extract<RunEvent, { type: 'progress' }>;
type Work = Pick<Progress, 'stage' | 'phase' | 'activity' | 'unit' | 'total'>;

/**
 * Reports work at a bounded rate, with its speed and the remaining time at that speed. Both are measured from the first
 * piece on, because the preparation before it and the first piece itself take longer than the others.
 */
export function progressReporter(
  report: (event: RunEvent) => void,
  work: Work,
  now = () => performance.now(),
): (done: number) => void {
  const { total } = work;
  let first: { readonly done: number; readonly at: number } | null = null;
  let last = -Infinity;
  return (done) => {
    const at = now();
    first ??= { done, at };
    if (done < total && at - last < REPORT_EVERY_MS) return;
    last = at;
    const seconds = (at - first.at) / 1000;
    const rate = seconds > 0 && done > first.done ? (done - first.done) / seconds : null;
    report({
      type: 'progress',
      ...work,
      done,
      rate,
      secondsLeft: done >= total ? 0 : rate === null ? null : (total - done) / rate,
    });
  };
}
