import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { BrowserWindow, Rectangle } from 'electron';
import { z } from 'zod';

const stateSchema = z.object({
  x: z.int().optional(),
  y: z.int().optional(),
  width: z.int().min(400),
  height: z.int().min(300),
  maximized: z.boolean(),
});
export type WindowState = z.infer<typeof stateSchema>;

const first: WindowState = { width: 1440, height: 900, maximized: false };

/** Pixels of the window's upper edge that must be on a screen, so that a person can drag the window. */
const VISIBLE = 80;

/** The last position and size. If the screen is gone, only the size, and the system chooses the position. */
export function readWindowState(folder: string, screens: readonly Rectangle[]): WindowState {
  let state: WindowState;
  try {
    state = stateSchema.parse(JSON.parse(readFileSync(path.join(folder, 'window.json'), 'utf8')));
  } catch {
    return first;
  }
  const { x, y, ...size } = state;
  if (x === undefined || y === undefined) return state;
  const reachable = screens.some(
    (screen) =>
      x + state.width >= screen.x + VISIBLE &&
      x <= screen.x + screen.width - VISIBLE &&
      y >= screen.y - VISIBLE / 2 &&
      y <= screen.y + screen.height - VISIBLE,
  );
  return reachable ? state : size;
}

/**
 * Saves position and size when the window closes. The write is synchronous, because the studio may exit right after.
 */
export function keepWindowState(window: BrowserWindow, folder: string): void {
  window.on('close', () => {
    const state: WindowState = { ...window.getNormalBounds(), maximized: window.isMaximized() };
    try {
      mkdirSync(folder, { recursive: true });
      writeFileSync(path.join(folder, 'window.json'), JSON.stringify(state));
    } catch {
      /* a full disk must not keep the window open */
    }
  });
}
