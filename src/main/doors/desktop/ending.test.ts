import { expect, test } from 'vitest';
import { createEnding } from './ending.ts';

/** A studio that takes its time, and what it and the program were told. */
function program() {
  const told: string[] = [];
  const closed = Promise.withResolvers<undefined>();
  const ending = createEnding(
    (how) => {
      told.push(how);
      return closed.promise;
    },
    (code) => void told.push(`exit ${code}`),
  );
  return { told, closed, ending };
}

test('several requests to stop are one, and the program exits when the studio has closed', async () => {
  const { told, closed, ending } = program();
  expect(ending.begun).toBeNull();
  ending.end('stop');
  ending.end('stop');
  expect([ending.begun, told]).toEqual(['stop', ['stop']]);
  closed.resolve(undefined);
  await closed.promise;
  expect(told).toEqual(['stop', 'exit 0']);
});

test('who waits for a checkpoint can still stop at once, but not the other way round', () => {
  const { told, ending } = program();
  ending.end('stop');
  ending.end('kill');
  ending.end('stop');
  ending.end('kill');
  expect([ending.begun, told]).toEqual(['kill', ['stop', 'kill']]);
});

test('the program exits even if the studio fails to close', async () => {
  const { told, closed, ending } = program();
  ending.end('stop');
  closed.reject(new Error('the disk is full'));
  await closed.promise.catch(() => undefined);
  await Promise.resolve();
  expect(told).toEqual(['stop', 'exit 1']);
});
