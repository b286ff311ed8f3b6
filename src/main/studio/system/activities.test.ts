import { expect, test } from 'vitest';
import { quoted } from '../../../shared/message.ts';
import type { StudioEvent } from '../../../shared/contract/studio.ts';
import { Problem } from '../../../shared/problem.ts';
import { openActivities } from './activities.ts';

const progress = (done: number) =>
  ({
    type: 'progress',
    stage: 'data',
    activity: quoted('checking'),
    done,
    total: 4,
    unit: 'images',
    rate: 1,
    secondsLeft: 4 - done,
  }) as const;

/** Work that ends when it is cancelled, as a job does, or when the test ends it. */
function opened() {
  const events: StudioEvent[] = [];
  const activities = openActivities((event) => events.push(event));
  const begin = (kind: 'check' | 'try') => {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const ended = activities.during(kind, 'p', ({ onEvent, signal }) => {
      signal.addEventListener('abort', () => reject(new Problem('engine.npmMissing')));
      onEvent(progress(1));
      return promise;
    });
    ended.catch(() => undefined);
    return { ended, resolve };
  };
  return { activities, events, begin };
}

test('a long call is shown with its progress while it runs', async () => {
  const { activities, events, begin } = opened();
  const { ended, resolve } = begin('check');
  const [shown] = activities.current();
  expect(shown).toMatchObject({ kind: 'check', project: 'p', done: 1, total: 4, secondsLeft: 3 });
  resolve('found');
  expect(await ended).toBe('found');
  expect(activities.current()).toEqual([]);
  expect(events.map(({ type }) => type)).toEqual(['activity', 'activity', 'activityEnded']);
});

test('cancelling one ends only that one, and rejects with cancelled whatever its work threw', async () => {
  const { activities, begin } = opened();
  const [first, second] = [begin('check'), begin('check')];
  const [one, other] = activities.current();
  activities.cancel(one!.id);
  await expect(first.ended).rejects.toMatchObject({ kind: 'cancelled' });
  expect(activities.current()).toEqual([other]);
  activities.cancel(one!.id); // it has already ended
  second.resolve('found');
  expect(await second.ended).toBe('found');
});

test('all of one kind, or all of them, can be cancelled together', async () => {
  const { activities, begin } = opened();
  const [check, image, another] = [begin('check'), begin('try'), begin('try')];
  activities.cancelKind('try');
  for (const { ended } of [image, another]) await expect(ended).rejects.toMatchObject({ kind: 'cancelled' });
  expect(activities.current()).toHaveLength(1);
  activities.cancelAll();
  await expect(check.ended).rejects.toMatchObject({ kind: 'cancelled' });
});
