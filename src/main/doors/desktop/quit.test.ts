import { expect, test, vi } from 'vitest';
import { createEnding } from './ending.ts';
import type { Choice } from './quit.ts';
import { askOnClose } from './quit.ts';

vi.mock('electron', () => ({ dialog: {} }));

/** A window with a run, a person who answers when the test says so, and what happened. */
function window({ runs = true } = {}) {
  const told: string[] = [];
  let close: (event: { preventDefault(): void }) => void = () => undefined;
  let question = Promise.withResolvers<Choice>();
  let again = Promise.withResolvers<boolean>();
  const ending = createEnding(
    (how) => {
      told.push(how);
      return new Promise(() => undefined);
    },
    () => undefined,
  );
  askOnClose(
    { on: (_, listener) => (close = listener) },
    {
      ending,
      runsActive: () => runs,
      ask: () => {
        told.push('asked');
        return (question = Promise.withResolvers()).promise;
      },
      askStopNow: () => {
        told.push('asked again');
        return (again = Promise.withResolvers()).promise;
      },
      toBackground: () => void told.push('background'),
    },
  );
  return {
    told,
    ending,
    /** Returns whether the window stays. */
    close: (): boolean => {
      let prevented = false;
      close({ preventDefault: () => void (prevented = true) });
      return prevented;
    },
    answer: async (choice: Choice): Promise<void> => {
      question.resolve(choice);
      await new Promise(setImmediate);
    },
    answerAgain: async (stopNow: boolean): Promise<void> => {
      again.resolve(stopNow);
      await new Promise(setImmediate);
    },
  };
}

test('without a run the window closes and nothing is asked', () => {
  const { close, told } = window({ runs: false });
  expect([close(), told]).toEqual([false, []]);
});

test.each([
  ['background', ['asked', 'background']],
  ['checkpoint', ['asked', 'stop']],
  ['now', ['asked', 'kill']],
  ['stay', ['asked']],
] as const)('with a run the window stays and asks; the answer %s is carried out', async (choice, expected) => {
  const { close, answer, told } = window();
  expect(close()).toBe(true);
  await answer(choice);
  expect(told).toEqual(expected);
});

test('an impatient second click asks no second question', async () => {
  const { close, answer, told } = window();
  expect([close(), close()]).toEqual([true, true]);
  await answer('stay');
  expect(told).toEqual(['asked']);
  close();
  expect(told).toEqual(['asked', 'asked']);
});

test('closing again while the run stops keeps the window, and offers to stop at once', async () => {
  const { close, answer, answerAgain, told, ending } = window();
  close();
  await answer('checkpoint');
  expect(close()).toBe(true);
  await answerAgain(false);
  expect([told, ending.begun]).toEqual([['asked', 'stop', 'asked again'], 'stop']);
  expect(close()).toBe(true);
  await answerAgain(true);
  expect([told.at(-1), ending.begun]).toEqual(['kill', 'kill']);
  expect(close()).toBe(true);
});
