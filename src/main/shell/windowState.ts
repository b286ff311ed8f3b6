import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { BrowserWindow } from 'electron';
import { z } from 'zod';

const stateSchema = z.object({ x: z.int().optional(), y: z.int().optional(), width: z.int().min(400), height: z.int().min(300), maximized: z.boolean() });
export type WindowState = z.infer<typeof stateSchema>;

const first: WindowState = { width: 1440, height: 900, maximized: false };

export function readWindowState(folder: string): WindowState {
  try {
    return stateSchema.parse(JSON.parse(readFileSync(path.join(folder, 'window.json'), 'utf8')));
  } catch {
    return first;
  }
}

/** Where the window stands is kept when it closes. */
export function keepWindowState(window: BrowserWindow, folder: string): void {
  window.on('close', () => {
    const state: WindowState = { ...window.getNormalBounds(), maximized: window.isMaximized() };
    void writeFile(path.join(folder, 'window.json'), JSON.stringify(state)).catch(() => undefined);
  });
}
