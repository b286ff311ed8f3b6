import { expect, test } from 'vitest';
import type { RunEvent } from './events.ts';
import { message } from './message.ts';
import { progressReporter } from './progress.ts';

test('the remaining time is measured from the second piece on, so a slow start does not inflate it', () => {
  const seen: RunEvent[] = [];
  let at = 0;
  const progress = progressReporter(
    (event) => seen.push(event),
    { stage: 'teacher', activity: message('activity.scoringImages'), unit: 'steps', total: 100 },
    () => at,
  );
  for (const [time, done] of [
    [30_000, 1],
    [31_000, 2],
    [31_100, 3],
    [32_000, 3],
    [80_000, 100],
  ] as const) {
    at = time;
    progress(done);
  }
  expect(seen.map((event) => event.type === 'progress' && [event.done, event.rate, event.secondsLeft])).toEqual([
    [1, null, null],
    [2, 1, 98],
    [3, 1, 97],
    [100, 99 / 50, 0],
  ]);
});
