import type { MenuItemConstructorOptions } from 'electron';
import { Menu } from 'electron';
import type { StudioEvent } from '../../../shared/contract/studio.ts';
import type { Language } from '../../../shared/locales/translate.ts';
import { translator } from '../../../shared/locales/translate.ts';

type Command = Extract<StudioEvent, { type: 'command' }>['command'];

/** The native menu. It sends commands, which the screens carry out. */
export function setMenu(language: Language, send: (command: Command) => void): void {
  const t = translator(language);
  const item = (label: string, command: Command, accelerator?: string): MenuItemConstructorOptions => ({
    label,
    click: () => send(command),
    ...(accelerator !== undefined && { accelerator }),
  });
  const template: MenuItemConstructorOptions[] = [
    ...(process.platform === 'darwin' ? [{ role: 'appMenu' as const }] : []),
    {
      label: t('desktop.file'),
      submenu: [
        item(t('desktop.openFolder'), 'openFolder', 'CmdOrCtrl+O'),
        item(t('desktop.saveLabels'), 'save', 'CmdOrCtrl+S'),
        { type: 'separator' },
        item(t('common.settings'), 'settings', 'CmdOrCtrl+,'),
        { type: 'separator' },
        { role: 'quit', label: t('desktop.quit') },
      ],
    },
    {
      label: t('desktop.edit'),
      submenu: [
        item(t('common.undo'), 'undo'),
        item(t('common.redo'), 'redo'),
        { type: 'separator' },
        { role: 'cut', label: t('desktop.cut') },
        { role: 'copy', label: t('common.copy') },
        { role: 'paste', label: t('desktop.paste') },
        { role: 'selectAll', label: t('desktop.selectAll') },
      ],
    },
    {
      label: t('desktop.view'),
      submenu: [
        item(t('desktop.searchCommands'), 'palette'),
        { role: 'zoomIn', label: t('desktop.zoom') },
        { role: 'zoomOut', label: t('desktop.zoomOut') },
        { role: 'resetZoom', label: t('desktop.actualSize') },
        { role: 'togglefullscreen', label: t('desktop.fullScreen') },
      ],
    },
    { label: t('desktop.help'), submenu: [item(t('common.shortcuts'), 'shortcuts')] },
  ];
  Menu.setApplicationMenu(Menu.buildFromTemplate(template));
}
