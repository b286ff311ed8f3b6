import type { MenuItemConstructorOptions } from 'electron';
import { expect, test } from 'vitest';
import { translator } from '../../../shared/locales/translate.ts';
import { menuTemplate } from './menu.ts';

const told: string[] = [];
const actions = {
  send: (command: string) => void told.push(command),
  reload: () => void told.push('reload'),
  showAbout: () => void told.push('about'),
  openLicenses: () => void told.push('licenses'),
};
const menu = (platform: NodeJS.Platform) => menuTemplate(platform, translator('en'), actions);
const labels = (template: readonly MenuItemConstructorOptions[]): string[] =>
  template.map(({ label, type }) => label ?? type ?? '?');
const submenu = (template: readonly MenuItemConstructorOptions[], label: string): MenuItemConstructorOptions[] =>
  template.find((item) => item.label === label)?.submenu as MenuItemConstructorOptions[];

test('macOS has Settings, Quit and About in its own menu; elsewhere they are in File and Help', () => {
  const mac = menu('darwin');
  expect(labels(mac)).toEqual(['Destila Studio', 'File', 'Edit', 'View', 'Window', 'Help']);
  expect(labels(submenu(mac, 'Destila Studio'))).toEqual(
    expect.arrayContaining(['About Destila Studio', 'Settings', 'Hide others', 'Quit']),
  );
  expect(labels(submenu(mac, 'File'))).not.toContain('Quit');
  for (const platform of ['linux', 'win32'] as const) {
    const other = menu(platform);
    expect(labels(other)).toEqual(['File', 'Edit', 'View', 'Window', 'Help']);
    expect(labels(submenu(other, 'File'))).toEqual(expect.arrayContaining(['Settings', 'Quit']));
    expect(labels(submenu(other, 'Help'))).toContain('About Destila Studio');
  }
});

test.each([
  ['linux', 'Shift+CmdOrCtrl+Z'],
  ['darwin', 'Shift+CmdOrCtrl+Z'],
  ['win32', 'Ctrl+Y'],
] as const)('Undo and Redo have the keys of %s, which the screens handle', (platform, redo) => {
  const edit = submenu(menu(platform), 'Edit');
  expect(edit[0]).toMatchObject({ label: 'Undo', accelerator: 'CmdOrCtrl+Z', registerAccelerator: false });
  expect(edit[1]).toMatchObject({ label: 'Redo', accelerator: redo, registerAccelerator: false });
});

test('items do what they say', () => {
  const template = menu('linux');
  const click = (label: string): void => {
    const item = template
      .flatMap((part) => part.submenu as MenuItemConstructorOptions[])
      .find((it) => it.label === label);
    (item!.click as () => void)();
  };
  for (const label of ['Open a folder…', 'Undo', 'Reload', 'Licenses', 'About Destila Studio']) click(label);
  expect(told).toEqual(['openFolder', 'undo', 'reload', 'licenses', 'about']);
});
