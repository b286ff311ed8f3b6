import { chmod, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import type { Settings } from '../../../shared/contract/studio.ts';
import { settingsSchema } from '../../../shared/contract/studio.ts';
import { readStored, writeStored } from './storedJson.ts';

/** The studio's own settings: a JSON file in its state folder that only its owner may read, for a proxy's address may hold a password. */
export interface SettingsStore {
  current(): Settings;
  change(part: Partial<Settings>): Promise<Settings>;
}

/** The system's keychain, where a door has one. */
export interface Keychain {
  /** As text that only this user of this machine can open. */
  seal(secret: string): string;
  /** Null where it cannot be opened: it was sealed elsewhere, or the keychain is locked. */
  open(sealed: string): string | null;
}

const storedSchema = settingsSchema.extend({
  /** The proxy as the keychain sealed it; `proxy` is empty then. */
  sealedProxy: z.string().default(''),
});

const OWNER_ONLY = { file: 0o600, folder: 0o700 };

export async function openSettings(stateFolder: string, keychain: Keychain | null = null): Promise<SettingsStore> {
  const file = path.join(stateFolder, 'settings.json');
  await keepPrivate(stateFolder, file);
  let { sealedProxy, ...settings } = await readStored(file, storedSchema, storedSchema.parse({}));
  if (settings.proxy === '' && sealedProxy !== '') settings = { ...settings, proxy: keychain?.open(sealedProxy) ?? '' };
  const write = async (): Promise<void> => {
    if (settings.proxy !== '' && keychain !== null) sealedProxy = keychain.seal(settings.proxy);
    const proxy = keychain === null ? settings.proxy : '';
    await writeStored(file, { ...settings, proxy, sealedProxy }, OWNER_ONLY.file);
  };
  if (settings.proxy !== '' && sealedProxy === '' && keychain !== null) await write();
  return {
    current: () => settings,
    change: async (part) => {
      settings = settingsSchema.parse({ ...settings, ...part });
      // What another door sealed stays until the proxy itself is changed.
      if (part.proxy !== undefined) sealedProxy = '';
      await write();
      return settings;
    },
  };
}

/** Also what an earlier version left readable for everybody. Disks without permissions (exFAT) refuse, and have none to give. */
async function keepPrivate(folder: string, file: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: OWNER_ONLY.folder });
  await chmod(folder, OWNER_ONLY.folder).catch(() => undefined);
  await chmod(file, OWNER_ONLY.file).catch(() => undefined);
}
