import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { BrowserWindow } from 'electron';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { keepWindowState, readWindowState } from './windowState.ts';

const laptop = { x: 0, y: 0, width: 1920, height: 1040 };
const beside = { x: 1920, y: 0, width: 1920, height: 1040 };
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'destila-window-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const close = (bounds: object, maximized = false): void => {
  let onClose = (): void => undefined;
  keepWindowState(
    {
      on: (_: string, listener: () => void) => {
        onClose = listener;
      },
      getNormalBounds: () => bounds,
      isMaximized: () => maximized,
    } as unknown as BrowserWindow,
    path.join(folder, 'state'),
  );
  onClose();
};
const read = (screens = [laptop, beside]) => readWindowState(path.join(folder, 'state'), screens);

test('the window opens where it was closed', () => {
  close({ x: 2100, y: 60, width: 1200, height: 800 }, true);
  expect(read()).toEqual({ x: 2100, y: 60, width: 1200, height: 800, maximized: true });
});

test('if its screen is gone, the window keeps its size and opens on another screen', () => {
  close({ x: 2100, y: 60, width: 1200, height: 800 });
  expect(read([laptop])).toEqual({ width: 1200, height: 800, maximized: false });
  close({ x: 100, y: -900, width: 1200, height: 800 });
  expect(read([laptop])).toEqual({ width: 1200, height: 800, maximized: false });
});

test('a missing or damaged state gives the default size', () => {
  expect(read()).toEqual({ width: 1440, height: 900, maximized: false });
  close({ x: 0, y: 0, width: 1200, height: 800 });
  writeFileSync(path.join(folder, 'state', 'window.json'), '{"width":');
  expect(read()).toEqual({ width: 1440, height: 900, maximized: false });
});
