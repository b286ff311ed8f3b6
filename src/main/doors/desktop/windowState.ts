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

/**
 * The last position and size, or a first one. If the screen is gone, only the size, and the system chooses the
 * position. A window larger than its screen is made to fit. `screens` are work areas, that of the primary screen first.
 */
export function readWindowState(folder: string, screens: readonly Rectangle[]): WindowState {
  const state = storedState(folder);
  const { x, y, ...size } = state;
  const screen =
    x === undefined || y === undefined ? undefined : screens.find((area) => isReachable({ ...state, x, y }, area));
  const area = screen ?? screens[0];
  if (area === undefined) return size;
  const width = Math.min(size.width, area.width);
  const height = Math.min(size.height, area.height);
  const fitted = { width, height, maximized: size.maximized };
  if (screen === undefined || x === undefined || y === undefined) return fitted;
  return {
    ...fitted,
    x: width === size.width ? x : area.x,
    y: height === size.height ? y : area.y,
  };
}

function storedState(folder: string): WindowState {
  try {
    return stateSchema.parse(JSON.parse(readFileSync(path.join(folder, 'window.json'), 'utf8')));
  } catch {
    return first;
  }
}

const isReachable = (window: Rectangle, screen: Rectangle): boolean =>
  window.x + window.width >= screen.x + VISIBLE &&
  window.x <= screen.x + screen.width - VISIBLE &&
  window.y >= screen.y - VISIBLE / 2 &&
  window.y <= screen.y + screen.height - VISIBLE;

/** No title bar is larger. A longer move is a person's. */
const LARGEST_FRAME = 100;
const isFrame = (pixels: number): boolean => pixels >= 0 && pixels <= LARGEST_FRAME;

type Window = Pick<BrowserWindow, 'on' | 'once' | 'off' | 'getNormalBounds' | 'isMaximized'>;

/**
 * Saves position and size when the window closes. The write is synchronous, because the studio may exit right after.
 * Called when the window has been created and not yet shown.
 *
 * Window managers of X11 put the frame where the window was asked to be, and then report the window inside the frame.
 * It would creep by the size of its title bar at each start, so that this move is subtracted. It comes before the
 * window gets the focus or, on a busy machine, as the first move after that.
 */
export function keepWindowState(window: Window, folder: string): void {
  const asked = window.getNormalBounds();
  let frame: { x: number; y: number } | null = null;
  const byManager = (): void => {
    const { x, y } = window.getNormalBounds();
    frame = { x: x - asked.x, y: y - asked.y };
  };
  const firstMove = (): void => {
    const { x, y } = window.getNormalBounds();
    if (isFrame(x - asked.x) && isFrame(y - asked.y)) byManager();
  };
  window.on('move', byManager);
  window.once('focus', () => {
    window.off('move', byManager);
    if (frame === null) window.once('move', firstMove);
  });
  window.on('close', () => {
    const { x, y, width, height } = window.getNormalBounds();
    const state: WindowState = {
      x: x - (frame?.x ?? 0),
      y: y - (frame?.y ?? 0),
      width,
      height,
      maximized: window.isMaximized(),
    };
    try {
      mkdirSync(folder, { recursive: true });
      writeFileSync(path.join(folder, 'window.json'), JSON.stringify(state));
    } catch {
      /* a full disk must not keep the window open */
    }
  });
}
