import type { RunEvent, Stage } from './events.ts';

const REPORT_EVERY_MS = 500;

/**
 * Reports work done at a bounded rate, with a rate and the time left at that rate. Counted from the first piece on: what stands
 * before it, and the piece itself, take longer than the others do.
 */
export function progressReporter(
  report: (event: RunEvent) => void,
  stage: Stage,
  activity: string,
  unit: string,
  total: number,
  now = () => performance.now(),
): (done: number) => void {
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
      stage,
      activity,
      done,
      total,
      unit,
      rate,
      secondsLeft: done >= total ? 0 : rate === null ? null : (total - done) / rate,
    });
  };
}
