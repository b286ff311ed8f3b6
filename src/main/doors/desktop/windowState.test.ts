import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { BrowserWindow, Rectangle } from 'electron';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { keepWindowState, readWindowState } from './windowState.ts';

const laptop = { x: 0, y: 0, width: 1920, height: 1040 };
const beside = { x: 1920, y: 0, width: 1920, height: 1040 };
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'destila-window-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

interface Opened {
  readonly maximized?: boolean;
  readonly asked?: Rectangle;
  readonly shown?: Rectangle;
  /** On a busy machine the focus arrives before the move of the window manager. */
  readonly focusFirst?: boolean;
}

/** A window that is opened at `asked`, moved by the window manager when shown, and then moved by a person. */
const close = (
  bounds: Rectangle,
  { maximized = false, asked = bounds, shown = asked, focusFirst = false }: Opened = {},
): void => {
  const listeners = new Map<string, () => void>();
  let now = asked;
  const on = (name: string, listener: () => void) => void listeners.set(name, listener);
  const once = (name: string, listener: () => void) =>
    on(name, () => {
      listeners.delete(name);
      listener();
    });
  keepWindowState(
    {
      on,
      once,
      off: (name: string) => void listeners.delete(name),
      getNormalBounds: () => now,
      isMaximized: () => maximized,
    } as unknown as BrowserWindow,
    path.join(folder, 'state'),
  );
  now = shown;
  if (focusFirst) listeners.get('focus')!();
  if (shown !== asked) listeners.get('move')!();
  if (!focusFirst) listeners.get('focus')!();
  now = bounds;
  listeners.get('move')?.();
  listeners.get('close')!();
};
const read = (screens = [laptop, beside]) => readWindowState(path.join(folder, 'state'), screens);

test('the window opens where it was closed', () => {
  close({ x: 2100, y: 60, width: 1200, height: 800 }, { maximized: true });
  expect(read()).toEqual({ x: 2100, y: 60, width: 1200, height: 800, maximized: true });
});

test('if its screen is gone, the window keeps its size and opens on another screen', () => {
  close({ x: 2100, y: 60, width: 1200, height: 800 });
  expect(read([laptop])).toEqual({ width: 1200, height: 800, maximized: false });
  close({ x: 100, y: -900, width: 1200, height: 800 });
  expect(read([laptop])).toEqual({ width: 1200, height: 800, maximized: false });
});

test('a window larger than its screen, or than any screen, is made to fit', () => {
  close({ x: -10, y: -10, width: 3800, height: 2100 });
  expect(read()).toEqual({ x: 0, y: 0, width: 1920, height: 1040, maximized: false });
  close({ x: 2000, y: 100, width: 1200, height: 2100 });
  expect(read()).toEqual({ x: 2000, y: 0, width: 1200, height: 1040, maximized: false });
  expect(read([{ x: 0, y: 0, width: 1000, height: 600 }])).toEqual({ width: 1000, height: 600, maximized: false });
  rmSync(path.join(folder, 'state'), { recursive: true });
  expect(read([{ x: 0, y: 0, width: 1366, height: 728 }])).toEqual({ width: 1366, height: 728, maximized: false });
});

test("a window does not creep by its title bar: the window manager's own move is not kept", () => {
  // As openbox moves a window of X11: by its border and its title bar.
  const asked = { x: 120, y: 90, width: 1100, height: 720 };
  const shown = { x: 121, y: 110, width: 1100, height: 720 };
  close(shown, { asked, shown });
  expect(read()).toMatchObject({ x: 120, y: 90 });
  close({ x: 401, y: 320, width: 1100, height: 720 }, { asked, shown });
  expect(read()).toMatchObject({ x: 400, y: 300 });
  close(shown, { asked, shown, focusFirst: true });
  expect(read()).toMatchObject({ x: 120, y: 90 });
  close({ x: 401, y: 320, width: 1100, height: 720 }, { asked, shown, focusFirst: true });
  expect(read()).toMatchObject({ x: 400, y: 300 });
});

test("a person's first move is not taken for that of the window manager", () => {
  const asked = { x: 120, y: 90, width: 1100, height: 720 };
  close({ ...asked, x: 700, y: 400 }, { asked });
  expect(read()).toMatchObject({ x: 700, y: 400 });
});

test('a missing or damaged state gives the default size', () => {
  expect(read()).toEqual({ width: 1440, height: 900, maximized: false });
  close({ x: 0, y: 0, width: 1200, height: 800 });
  writeFileSync(path.join(folder, 'state', 'window.json'), '{"width":');
  expect(read()).toEqual({ width: 1440, height: 900, maximized: false });
});
