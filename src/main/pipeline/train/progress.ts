import type { RunEvent, Stage } from '../../../shared/events.ts';

const REPORT_EVERY_MS = 500;

/** Reports work done at a bounded rate, with a rate over the whole activity and the time left at that rate. */
export function progressReporter(report: (event: RunEvent) => void, stage: Stage, activity: string, unit: string, total: number, alreadyDone = 0): (done: number) => void {
  const started = performance.now();
  let last = -Infinity;
  return (done) => {
    const now = performance.now();
    if (done < total && now - last < REPORT_EVERY_MS) return;
    last = now;
    const seconds = (now - started) / 1000;
    const rate = seconds > 0 && done > alreadyDone ? (done - alreadyDone) / seconds : null;
    report({ type: 'progress', stage, activity, done, total, unit, rate, secondsLeft: rate === null ? null : (total - done) / rate });
  };
}
