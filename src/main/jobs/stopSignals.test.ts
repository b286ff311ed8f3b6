import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import { onStopSignals } from './stopSignals.ts';

/** A door that notes what it is told, and signals at given milliseconds. */
function door() {
  const told: string[] = [];
  const source = new EventEmitter();
  let time = 0;
  const letGo = onStopSignals(
    { stop: () => void told.push('stop'), stopNow: () => void told.push('now') },
    source,
    () => time,
  );
  const send = (signal: string, at: number): void => {
    time = at;
    source.emit(signal);
  };
  return { told, source, send, letGo };
}

test.each(['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'])('%s asks to stop; the next one stops at once', (signal) => {
  const { told, send } = door();
  send(signal, 1_000);
  expect(told).toEqual(['stop']);
  send(signal, 2_000);
  expect(told).toEqual(['stop', 'now']);
});

test('a Ctrl-C that a launcher forwards as well is one request', () => {
  const { told, send } = door();
  send('SIGINT', 0);
  send('SIGINT', 3);
  send('SIGINT', 40);
  expect(told).toEqual(['stop']);
  send('SIGTERM', 5_000);
  send('SIGTERM', 5_004);
  expect(told).toEqual(['stop', 'now']);
});

test('stops listening, so that the system handles all signals again', () => {
  const { source, letGo } = door();
  letGo();
  expect(source.eventNames()).toEqual([]);
});
