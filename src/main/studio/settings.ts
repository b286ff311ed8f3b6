import path from 'node:path';
import type { Settings } from '../../shared/contract/studio.ts';
import { settingsSchema } from '../../shared/contract/studio.ts';
import { readStored, writeStored } from './storedJson.ts';

/** The studio's own settings: a JSON file in its state folder. */
export interface SettingsStore {
  current(): Settings;
  change(part: Partial<Settings>): Promise<Settings>;
}

export async function openSettings(stateFolder: string): Promise<SettingsStore> {
  const file = path.join(stateFolder, 'settings.json');
  let settings = await readStored(file, settingsSchema, settingsSchema.parse({}));
  return {
    current: () => settings,
    change: async (part) => {
      settings = settingsSchema.parse({ ...settings, ...part });
      await writeStored(file, settings);
      return settings;
    },
  };
}
