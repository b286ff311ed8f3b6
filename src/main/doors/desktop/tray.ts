import type { BrowserWindow } from 'electron';
import { app, Menu, nativeImage, Tray } from 'electron';
import type { Translate } from '../../../shared/locales/translate.ts';

export interface WayBack {
  /** Hides the window, and leaves an icon from which it comes back. */
  hide(t: Translate): void;
  show(): void;
}

/**
 * While the window is hidden and a run continues, an icon in the tray leads back to it. On macOS the dock does. A Linux
 * desktop without a tray shows none; starting the program again leads back there.
 */
export function createWayBack(window: BrowserWindow, icon: string, quit: () => void): WayBack {
  let tray: Tray | null = null;
  const show = (): void => {
    if (window.isMinimized()) window.restore();
    window.show();
    window.focus();
  };
  window.on('show', () => {
    tray?.destroy();
    tray = null;
  });
  return {
    show,
    hide: (t) => {
      window.hide();
      if (process.platform === 'darwin' || tray !== null) return;
      tray = new Tray(nativeImage.createFromPath(icon).resize({ width: 24, height: 24 }));
      tray.setToolTip(app.getName());
      tray.setContextMenu(
        Menu.buildFromTemplate([
          { label: t('desktop.showWindow'), click: show },
          { type: 'separator' },
          { label: t('desktop.stopAndQuit'), click: quit },
        ]),
      );
      tray.on('click', show);
    },
  };
}
