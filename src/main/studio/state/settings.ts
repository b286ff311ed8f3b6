import { chmod, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import type { Settings } from '../../../shared/contract/studio.ts';
import { settingsSchema } from '../../../shared/contract/studio.ts';
import { readStored, writeStored } from './storedJson.ts';

/** The studio's own settings. Only their owner may read the file, because a proxy address may contain a password. */
export interface SettingsStore {
  current(): Settings;
  change(part: Partial<Settings>): Promise<Settings>;
}

/** The system's keychain, which only the desktop door has. */
export interface Keychain {
  /** Encrypts into text that only this user on this machine can open. */
  seal(secret: string): string;
  /** Null when it cannot be opened because it was sealed elsewhere or the keychain is locked. */
  open(sealed: string): string | null;
}

const storedSchema = settingsSchema.extend({
  /** The proxy as sealed by the keychain. `proxy` is empty in that case. */
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
      // A proxy that another door sealed is kept until the proxy itself is changed.
      if (part.proxy !== undefined) sealedProxy = '';
      await write();
      return settings;
    },
  };
}

/**
 * Also fixes files that an earlier version left readable for everybody. Disks without permissions (exFAT) fail here.
 */
async function keepPrivate(folder: string, file: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: OWNER_ONLY.folder });
  await chmod(folder, OWNER_ONLY.folder).catch(() => undefined);
  await chmod(file, OWNER_ONLY.file).catch(() => undefined);
}
