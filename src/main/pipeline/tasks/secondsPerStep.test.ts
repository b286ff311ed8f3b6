import { afterEach, expect, test, vi } from 'vitest';
import { secondsPerStep } from './secondsPerStep.ts';

afterEach(() => vi.useRealTimers());

test('the steps in which memory is planned and allocated, and one that is disturbed, do not count', async () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  const took = [3, 7, 1, 50, 1.5];
  const steps: number[] = [];
  const seconds = await secondsPerStep((step) => {
    steps.push(step);
    vi.advanceTimersByTime(took[step]! * 1000);
    return Promise.resolve();
  });
  expect(steps).toEqual([0, 1, 2, 3, 4]);
  expect(seconds).toBeCloseTo(1.5, 6);
});
