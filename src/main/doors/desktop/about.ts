import type { AboutPanelOptionsOptions } from 'electron';
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Translate } from '../../../shared/locales/translate.ts';

/** What the About panel says. `versions` are those of Electron's process. */
export function aboutOptions(
  t: Translate,
  version: string,
  versions: Readonly<Record<string, string | undefined>>,
  iconPath: string,
): AboutPanelOptionsOptions {
  const parts = (['electron', 'chrome', 'node'] as const).map((name) => `${partNames[name]} ${versions[name] ?? ''}`);
  return {
    applicationName: 'Destila Studio',
    applicationVersion: version,
    // The only text that the panels of all three systems show.
    copyright: [t('desktop.license'), t('desktop.licensesPlace'), '', ...parts].join('\n'),
    iconPath,
  };
}

const partNames = { electron: 'Electron', chrome: 'Chromium', node: 'Node' };

/**
 * The licenses of everything that the program contains: beside the program in a package, or as the build wrote them in
 * a development tree. Null if they were not written.
 */
export function licensesFile(appFolder: string, binary: string): string | null {
  const name = 'THIRD_PARTY_NOTICES.txt';
  const beside = path.dirname(binary);
  const places = [path.join(beside, name), path.join(beside, '..', name), path.join(appFolder, 'out', name)];
  return places.find((file) => existsSync(file)) ?? null;
}
