import type { MenuItemConstructorOptions } from 'electron';
import { Menu } from 'electron';
import type { StudioEvent } from '../../shared/contract/studio.ts';

type Command = Extract<StudioEvent, { type: 'command' }>['command'];

/** The native menu; what it does, the screens do. */
export function setMenu(language: 'en' | 'es', send: (command: Command) => void): void {
  const w = (en: string, es: string): string => (language === 'en' ? en : es);
  const item = (label: string, command: Command, accelerator?: string): MenuItemConstructorOptions => ({ label, click: () => send(command), ...(accelerator !== undefined && { accelerator }) });
  const template: MenuItemConstructorOptions[] = [
    ...(process.platform === 'darwin' ? [{ role: 'appMenu' as const }] : []),
    { label: w('File', 'Archivo'), submenu: [item(w('Open a folder…', 'Abrir carpeta…'), 'openFolder', 'CmdOrCtrl+O'), item(w('Save labels', 'Guardar etiquetas'), 'save', 'CmdOrCtrl+S'), { type: 'separator' }, item(w('Settings', 'Ajustes'), 'settings', 'CmdOrCtrl+,'), { type: 'separator' }, { role: 'quit', label: w('Quit', 'Salir') }] },
    { label: w('Edit', 'Edición'), submenu: [item(w('Undo', 'Deshacer'), 'undo'), item(w('Redo', 'Rehacer'), 'redo'), { type: 'separator' }, { role: 'cut' }, { role: 'copy' }, { role: 'paste' }, { role: 'selectAll' }] },
    { label: w('View', 'Ver'), submenu: [item(w('Search and commands', 'Buscar y órdenes'), 'palette'), { role: 'zoomIn' }, { role: 'zoomOut' }, { role: 'resetZoom' }, { role: 'togglefullscreen' }] },
    { label: w('Help', 'Ayuda'), submenu: [item(w('Shortcuts', 'Atajos'), 'shortcuts')] },
  ];
  Menu.setApplicationMenu(Menu.buildFromTemplate(template));
}
