import type { MenuItemConstructorOptions } from 'electron';
import type { StudioEvent } from '../../../shared/contract/studio.ts';
import type { Translate } from '../../../shared/locales/translate.ts';

type Command = Extract<StudioEvent, { type: 'command' }>['command'];

export interface MenuActions {
  /** Sends a command, which the screens carry out. */
  send(command: Command): void;
  /** Loads the screens again. Works for a crashed window too. */
  reload(): void;
  showAbout(): void;
  openLicenses(): void;
}

/** The native menu, as each platform expects it: macOS has the app's own menu first, which holds Settings and Quit. */
export function menuTemplate(
  platform: NodeJS.Platform,
  t: Translate,
  { send, reload, showAbout, openLicenses }: MenuActions,
): MenuItemConstructorOptions[] {
  const mac = platform === 'darwin';
  const separator: MenuItemConstructorOptions = { type: 'separator' };
  const item = (label: string, command: Command, accelerator: string): MenuItemConstructorOptions => ({
    label,
    click: () => send(command),
    accelerator,
    // The screens handle these keys, and text fields handle some of them first; a registered key would do both. On
    // macOS all keys of a menu are registered, but the window still comes first.
    registerAccelerator: false,
  });
  const settings = item(t('common.settings'), 'settings', 'CmdOrCtrl+,');
  const about: MenuItemConstructorOptions = { label: t('desktop.about'), click: showAbout };
  const quit: MenuItemConstructorOptions = { role: 'quit', label: t('desktop.quit') };
  const appMenu: MenuItemConstructorOptions = {
    role: 'appMenu',
    label: 'Destila Studio',
    submenu: [
      about,
      separator,
      settings,
      separator,
      { role: 'services', label: t('desktop.services') },
      separator,
      { role: 'hide', label: t('desktop.hide') },
      { role: 'hideOthers', label: t('desktop.hideOthers') },
      { role: 'unhide', label: t('desktop.showAll') },
      separator,
      quit,
    ],
  };
  const close: MenuItemConstructorOptions = { role: 'close', label: t('desktop.closeWindow') };
  return [
    ...(mac ? [appMenu] : []),
    {
      label: t('desktop.file'),
      submenu: [
        item(t('desktop.openFolder'), 'openFolder', 'CmdOrCtrl+O'),
        item(t('desktop.saveLabels'), 'save', 'CmdOrCtrl+S'),
        separator,
        ...(mac ? [close] : [settings, separator, quit]),
      ],
    },
    {
      label: t('desktop.edit'),
      submenu: [
        item(t('common.undo'), 'undo', 'CmdOrCtrl+Z'),
        item(t('common.redo'), 'redo', platform === 'win32' ? 'Ctrl+Y' : 'Shift+CmdOrCtrl+Z'),
        separator,
        { role: 'cut', label: t('desktop.cut') },
        { role: 'copy', label: t('common.copy') },
        { role: 'paste', label: t('desktop.paste') },
        { role: 'selectAll', label: t('desktop.selectAll') },
      ],
    },
    {
      label: t('desktop.view'),
      submenu: [
        item(t('desktop.searchCommands'), 'palette', 'CmdOrCtrl+K'),
        separator,
        { label: t('desktop.reload'), click: reload, accelerator: 'CmdOrCtrl+R' },
        separator,
        { role: 'zoomIn', label: t('desktop.zoom') },
        { role: 'zoomOut', label: t('desktop.zoomOut') },
        { role: 'resetZoom', label: t('desktop.actualSize') },
        { role: 'togglefullscreen', label: t('desktop.fullScreen') },
      ],
    },
    {
      role: 'window',
      label: t('desktop.window'),
      submenu: [
        { role: 'minimize', label: t('desktop.minimize') },
        ...(mac
          ? [
              { role: 'zoom' as const, label: t('desktop.maximize') },
              separator,
              { role: 'front' as const, label: t('desktop.front') },
            ]
          : [close]),
      ],
    },
    {
      role: 'help',
      label: t('desktop.help'),
      submenu: [
        { label: t('common.shortcuts'), click: () => send('shortcuts') },
        { label: t('desktop.licenses'), click: openLicenses },
        ...(mac ? [] : [separator, about]),
      ],
    },
  ];
}
