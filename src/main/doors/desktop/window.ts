import { BrowserWindow, screen } from 'electron';
import path from 'node:path';
import { stateFolder } from '../../studio/state/places.ts';
import { resourcePath } from '../../studio/state/resources.ts';
import { keepWindowState, readWindowState } from './windowState.ts';

const preload = path.join(import.meta.dirname, '..', '..', '..', 'preload', 'index.cjs');

export const windowIcon = resourcePath('icon.png');

/** The layout needs this much. A smaller screen gets a window of its own size. */
const LEAST_WIDTH = 1024;
const LEAST_HEIGHT = 680;

/** Creates the window where it was last closed. It is shown once it has been drawn. */
export function createWindow(): BrowserWindow {
  const primary = screen.getPrimaryDisplay();
  const others = screen.getAllDisplays().filter(({ id }) => id !== primary.id);
  const { maximized, ...bounds } = readWindowState(
    stateFolder(),
    [primary, ...others].map(({ workArea }) => workArea),
  );
  const window = new BrowserWindow({
    ...bounds,
    minWidth: Math.min(LEAST_WIDTH, bounds.width),
    minHeight: Math.min(LEAST_HEIGHT, bounds.height),
    show: false,
    backgroundColor: '#141517',
    title: 'Destila Studio',
    icon: windowIcon,
    webPreferences: {
      preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webSecurity: true,
      spellcheck: false,
      navigateOnDragDrop: false,
    },
  });
  keepWindowState(window, stateFolder());
  if (maximized) window.maximize();
  window.once('ready-to-show', () => window.show());
  return window;
}
