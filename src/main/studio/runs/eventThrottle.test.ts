import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { RunEvent } from '../../../shared/events.ts';
import { quoted } from '../../../shared/message.ts';
import { createEventThrottle } from './eventThrottle.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const step = (number: number): RunEvent => ({
  type: 'step',
  stage: 'teacher',
  phase: 'finetune',
  epoch: 0,
  step: number,
  metrics: {},
});
const progress = (done: number): RunEvent => ({
  type: 'progress',
  stage: 'teacher',
  activity: quoted('training'),
  done,
  total: 100,
  unit: 'steps',
  rate: null,
  secondsLeft: null,
});
const note: RunEvent = { type: 'note', stage: 'teacher', level: 'info', message: quoted('words') };

function throttled() {
  const out: string[] = [];
  const throttle = createEventThrottle((event) => {
    if (event.type !== 'run') return;
    const { event: own } = event;
    const figure = own.type === 'step' ? own.step : own.type === 'progress' ? own.done : '';
    out.push(`${event.run} ${own.type} ${figure}`.trim());
  });
  return { out, throttle };
}

test('only the latest step and progress of each second are sent, separately per run', () => {
  const { out, throttle } = throttled();
  for (let i = 1; i <= 50; i++) throttle.send('p', 'a', step(i));
  throttle.send('p', 'a', progress(7));
  throttle.send('p', 'b', step(3));
  vi.advanceTimersByTime(999);
  expect(out).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(out).toEqual(['a step 50', 'a progress 7', 'b step 3']);
  vi.advanceTimersByTime(5000);
  expect(out).toHaveLength(3);
});

test('all other events are sent at once, after the pending ones', () => {
  const { out, throttle } = throttled();
  throttle.send('p', 'a', step(1));
  throttle.send('p', 'a', note);
  throttle.send('p', 'a', step(2));
  expect(out).toEqual(['a step 1', 'a note']);
  vi.advanceTimersByTime(1000);
  expect(out).toEqual(['a step 1', 'a note', 'a step 2']);
});

test('the second starts with the first step after the last flush', () => {
  const { out, throttle } = throttled();
  throttle.send('p', 'a', step(1));
  vi.advanceTimersByTime(900);
  throttle.send('p', 'a', note);
  throttle.send('p', 'a', step(2));
  vi.advanceTimersByTime(999);
  expect(out).toEqual(['a step 1', 'a note']);
  vi.advanceTimersByTime(1);
  expect(out).toEqual(['a step 1', 'a note', 'a step 2']);
});

test('an event is sent unchanged, with its project and run', () => {
  const out: unknown[] = [];
  const throttle = createEventThrottle((event) => out.push(event));
  throttle.send('p', 'a', progress(3));
  throttle.send('q', 'b', note);
  expect(out).toEqual([
    { type: 'run', project: 'p', run: 'a', event: progress(3) },
    { type: 'run', project: 'q', run: 'b', event: note },
  ]);
});

test('nothing is sent after disposal', () => {
  const { out, throttle } = throttled();
  throttle.send('p', 'a', step(1));
  throttle.dispose();
  vi.advanceTimersByTime(5000);
  expect(out).toEqual([]);
});
