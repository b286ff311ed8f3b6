import { EventEmitter } from 'node:events';
import type { BrowserWindow } from 'electron';
import { expect, test } from 'vitest';
import { createReloadLimit, reloadAfterCrash } from './recover.ts';

test('allows three reloads per minute, and more when the minute is over', () => {
  let now = 0;
  const may = createReloadLimit(() => now);
  expect([may(), may(), may(), may()]).toEqual([true, true, true, false]);
  now = 59_999;
  expect(may()).toBe(false);
  now = 60_000;
  expect(may()).toBe(true);
});

test('a window whose process died is reloaded; after too many crashes the person decides', () => {
  const told: string[] = [];
  const webContents = Object.assign(new EventEmitter(), { reload: () => void told.push('reloaded') });
  let reloads = 2;
  let reload = (): void => undefined;
  reloadAfterCrash(
    { webContents } as unknown as BrowserWindow,
    () => reloads-- > 0,
    (again) => {
      told.push('asked');
      reload = again;
    },
  );
  for (const reason of ['clean-exit', 'crashed', 'oom', 'killed'])
    webContents.emit('render-process-gone', {}, { reason, exitCode: 1 });
  expect(told).toEqual(['reloaded', 'reloaded', 'asked']);
  reload();
  expect(told.at(-1)).toBe('reloaded');
});
