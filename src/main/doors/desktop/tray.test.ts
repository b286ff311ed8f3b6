import { EventEmitter } from 'node:events';
import type { BrowserWindow } from 'electron';
import { beforeEach, expect, test, vi } from 'vitest';
import { translator } from '../../../shared/locales/translate.ts';
import { createWayBack } from './tray.ts';

interface Item {
  readonly label?: string;
  readonly click?: () => void;
}
interface TrayIcon extends EventEmitter {
  items: readonly Item[];
  gone: boolean;
}

const system = vi.hoisted(() => ({ trays: [] as unknown[] }));
vi.mock('electron', () => ({
  app: { getName: () => 'Destila Studio' },
  Menu: { buildFromTemplate: (items: unknown) => items },
  nativeImage: { createFromPath: () => ({ resize: () => 'icon' }) },
  Tray: class extends EventEmitter {
    items: unknown = [];
    gone = false;
    constructor() {
      super();
      system.trays.push(this);
    }
    setToolTip(): void {}
    setContextMenu(items: unknown): void {
      this.items = items;
    }
    destroy(): void {
      this.gone = true;
    }
  },
}));

const t = translator('en');
const trays = (): TrayIcon[] => system.trays as TrayIcon[];
beforeEach(() => void (system.trays.length = 0));

/** A window that notes what happens to it. */
function fakeWindow(minimized = false) {
  const told: string[] = [];
  const note = (what: string) => (): void => {
    told.push(what);
    window.emit(what);
  };
  const window: EventEmitter = Object.assign(new EventEmitter(), {
    isMinimized: () => minimized,
    restore: note('restore'),
    show: note('show'),
    hide: note('hide'),
    focus: note('focus'),
  });
  return { told, window: window as unknown as BrowserWindow };
}

test.skipIf(process.platform === 'darwin')(
  'the icon brings the window back and goes; the menu can end the program',
  () => {
    const { told, window } = fakeWindow();
    const way = createWayBack(window, 'icon.png', () => void told.push('quit'));
    way.hide(t);
    way.hide(t);
    expect(trays()).toHaveLength(1);
    const [icon] = trays();
    icon!.emit('click');
    expect(told).toEqual(['hide', 'hide', 'show', 'focus']);
    expect(icon!.gone).toBe(true);

    way.hide(t);
    const { items } = trays()[1]!;
    items.find(({ label }) => label === t('desktop.stopAndQuit'))!.click!();
    expect(told.at(-1)).toBe('quit');
    items.find(({ label }) => label === t('desktop.showWindow'))!.click!();
    expect(told.slice(-2)).toEqual(['show', 'focus']);
  },
);

test('a minimized window is restored', () => {
  const { told, window } = fakeWindow(true);
  createWayBack(window, 'icon.png', () => undefined).show();
  expect(told).toEqual(['restore', 'show', 'focus']);
});
