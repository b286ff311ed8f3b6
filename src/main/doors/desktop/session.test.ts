import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import { endWithSession } from './session.ts';

function session(active: boolean) {
  const told: string[] = [];
  const powerMonitor = new EventEmitter();
  const window = new EventEmitter();
  endWithSession(powerMonitor, window, { runsActive: () => active, end: () => void told.push('end') });
  return { told, powerMonitor, window, event: { preventDefault: () => void told.push('delayed') } };
}

test('a shutdown waits for a run that stops at a checkpoint', () => {
  const { told, powerMonitor, event } = session(true);
  powerMonitor.emit('shutdown', event);
  expect(told).toEqual(['delayed', 'end']);
});

test('without a run a shutdown is not delayed', () => {
  const { told, powerMonitor, event } = session(false);
  powerMonitor.emit('shutdown', event);
  expect(told).toEqual(['end']);
});

test('the end of a session of Windows ends the program', () => {
  const { told, window } = session(true);
  window.emit('session-end');
  expect(told).toEqual(['end']);
});
