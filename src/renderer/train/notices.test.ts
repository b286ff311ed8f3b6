import { message } from '../../shared/message.ts';
import { describe, expect, test, vi } from 'vitest';
import { translator } from '../../shared/locales/translate.ts';
import type { RunHistory } from '../../shared/contract/runs.ts';
import type { RunEvent } from '../../shared/events.ts';
import type { Sayable } from '../../shared/message.ts';
import { say } from '../../shared/message.ts';
import { createFormat } from '../i18n/format.ts';

vi.mock('../api/client.ts', () => ({ call: () => Promise.resolve({}), listen: () => undefined }));
const { endNotice, titleOf } = await import('./notices.ts');
const { changesHistory, withEvent } = await import('./useHistory.ts');

const textOf = (said: Sayable): string => (typeof said === 'string' ? said : say(translator('en'), said));
const english = { t: translator('en'), said: textOf };
const spanish = { t: translator('es'), said: (said: Sayable) => `¡${textOf(said)}!` };
const finished: RunEvent = { type: 'finished', seconds: 3 };
const failed: RunEvent = { type: 'failed', problem: { kind: 'diskFull', message: 'The disk is full.' } };
const step = (at: number): Extract<RunEvent, { type: 'step' }> => ({
  type: 'step',
  stage: 'student',
  phase: 'all',
  epoch: 0,
  step: at,
  metrics: {},
});
const away = { name: 'Run 1', screen: 'data', hidden: true, door: 'browser', allowed: 'granted' } as const;

describe('the end of a run', () => {
  test.each([
    ['is told on the page and by the system to who is elsewhere', away, true, true],
    ['is told on the page alone while it is seen', { ...away, hidden: false }, false, true],
    ['is not told by the system without leave', { ...away, allowed: 'default' as const }, false, true],
    ['is not told by a browser that cannot', { ...away, allowed: null }, false, true],
    ['is told by the desktop shell itself', { ...away, door: 'desktop' as const }, false, true],
    ['is not told twice on the Train screen', { ...away, screen: 'train' as const }, true, false],
  ])('%s', (_, around, bySystem, onPage) =>
    expect(endNotice(english, finished, around)).toEqual({
      message: 'Run 1 is done.',
      color: 'green',
      bySystem,
      onPage,
    }),
  );
  test('says what went wrong', () =>
    expect(endNotice(english, failed, away)).toMatchObject({ message: 'Run 1: The disk is full.', color: 'red' }));
  test('is said in the language of the screen, also of a run that is not listed', () => {
    expect(endNotice(spanish, failed, away)?.message).toBe('¡Run 1!: ¡The disk is full.!');
    expect(endNotice(english, finished, { ...away, name: null })?.message).toBe('The run is done.');
  });
  test.each<RunEvent>([
    { type: 'stopped', message: message('cancelled.stoppedAtCheckpoint') },
    { type: 'stageFinished', stage: 'student', seconds: 1, summary: {} },
    step(1),
  ])('is not $type', (event) => expect(endNotice(english, event, away)).toBeNull());
});

describe('the title of the window', () => {
  const entry = (run: string, state: 'waiting' | 'running' | 'paused') => ({ run, name: `Run ${run}`, state });
  test.each([
    ['is the product alone without a run', [], {}, 'Destila Studio'],
    ['is the product alone while runs wait', [entry('1', 'waiting')], {}, 'Destila Studio'],
    ['names a run that has not said how far it is', [entry('1', 'running')], {}, 'Run 1 · Destila Studio'],
    [
      'says how far, rounded down, of the run under way',
      [entry('1', 'waiting'), entry('2', 'paused')],
      { 1: { done: 1, total: 2 }, 2: { done: 2, total: 3 } },
      '66% · Run 2 · Destila Studio',
    ],
    ['knows nothing of nothing', [entry('1', 'running')], { 1: { done: 0, total: 0 } }, '0% · Run 1 · Destila Studio'],
  ])('%s', (_, queue, progress, expected) =>
    expect(titleOf(queue, progress, { said: textOf, f: createFormat('en') })).toBe(expected),
  );
});

describe('a history', () => {
  const history = { run: 'r' } as RunHistory;
  test.each([
    ['finished', true],
    ['epoch', true],
    ['note', true],
    ['stageStarted', true],
    ['stageFinished', true],
    ['step', false],
    ['progress', false],
    ['checkpoint', false],
    ['failed', false],
  ])('is read again after %s: %s', (type, expected) => expect(changesHistory({ type } as RunEvent)).toBe(expected));
  test('gathers the steps of its own run, and begins again when it was read again', () => {
    const none = { of: history, steps: [] };
    const one = withEvent(none, history, 'r', step(1));
    const two = withEvent(one, history, 'r', step(2));
    expect(two).toEqual({ of: history, steps: [step(1), step(2)] });
    expect(withEvent(two, history, 'other', step(3))).toBe(two);
    expect(withEvent(two, history, 'r', finished)).toBe(two);
    const read = { ...history };
    expect(withEvent(two, read, 'r', step(4))).toEqual({ of: read, steps: [step(4)] });
  });
});
