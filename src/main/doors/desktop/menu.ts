import type { MenuItemConstructorOptions } from 'electron';
import { Menu } from 'electron';
import type { StudioEvent } from '../../../shared/contract/studio.ts';
import type { Language } from './language.ts';

type Command = Extract<StudioEvent, { type: 'command' }>['command'];

/** The native menu; what it does, the screens do. */
export function setMenu(language: Language, send: (command: Command) => void): void {
  const w = (en: string, es: string): string => (language === 'en' ? en : es);
  const item = (label: string, command: Command, accelerator?: string): MenuItemConstructorOptions => ({
    label,
    click: () => send(command),
    ...(accelerator !== undefined && { accelerator }),
  });
  const template: MenuItemConstructorOptions[] = [
    ...(process.platform === 'darwin' ? [{ role: 'appMenu' as const }] : []),
    {
      label: w('File', 'Archivo'),
      submenu: [
        item(w('Open a folder…', 'Abrir carpeta…'), 'openFolder', 'CmdOrCtrl+O'),
        item(w('Save labels', 'Guardar etiquetas'), 'save', 'CmdOrCtrl+S'),
        { type: 'separator' },
        item(w('Settings', 'Ajustes'), 'settings', 'CmdOrCtrl+,'),
        { type: 'separator' },
        { role: 'quit', label: w('Quit', 'Salir') },
      ],
    },
    {
      label: w('Edit', 'Edición'),
      submenu: [
        item(w('Undo', 'Deshacer'), 'undo'),
        item(w('Redo', 'Rehacer'), 'redo'),
        { type: 'separator' },
        { role: 'cut', label: w('Cut', 'Cortar') },
        { role: 'copy', label: w('Copy', 'Copiar') },
        { role: 'paste', label: w('Paste', 'Pegar') },
        { role: 'selectAll', label: w('Select all', 'Seleccionar todo') },
      ],
    },
    {
      label: w('View', 'Ver'),
      submenu: [
        item(w('Search and commands', 'Buscar y órdenes'), 'palette'),
        { role: 'zoomIn', label: w('Zoom in', 'Acercar') },
        { role: 'zoomOut', label: w('Zoom out', 'Alejar') },
        { role: 'resetZoom', label: w('Actual size', 'Tamaño real') },
        { role: 'togglefullscreen', label: w('Full screen', 'Pantalla completa') },
      ],
    },
    { label: w('Help', 'Ayuda'), submenu: [item(w('Shortcuts', 'Atajos'), 'shortcuts')] },
  ];
  Menu.setApplicationMenu(Menu.buildFromTemplate(template));
}
