import { EventEmitter } from 'node:events';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Notification } from 'electron';
import { expect, test, vi } from 'vitest';
import type { StudioEvent } from '../../../shared/contract/studio.ts';
import { translator } from '../../../shared/locales/translate.ts';
import { endText, notify, taskbarProgress } from './notices.ts';

const system = vi.hoisted(() => ({ shown: [] as WeakRef<object>[] }));
vi.mock('electron', () => ({
  Notification: class extends EventEmitter {
    show(): void {
      system.shown.push(new WeakRef(this));
    }
  },
}));

const run = (event: Extract<StudioEvent, { type: 'run' }>['event']): StudioEvent => ({
  type: 'run',
  project: 'p',
  run: 'r',
  event,
});

/** Node only hands out its collector to a context that is made after this flag. */
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

test('a notification is not collected before it is clicked', async () => {
  let clicks = 0;
  notify('done', () => clicks++);
  await new Promise(setImmediate); // A WeakRef holds its object until the end of the turn.
  collect();
  const kept = system.shown[0]!.deref() as Notification | undefined;
  expect(kept).toBeDefined();
  (kept as unknown as EventEmitter).emit('click');
  expect(clicks).toBe(1);
});

test('the end of a run is told, and its stop, which the person asked for, is not', () => {
  const t = translator('en');
  expect(endText(t, run({ type: 'finished', seconds: 3 }))).toBe('The run is done.');
  expect(endText(t, run({ type: 'failed', problem: { kind: 'diskFull', message: 'The disk is full.' } }))).toBe(
    'The disk is full.',
  );
  expect(endText(t, run({ type: 'stopped', message: { text: 'Stopped.' } }))).toBeNull();
  expect(endText(t, { type: 'weightsChanged' })).toBeNull();
});

test('the taskbar shows the share of the current work, and nothing when no run is left', () => {
  const progress = (done: number, total: number): StudioEvent =>
    run({
      type: 'progress',
      stage: 'teacher',
      activity: { text: 'training' },
      done,
      total,
      unit: 'steps',
      rate: null,
      secondsLeft: null,
    });
  expect(taskbarProgress(progress(1, 4))).toBe(0.25);
  expect(taskbarProgress(progress(5, 4))).toBe(1);
  expect(taskbarProgress(progress(0, 0))).toBeNull();
  const entry = { project: 'p', run: 'r', name: 'r' };
  expect(taskbarProgress({ type: 'queue', queue: [{ ...entry, state: 'running' }] })).toBeNull();
  expect(taskbarProgress({ type: 'queue', queue: [{ ...entry, state: 'waiting' }] })).toBe(-1);
  expect(taskbarProgress({ type: 'queue', queue: [] })).toBe(-1);
});
