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

/** So much of the window's upper edge must be on some screen that it can be taken hold of. */
const VISIBLE = 80;

/** As it was left; where its screen is gone, as large, and wherever the system puts it. */
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

/** Where the window stands is kept when it closes: at once, for the studio may end with it. */
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
